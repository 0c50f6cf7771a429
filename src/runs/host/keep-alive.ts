import { second } from '../../shared/time.ts';

/** An SSE comment: it keeps the connection open and is ignored by clients. */
const comment = new TextEncoder().encode(': keep-alive\n\n');
/** A comment is sent after two intervals without output: after 10 seconds. */
const interval = 5 * second;

/** Writes to a stream, and keeps it open while nothing is written. */
export class KeepAlive {
  readonly #sink: WritableStreamDefaultWriter<Uint8Array>;
  readonly #encoder = new TextEncoder();
  readonly #timer: ReturnType<typeof setInterval>;
  #idle = 0;

  constructor(sink: WritableStreamDefaultWriter<Uint8Array>) {
    this.#sink = sink;
    this.#timer = setInterval(() => this.#tick(), interval);
  }

  async write(text: string): Promise<void> {
    this.#idle = 0;
    await this.#sink.write(this.#encoder.encode(text));
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  #tick(): void {
    this.#idle += 1;
    if (this.#idle < 2) return;
    this.#idle = 0;
    // The next write detects a client that has disconnected.
    void this.#sink.write(comment).catch(() => this.stop());
  }
}
