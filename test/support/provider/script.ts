/** What the scripted model says, whatever protocol it is asked in. A round answers one request. */
export interface Script {
  readonly rounds: readonly Round[];
  /** Whether the last round answers every further request; without it a further request is refused and kept as unexpected. */
  readonly repeat?: boolean;
  /** Faults of the embeddings endpoint, one a request. */
  readonly embedding_faults?: readonly (Fault | null)[];
}

export interface Round {
  readonly reasoning?: readonly string[];
  /** One entry a delta. */
  readonly text?: readonly string[];
  readonly tool_calls?: readonly ToolCall[];
  /** Without it `stop`, or whatever the protocol says for tool calls. */
  readonly finish?: 'stop' | 'length' | 'content-filter';
  /** One token in and one out, if it does not matter. */
  readonly usage?: Usage;
  readonly fault?: Fault;
}

export interface ToolCall {
  readonly id: string;
  readonly name: string;
  /** A string goes out as it is, valid JSON or not; anything else as its JSON. */
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
  /** An HTTP error in the protocol's own form; `retry_after` is the header as it stands: seconds or a date. */
  | { readonly kind: 'status'; readonly status: number; readonly retry_after?: string }
  | {
      readonly kind: 'redirect';
      readonly status: 301 | 302 | 303 | 307 | 308;
      readonly location: string;
    }
  /** The connection dies before any byte of an answer. */
  | { readonly kind: 'reset' }
  | { readonly kind: 'slow-headers'; readonly ms: number }
  /** After so many events: the connection dies, ends cleanly, or says nothing more. 0 is after the headers. */
  | { readonly kind: 'reset-after' | 'cut' | 'stall'; readonly events: number }
  /** After so many events one that is no JSON; the stream goes on. */
  | { readonly kind: 'garbage'; readonly events: number }
  /** After so many events the service says that it failed, and ends. */
  | { readonly kind: 'error-event'; readonly events: number }
  /** So many bytes at once, so many milliseconds apart. `bytes: 1` cuts UTF-8 at every byte. */
  | { readonly kind: 'drip'; readonly bytes: number; readonly ms: number }
  | { readonly kind: 'crlf' | 'bom' | 'gzip' | 'missing-usage' };

export const argumentText = ({ arguments: given }: ToolCall): string =>
  typeof given === 'string' ? given : JSON.stringify(given);

/** The value of the arguments for protocols that carry values; text that is no JSON stays text. */
export function argumentValue(call: ToolCall): unknown {
  try {
    return JSON.parse(argumentText(call));
  } catch {
    return argumentText(call);
  }
}

/** A text in at most four deltas, as services stream arguments. */
export function inPieces(text: string): string[] {
  const size = Math.max(1, Math.ceil(text.length / 4));
  return Array.from({ length: Math.ceil(text.length / size) }, (_, index) =>
    text.slice(index * size, (index + 1) * size),
  );
}

export const whole = (pieces: readonly string[] | undefined): string => (pieces ?? []).join('');
