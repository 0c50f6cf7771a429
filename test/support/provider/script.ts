/** The responses of the scripted model, independent of the protocol. Each round answers one request. */
export interface Script {
  readonly rounds: readonly Round[];
  /** If true, the last round answers all further requests; otherwise they are refused and recorded as unexpected. */
  readonly repeat?: boolean;
  /** Faults of the embeddings endpoint, one per request. */
  readonly embedding_faults?: readonly (Fault | null)[];
  readonly embedding?: EmbeddingServer;
  /** Default: every document once, best first. */
  readonly reranking?: 'worst-first' | 'another' | 'repeated' | 'none' | 'first-only';
}

/** The limits of an embedding server, which rejects other requests with 400, and the form of its answers. */
export interface EmbeddingServer {
  /** Maximum number of texts, and of characters in all of them. */
  readonly texts?: number;
  readonly characters?: number;
  /** If true, a requested length is rejected, as by vLLM. */
  readonly rejects_length?: boolean;
  /** Length of the vectors, whatever is requested. */
  readonly length?: number;
  readonly answers?: 'reversed' | 'one-less' | 'one-more' | 'zeros' | 'nulls' | 'base64';
}

export interface Round {
  readonly reasoning?: readonly string[];
  /** One entry per delta. */
  readonly text?: readonly string[];
  readonly tool_calls?: readonly ToolCall[];
  /** Default: `stop`, or the value of the protocol for tool calls. */
  readonly finish?: 'stop' | 'length' | 'content-filter';
  /** Default: one input and one output token. */
  readonly usage?: Usage;
  readonly fault?: Fault;
}

export interface ToolCall {
  readonly id: string;
  readonly name: string;
  /** A string is sent unchanged, valid JSON or not; other values are serialized. */
  readonly arguments: unknown;
}

/** Totals: `input_tokens` contains both cache classes, `output_tokens` contains reasoning. */
export interface Usage {
  readonly input_tokens: number;
  readonly cache_read_tokens?: number;
  readonly cache_write_tokens?: number;
  readonly output_tokens: number;
  readonly reasoning_tokens?: number;
}

export type Fault =
  /** An HTTP error in the protocol's own form; `retry_after` is the value of the header: seconds or a date. */
  | { readonly kind: 'status'; readonly status: number; readonly retry_after?: string }
  | {
      readonly kind: 'redirect';
      readonly status: 301 | 302 | 303 | 307 | 308;
      readonly location: string;
    }
  /** Resets the connection before the first byte of a response. */
  | { readonly kind: 'reset' }
  | { readonly kind: 'slow-headers'; readonly ms: number }
  /** After this number of events: resets the connection, ends it cleanly, or stalls. 0 is after the headers. */
  | { readonly kind: 'reset-after' | 'cut' | 'stall'; readonly events: number }
  /** After this number of events: waits until the test releases the script, and continues. */
  | { readonly kind: 'hold'; readonly events: number }
  /** Inserts an event with invalid JSON after this number of events; the stream continues. */
  | { readonly kind: 'garbage'; readonly events: number }
  /** Sends an error event after this number of events, and ends. */
  | { readonly kind: 'error-event'; readonly events: number }
  /** Sends this number of bytes at once, with this pause in between. `bytes: 1` splits UTF-8 at every byte. */
  | { readonly kind: 'drip'; readonly bytes: number; readonly ms: number }
  | { readonly kind: 'crlf' | 'bom' | 'gzip' | 'missing-usage' };

export const argumentText = ({ arguments: given }: ToolCall): string =>
  typeof given === 'string' ? given : JSON.stringify(given);

/** Returns the arguments for protocols that carry values; invalid JSON stays text. */
export function argumentValue(call: ToolCall): unknown {
  try {
    return JSON.parse(argumentText(call));
  } catch {
    return argumentText(call);
  }
}

/** Splits a text into at most four deltas, as services stream arguments. */
export function inPieces(text: string): string[] {
  const size = Math.max(1, Math.ceil(text.length / 4));
  return Array.from({ length: Math.ceil(text.length / size) }, (_, index) =>
    text.slice(index * size, (index + 1) * size),
  );
}

export const whole = (pieces: readonly string[] | undefined): string => (pieces ?? []).join('');
