import type { LanguageModelV4StreamPart } from '@ai-sdk/provider';
import type { Ctx } from '../platform/context.ts';
import { minute } from '../shared/time.ts';

/** A model that says nothing for this long has been lost; some think for minutes, but send signs of life. */
const silence = 2 * minute;

/**
 * Turns of the microtask queue that a delta waits for one that came in the same piece off the
 * network: that many steps a provider package may take between two events of one piece. It waits
 * for nothing that is still on its way.
 */
const patience = 24;

type Read = ReadableStreamReadResult<LanguageModelV4StreamPart>;

/** Reads one part ahead, so that it can be told whether another is here already. */
export class PartReader {
  readonly #reader: ReadableStreamDefaultReader<LanguageModelV4StreamPart>;
  #next: Promise<Read>;
  #isHere = false;

  constructor(stream: ReadableStream<LanguageModelV4StreamPart>, signal: AbortSignal) {
    this.#reader = stream.getReader();
    this.#next = this.#ask();
    const cancel = () => void this.#reader.cancel().catch(() => undefined);
    if (signal.aborted) cancel();
    else signal.addEventListener('abort', cancel, { once: true });
  }

  async read(): Promise<LanguageModelV4StreamPart | null> {
    const { done, value } = await this.#next;
    if (done) return null;
    this.#next = this.#ask();
    return value;
  }

  async isNextHere(): Promise<boolean> {
    for (let turn = 0; turn < patience && !this.#isHere; turn += 1) await null;
    return this.#isHere;
  }

  #ask(): Promise<Read> {
    this.#isHere = false;
    const next = this.#reader.read();
    const arrive = () => {
      this.#isHere = true;
    };
    next.then(arrive, arrive);
    return next;
  }
}

/** Notices when nothing has been heard for too long, with one timer for the whole call. */
export class SilenceWatch {
  readonly #ctx: Ctx;
  readonly #onSilence: () => void;
  #heard_at: number;
  #timer: ReturnType<typeof setTimeout>;

  constructor(ctx: Ctx, onSilence: () => void) {
    this.#ctx = ctx;
    this.#onSilence = onSilence;
    this.#heard_at = ctx.now();
    this.#timer = setTimeout(() => this.#look(), silence);
  }

  heard(): void {
    this.#heard_at = this.#ctx.now();
  }

  stop(): void {
    clearTimeout(this.#timer);
  }

  #look(): void {
    const left = this.#heard_at + silence - this.#ctx.now();
    if (left <= 0) this.#onSilence();
    else this.#timer = setTimeout(() => this.#look(), left);
  }
}
