import type { LanguageModelV4StreamPart } from '@ai-sdk/provider';
import type { Ctx } from '../platform/context.ts';
import { minute } from '../shared/time.ts';

/** Maximum time without data. Models that reason for minutes send keep-alives. */
const idleTimeoutMs = 2 * minute;

/**
 * Maximum turns of the microtask queue that a delta waits for the next delta of the same network
 * piece: a provider package may take that many turns between two events. Data that has not arrived is
 * not awaited.
 */
const microtaskLimit = 24;

type Read = ReadableStreamReadResult<LanguageModelV4StreamPart>;

/** Reads a stream one part ahead, so that a caller can check if the next part has arrived. */
export class PartReader {
  readonly #reader: ReadableStreamDefaultReader<LanguageModelV4StreamPart>;
  #next: Promise<Read>;
  #isReady = false;

  constructor(stream: ReadableStream<LanguageModelV4StreamPart>, signal: AbortSignal) {
    this.#reader = stream.getReader();
    this.#next = this.#readNext();
    const cancel = () => void this.#reader.cancel().catch(() => undefined);
    if (signal.aborted) cancel();
    else signal.addEventListener('abort', cancel, { once: true });
  }

  /** Returns the next part; null at the end of the stream. */
  async read(): Promise<LanguageModelV4StreamPart | null> {
    const { done, value } = await this.#next;
    if (done) return null;
    this.#next = this.#readNext();
    return value;
  }

  /** Returns true when the next part, or the end, has arrived. */
  async isNextReady(): Promise<boolean> {
    for (let turn = 0; turn < microtaskLimit && !this.#isReady; turn += 1) await null;
    return this.#isReady;
  }

  #readNext(): Promise<Read> {
    this.#isReady = false;
    const next = this.#reader.read();
    const arrive = () => {
      this.#isReady = true;
    };
    next.then(arrive, arrive);
    return next;
  }
}

/** Calls `onTimeout` after two minutes without a reset. Uses one timer for the whole call. */
export class IdleTimeout {
  readonly #ctx: Ctx;
  readonly #onTimeout: () => void;
  #last_at: number;
  #timer: ReturnType<typeof setTimeout>;

  constructor(ctx: Ctx, onTimeout: () => void) {
    this.#ctx = ctx;
    this.#onTimeout = onTimeout;
    this.#last_at = ctx.now();
    this.#timer = setTimeout(() => this.#check(), idleTimeoutMs);
  }

  reset(): void {
    this.#last_at = this.#ctx.now();
  }

  stop(): void {
    clearTimeout(this.#timer);
  }

  #check(): void {
    const left = this.#last_at + idleTimeoutMs - this.#ctx.now();
    if (left <= 0) this.#onTimeout();
    else this.#timer = setTimeout(() => this.#check(), left);
  }
}
