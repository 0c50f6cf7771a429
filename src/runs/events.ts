import type { FailureCode } from '../shared/failure.ts';
import type { GeneratedFile } from '../tools/index.ts';
import type { Message } from './schema/message.ts';
import type { Run } from './schema/run.ts';

/** Present on events after which the answer may contain text of files. Stored, and not sent to clients. */
export interface OfFiles {
  /** The files that the run has read so far. */
  readonly file_ids?: readonly string[];
}

/** Present on the events of a client tool. */
export interface OfClient {
  readonly is_client?: true;
}

/**
 * The events of a run, in order: `start`, optionally `retrieval`, then steps of text and tool
 * calls, then exactly one terminal event, `finish` or `error`, which is sent after its content is
 * stored. The names are those of the AI SDK. A run that waits emits `requires-action` instead of a
 * terminal event, and continues with `resume` after it. Events are independent of the stream
 * protocol.
 */
export type RunEvent =
  | {
      readonly type: 'start';
      readonly run_id: string;
      readonly message_id: string;
      readonly user_message_id: string;
      readonly version: { readonly id: string; readonly number: number };
      /** Absent from events of earlier versions. */
      readonly experiment?: Run['experiment'];
    }
  | ({
      readonly type: 'retrieval';
      readonly hits: number;
      readonly confidence: number;
      readonly latency_ms: number;
    } & OfFiles)
  /** The run resumes after it has waited. */
  | {
      readonly type: 'resume';
      readonly run_id: string;
      readonly message_id: string;
      readonly user_message_id: string;
      readonly version: { readonly id: string; readonly number: number };
      /** Absent from events of earlier versions. */
      readonly experiment?: Run['experiment'];
    }
  /**
   * A model call begins. Text after this event is another part of the answer than text before it.
   */
  | { readonly type: 'start-step'; readonly ordinal: number }
  | { readonly type: 'text-delta'; readonly delta: string }
  | { readonly type: 'reasoning-delta'; readonly delta: string }
  | ({
      readonly type: 'tool-input-start';
      readonly tool_call_id: string;
      readonly tool_name: string;
    } & OfClient)
  | { readonly type: 'tool-input-delta'; readonly tool_call_id: string; readonly delta: string }
  | ({
      readonly type: 'tool-input-available';
      readonly tool_call_id: string;
      readonly tool_name: string;
      readonly input: unknown;
    } & OfClient)
  | ({
      readonly type: 'tool-output-available';
      readonly tool_call_id: string;
      readonly output: unknown;
      readonly latency_ms: number;
    } & OfClient &
      OfFiles)
  | ({
      readonly type: 'tool-output-error';
      readonly tool_call_id: string;
      readonly error: string;
      readonly latency_ms: number;
    } & OfClient)
  /** Code has written a file for the user. */
  | ({ readonly type: 'file'; readonly file: GeneratedFile } & OfFiles)
  /** How far a call is, if its tool reports it. */
  | {
      readonly type: 'tool-progress';
      readonly tool_call_id: string;
      readonly progress: number;
      readonly total: number | null;
      readonly message: string | null;
    }
  /** A person has decided about a call. */
  | {
      readonly type: 'approval-response';
      readonly tool_call_id: string;
      readonly approval_id: string;
      readonly approved: boolean;
      readonly reason: string | null;
    }
  /** The call was rejected, so it was not made. */
  | { readonly type: 'tool-output-denied'; readonly tool_call_id: string }
  /** The run waits. `message` is the answer so far, and its run has the required actions. */
  | { readonly type: 'requires-action'; readonly message: Message }
  | { readonly type: 'finish'; readonly message: Message }
  | {
      readonly type: 'error';
      readonly code: FailureCode;
      readonly detail: string;
      /** Seconds after which a retry may succeed; null when waiting does not help. */
      readonly retry_after_s: number | null;
      /** Additional members of the problem document, such as the exceeded budget. */
      readonly extra?: Readonly<Record<string, unknown>>;
      readonly run: Run;
    };

export type TerminalEvent = Extract<RunEvent, { type: 'finish' | 'error' }>;

export const isTerminal = (event: RunEvent): event is TerminalEvent =>
  event.type === 'finish' || event.type === 'error';

/** Returns true for an event that ends the stream: the run has ended, or it waits. */
export const endsStream = (event: RunEvent): boolean =>
  isTerminal(event) || event.type === 'requires-action';

/**
 * Output of a model. After the first of these events a failure can no longer be reported as an HTTP
 * status.
 */
const outputTypes: ReadonlySet<RunEvent['type']> = new Set([
  'text-delta',
  'reasoning-delta',
  'tool-input-start',
  'tool-input-available',
]);

export const isOutput = ({ type }: RunEvent): boolean => outputTypes.has(type);
