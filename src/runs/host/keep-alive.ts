import { second } from '../../shared/time.ts';

/** Tells proxies and clients that somebody is still there; means nothing. */
const heartbeat = new TextEncoder().encode(': keep-alive\n\n');
/** Twice without a word between, and it beats: after 10 seconds. */
const lookEvery = 5 * second;

/** Keeps a stream open while nothing is said on it. */
export class Heart {
  readonly #sink: WritableStreamDefaultWriter<Uint8Array>;
  readonly #encoder = new TextEncoder();
  readonly #timer: ReturnType<typeof setInterval>;
  #idle = 0;

  constructor(sink: WritableStreamDefaultWriter<Uint8Array>) {
    this.#sink = sink;
    this.#timer = setInterval(() => this.#look(), lookEvery);
  }

  async write(text: string): Promise<void> {
    this.#idle = 0;
    await this.#sink.write(this.#encoder.encode(text));
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  #look(): void {
    this.#idle += 1;
    if (this.#idle < 2) return;
    this.#idle = 0;
    // Whoever has gone away is noticed by the next word.
    void this.#sink.write(heartbeat).catch(() => this.stop());
  }
}
