import type { LanguageModelV4Message } from '@ai-sdk/provider';
import type { SuspendedStep, ToolOutcome } from '../../execution/index.ts';
import type { InputAnswer } from '../../tools/index.ts';
import type { AccountSnapshot } from '../../usage/index.ts';
import type { Draft } from '../draft.ts';
import type { RunEvent } from '../events.ts';
import type { Overrides } from '../overrides.ts';
import type { ProgressSnapshot } from '../progress.ts';
import type { Fact } from '../prompt/facts.ts';
import type { Summary } from '../prompt/history.ts';
import type { RunRow } from '../store/runs.ts';

/** The state that only one kind of run keeps while it waits. */
export interface StorageSnapshot {
  /** The head that the session returns to when no answer comes; absent to stay at the question. */
  readonly former_head?: string | null;
}

/** The decision of a person about a call. */
export interface Decision {
  readonly type: 'approve' | 'edit' | 'reject';
  /** The arguments of the person, for `edit`. */
  readonly edited_input?: unknown;
  readonly reason: string | null;
  readonly decided_by: string | null;
  /** The answer to a question of the server. */
  readonly answer?: InputAnswer;
}

/** An accepted action: the result of a client tool, or a decision. */
export type AnsweredAction = {
  readonly tool_call_id: string;
  readonly answered_at: number;
  /** Its event is stored: it was accepted before the others. */
  readonly is_emitted: boolean;
} & (
  | { readonly outcome: ToolOutcome; readonly decision?: undefined }
  | { readonly decision: Decision }
);

/**
 * The state with which a waiting run resumes in another process, besides the rows from which its
 * prompt is written again: version, branch and attachments. Plain JSON.
 */
export interface SuspendedState {
  /** The id of the answer to come. */
  readonly message_id: string;
  /** The agents to which whoever started the run was limited; null for all. Absent for runs that wait since before. */
  readonly agent_ids?: readonly string[] | null;
  readonly storage: StorageSnapshot;
  readonly overrides: Overrides;
  readonly draft: Draft | null;
  readonly summary: Summary | null;
  /** Absent for nothing remembered. */
  readonly facts?: readonly Fact[];
  /** The messages that earlier steps have appended to the prompt. */
  readonly transcript: readonly LanguageModelV4Message[];
  readonly step: SuspendedStep;
  /** The results accepted so far. */
  readonly answered: readonly AnsweredAction[];
  readonly account: AccountSnapshot;
  readonly progress: ProgressSnapshot;
  /** All events so far; the last one is `requires-action`. */
  readonly events: readonly RunEvent[];
}

/** A waiting run, as it is read to be resumed or ended. */
export interface SuspendedRun {
  /** The row while it waits. */
  readonly waiting: RunRow;
  /** The row once the run is resumed. */
  readonly run: RunRow;
  readonly state: SuspendedState;
  /** Milliseconds that it was running before it waited. */
  readonly running_ms: number;
}

/** Maximum characters of a part: a row of D1 holds 2 MB, and a character takes at most three bytes. */
const partLength = 400_000;

export function toParts(state: SuspendedState): string[] {
  const text = JSON.stringify(state);
  const count = Math.ceil(text.length / partLength);
  return Array.from({ length: count }, (_, part) =>
    text.slice(part * partLength, (part + 1) * partLength),
  );
}

/** Returns null for a run without a state: it has never waited, or has ended. */
export const fromParts = (rows: readonly { readonly data: string }[]): SuspendedState | null =>
  rows.length === 0 ? null : (JSON.parse(rows.map(({ data }) => data).join('')) as SuspendedState);

/** A waiting run at a time; null when it does not wait. */
export function toSuspendedRun(
  waiting: RunRow | undefined,
  state: SuspendedState | null,
  now: number,
): SuspendedRun | null {
  if (waiting?.status !== 'requires_action' || state === null) return null;
  const suspended_at = waiting.suspended_at ?? now;
  const run: RunRow = {
    ...waiting,
    status: 'running',
    required_actions: null,
    suspended_at: null,
    expires_at: null,
    waited_ms: waiting.waited_ms + now - suspended_at,
  };
  return { waiting, run, state, running_ms: suspended_at - waiting.created_at - waiting.waited_ms };
}
