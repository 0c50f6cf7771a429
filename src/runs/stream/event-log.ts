import { type Message, toMessage, toRun } from '../../sessions/schema.ts';
import type { MessageRow, RunRow } from '../../sessions/store.ts';
import { Failure, type FailureCode, failures } from '../../shared/failure.ts';
import { isTerminal, type TurnEvent } from '../events.ts';

/** Characters of events that are kept; of a longer run the message alone is. */
const maxLog = 1_000_000;

/**
 * The events of a run as they are kept. Most are text, and are written as bare strings. The terminal
 * event is not among them: the run and its message tell it. Null where they would be too much.
 */
export function encodeEvents(events: readonly TurnEvent[]): string | null {
  const kept = events
    .filter((event) => !isTerminal(event))
    .map((event) => (event.type === 'text' ? event.delta : event));
  const text = JSON.stringify(kept);
  return text.length > maxLog ? null : text;
}

export const decodeEvents = (encoded: string): TurnEvent[] =>
  (JSON.parse(encoded) as (string | TurnEvent)[]).map((event) =>
    typeof event === 'string' ? { type: 'text', delta: event } : event,
  );

/** The text that events bring, as it stands in the message: a blank line between what is said in different rounds. */
export function textOf(events: readonly TurnEvent[]): string {
  let text = '';
  let isNewPart = false;
  for (const event of events) {
    if (event.type === 'round') isNewPart = true;
    if (event.type !== 'text') continue;
    if (isNewPart && text !== '') text = `${text.trimEnd()}\n\n`;
    isNewPart = false;
    text += event.delta;
  }
  return text;
}

export const eventsGone = () =>
  new Failure(
    'events_gone',
    'The record of this run does not go so far, or is not kept; attach without Last-Event-ID, or read the message.',
  );

/** The events of a run that has ended, from what is stored of it. Throws `events_gone` where `after` cannot be found in them. */
export function storedEvents(
  run: RunRow,
  answer: MessageRow | undefined,
  after: number,
): TurnEvent[] {
  const terminal = terminalOf(run, answer);
  if (run.events !== null) return [...decodeEvents(run.events), terminal];
  if (after > 0)
    throw new Failure(
      'events_gone',
      'The events of this run are not kept; attach without Last-Event-ID, or read the message.',
    );
  return answer === undefined ? [terminal] : [{ type: 'text', delta: answer.text }, terminal];
}

/** How a run that has ended is told to whoever asks later. */
export function terminalOf(
  run: RunRow,
  answer: MessageRow | undefined,
): Extract<TurnEvent, { type: 'finished' | 'failed' }> {
  const isAnswer =
    run.status === 'completed' || run.status === 'limit_exceeded' || run.status === 'cancelled';
  if (answer !== undefined && isAnswer)
    return { type: 'finished', message: toMessage(answer, run) };
  const { code, detail } = faultOf(run);
  return { type: 'failed', code, detail, retry_after_s: null, run: toRun(run) };
}

function faultOf({ status, error_code, error_detail }: RunRow): {
  code: FailureCode;
  detail: string;
} {
  if (status === 'cancelled')
    return { code: 'run_cancelled', detail: 'The run was cancelled before it said anything.' };
  if (status === 'interrupted') return { code: 'run_interrupted', detail: interruptedDetail };
  const code =
    error_code !== null && error_code in failures ? (error_code as FailureCode) : 'internal';
  return { code, detail: error_detail ?? 'The run failed.' };
}

export const interruptedDetail =
  'The run was interrupted: its host went away. What it had said is kept; send the message again.';

/** What a caller that waits for the end gets. Throws the failure of a run that has no answer. */
export function answerOf(terminal: TurnEvent | undefined): Message {
  if (terminal?.type === 'finished') return terminal.message;
  if (terminal?.type !== 'failed')
    throw new Failure('internal', 'The run ended without saying how.');
  const { code, detail, retry_after_s, extra, run } = terminal;
  throw new Failure(code, detail, {
    extra: { ...extra, run_id: run.id },
    ...(retry_after_s === null ? {} : { retryAfter: retry_after_s }),
  });
}
