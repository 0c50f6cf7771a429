import { Failure, type FailureCode, failures } from '../../shared/failure.ts';
import type { RunAction } from '../actions/schema.ts';
import { isTerminal, type RunEvent, type TerminalEvent } from '../events.ts';
import { type Message, toMessage } from '../schema/message.ts';
import { toRun } from '../schema/run.ts';
import type { AnyMessageRow } from '../store/messages.ts';
import type { RunRow } from '../store/runs.ts';

/** Maximum characters of stored events; of a longer run only the message is stored. */
const maxLogChars = 1_000_000;

/**
 * Encodes the events of a run for storage. Text deltas, the most frequent events, are stored as
 * bare strings. The terminal event is left out, since it follows from the run and its message.
 * Returns null when the result is too long.
 */
export function encodeEvents(events: readonly RunEvent[]): string | null {
  const kept = events
    .filter((event) => !isTerminal(event))
    .map((event) => (event.type === 'text-delta' ? event.delta : event));
  const text = JSON.stringify(kept);
  return text.length > maxLogChars ? null : text;
}

/** Old names of events, in logs that were stored before they had those of the AI SDK. */
const formerNames: Readonly<Record<string, RunEvent['type']>> = {
  started: 'start',
  retrieved: 'retrieval',
  round: 'start-step',
  text: 'text-delta',
  reasoning: 'reasoning-delta',
  'tool-call': 'tool-input-available',
  'tool-output': 'tool-output-available',
  'tool-error': 'tool-output-error',
};

type StoredEvent = Exclude<RunEvent, TerminalEvent>;

export const decodeEvents = (encoded: string): RunEvent[] =>
  (JSON.parse(encoded) as (string | StoredEvent)[]).map((event) =>
    typeof event === 'string'
      ? { type: 'text-delta', delta: event }
      : ({ ...event, type: formerNames[event.type] ?? event.type } as StoredEvent),
  );

/**
 * Returns the text of the events as the message has it: with a blank line between the texts of
 * different steps.
 */
export function textOfEvents(events: readonly RunEvent[]): string {
  let text = '';
  let isNewPart = false;
  for (const event of events) {
    if (event.type === 'start-step') isNewPart = true;
    if (event.type !== 'text-delta') continue;
    if (isNewPart && text !== '') text = `${text.trimEnd()}\n\n`;
    isNewPart = false;
    text += event.delta;
  }
  return text;
}

/**
 * Returns the number of events up to the one that required one of the actions; 0 when there is
 * none.
 */
export const requiredAt = (
  events: readonly RunEvent[],
  actions: readonly Pick<RunAction, 'tool_call_id' | 'type'>[],
): number =>
  1 +
  events.findLastIndex(
    (event) =>
      event.type === 'requires-action' &&
      event.message.run?.required_actions?.some(({ tool_call_id, type }) =>
        actions.some((action) => action.tool_call_id === tool_call_id && action.type === type),
      ),
  );

export const eventsGone = () =>
  new Failure(
    'events_gone',
    'This event of the run is not stored. Attach without Last-Event-ID, or read the message.',
  );

/**
 * Returns the events of a run that has ended, from storage. Throws `events_gone` when `after`
 * refers to events that are not stored.
 */
export function storedEvents(
  run: RunRow,
  answer: AnyMessageRow | undefined,
  after: number,
): RunEvent[] {
  const terminal = terminalOf(run, answer);
  if (run.events !== null) return [...decodeEvents(run.events), terminal];
  if (after > 0)
    throw new Failure(
      'events_gone',
      'The events of this run are not stored. Attach without Last-Event-ID, or read the message.',
    );
  return answer === undefined ? [terminal] : [{ type: 'text-delta', delta: answer.text }, terminal];
}

/** Returns the terminal event of a run that has ended. */
export function terminalOf(run: RunRow, answer: AnyMessageRow | undefined): TerminalEvent {
  const isAnswer =
    run.status === 'completed' ||
    run.status === 'limit_exceeded' ||
    run.status === 'cancelled' ||
    run.status === 'expired';
  if (answer !== undefined && isAnswer) return { type: 'finish', message: toMessage(answer, run) };
  const { code, detail } = faultOf(run);
  return { type: 'error', code, detail, retry_after_s: null, run: toRun(run) };
}

function faultOf({ status, error_code, error_detail }: RunRow): {
  code: FailureCode;
  detail: string;
} {
  if (status === 'cancelled')
    return { code: 'run_cancelled', detail: 'The run was cancelled before its first output.' };
  if (status === 'expired') return { code: 'run_expired', detail: expiredDetail };
  if (status === 'interrupted') return { code: 'run_interrupted', detail: interruptedDetail };
  const code =
    error_code !== null && error_code in failures ? (error_code as FailureCode) : 'internal';
  return { code, detail: error_detail ?? 'The run failed.' };
}

export const expiredDetail =
  'The run expired before its required actions were submitted. Send the message again.';

export const interruptedDetail =
  'The run was interrupted because its host stopped. The text so far is stored. Send the message again.';

/**
 * Returns the answer of a run that has ended, or the answer so far of one that waits. Throws the
 * failure of a run without one.
 */
export function answerOf(terminal: RunEvent | undefined): Message {
  if (terminal?.type === 'finish' || terminal?.type === 'requires-action') return terminal.message;
  if (terminal?.type !== 'error') throw new Failure('internal', 'The run ended without a result.');
  const { code, detail, retry_after_s, extra, run } = terminal;
  throw new Failure(code, detail, {
    extra: { ...extra, run_id: run.id },
    ...(retry_after_s === null ? {} : { retryAfter: retry_after_s }),
  });
}
