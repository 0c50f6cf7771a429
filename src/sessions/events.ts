import type { FailureCode } from '../shared/failure.ts';
import type { Message, Run } from './schema.ts';

/**
 * What happens in a turn, in order: `started`, then maybe `retrieved`, then `text`, then exactly one
 * terminal event, sent only once what it says is stored. No wire format knows of another.
 */
export type TurnEvent =
  | {
      readonly type: 'started';
      readonly run_id: string;
      readonly message_id: string;
      readonly user_message_id: string;
      readonly version: { readonly id: string; readonly number: number };
    }
  | { readonly type: 'retrieved'; readonly hits: number; readonly confidence: number; readonly latency_ms: number }
  | { readonly type: 'text'; readonly delta: string }
  | { readonly type: 'finished'; readonly message: Message }
  | { readonly type: 'failed'; readonly code: FailureCode; readonly detail: string; readonly run: Run };
