import type { ChatAnnotation, ChatCompletion, CompletionUsage } from './chat-schema.ts';
import type { ChatExtras } from './extras.ts';

/** The change of the message in one chunk. */
export interface ChatDelta {
  readonly role?: 'assistant';
  readonly content?: string;
  readonly refusal?: null;
  readonly tool_calls?: {
    readonly index: number;
    readonly id?: string;
    readonly type?: 'function';
    readonly function: { readonly name?: string; readonly arguments: string };
  }[];
  readonly annotations?: readonly ChatAnnotation[];
}

/** One chunk of a chat completion. */
export interface ChatChunk {
  readonly id: string;
  readonly object: 'chat.completion.chunk';
  readonly created: number;
  readonly model: string;
  readonly system_fingerprint: string;
  readonly choices: {
    readonly index: number;
    readonly delta: ChatDelta;
    readonly logprobs: null;
    readonly finish_reason: ChatCompletion['choices'][number]['finish_reason'] | null;
  }[];
  /** Present with `include_usage`; null except in the last chunk. */
  readonly usage?: CompletionUsage | null;
  readonly agentgrid?: ChatExtras;
}
