import type { Message, Run } from '../sessions/schema.ts';
import type { FailureCode } from '../shared/failure.ts';

/**
 * What happens in a turn, in order: `started`, then maybe `retrieved`, then rounds of text and tools,
 * then exactly one terminal event, sent only once what it says is stored. No wire format knows of another.
 */
export type TurnEvent =
  | {
      readonly type: 'started';
      readonly run_id: string;
      readonly message_id: string;
      readonly user_message_id: string;
      readonly version: { readonly id: string; readonly number: number };
    }
  | {
      readonly type: 'retrieved';
      readonly hits: number;
      readonly confidence: number;
      readonly latency_ms: number;
    }
  /** A call of the model begins; text after it is another part than text before it. */
  | { readonly type: 'round'; readonly ordinal: number }
  | { readonly type: 'text'; readonly delta: string }
  | { readonly type: 'reasoning'; readonly delta: string }
  | { readonly type: 'tool-input-start'; readonly tool_call_id: string; readonly tool_name: string }
  | { readonly type: 'tool-input-delta'; readonly tool_call_id: string; readonly delta: string }
  | {
      readonly type: 'tool-call';
      readonly tool_call_id: string;
      readonly tool_name: string;
      readonly input: unknown;
    }
  | {
      readonly type: 'tool-output';
      readonly tool_call_id: string;
      readonly output: unknown;
      readonly latency_ms: number;
    }
  | {
      readonly type: 'tool-error';
      readonly tool_call_id: string;
      readonly error: string;
      readonly latency_ms: number;
    }
  | { readonly type: 'finished'; readonly message: Message }
  | {
      readonly type: 'failed';
      readonly code: FailureCode;
      readonly detail: string;
      /** Seconds after which it may work; null where waiting is not what helps. */
      readonly retry_after_s: number | null;
      /** What the problem document tells besides, such as the budget that has no room. */
      readonly extra?: Readonly<Record<string, unknown>>;
      readonly run: Run;
    };

export const isTerminal = ({ type }: TurnEvent): boolean =>
  type === 'finished' || type === 'failed';

/** What a model says first: from then on a failure comes too late for a status. */
const speech: ReadonlySet<TurnEvent['type']> = new Set([
  'text',
  'reasoning',
  'tool-input-start',
  'tool-call',
]);

export const isSpeech = ({ type }: TurnEvent): boolean => speech.has(type);
