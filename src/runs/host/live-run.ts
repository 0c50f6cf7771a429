import { second } from '../../shared/time.ts';
import { endsStream, isOutput, type RunEvent } from '../events.ts';
import type { Message } from '../schema/message.ts';
import type { StreamEncoder } from '../stream/encoder.ts';
import { answerOf, eventsGone } from '../stream/event-log.ts';
import { KeepAlive } from './keep-alive.ts';

/** Interval in milliseconds at which events are stored, which bounds the loss in a crash. */
const saveEvery = second;

/** Stores the events since its last call, in case the host crashes. */
export type Save = (events: readonly RunEvent[]) => Promise<void>;

/**
 * A run that is executed here, with or without listeners. Its events stay in memory until it has ended; each listener
 * reads them at its own pace, from any position.
 */
export class LiveRun {
  readonly id: string;
  readonly events: RunEvent[];
  /** Resolves with the first output, or at the end of a run without any. */
  readonly firstOutput: Promise<void>;
  readonly ended: Promise<void>;
  /** The number of earlier events, of a run that has waited. */
  readonly begun_at: number;
  readonly #cancel: AbortController;
  readonly #waiting = new Set<() => void>();
  #hasEnded = false;
  #hasOutput = false;
  #saved: number;

  constructor(
    id: string,
    events: RunEvent[],
    cancel: AbortController,
    source: AsyncGenerator<RunEvent, void>,
    save: Save,
  ) {
    this.id = id;
    this.events = events;
    this.begun_at = events.length;
    this.#saved = events.length;
    this.#cancel = cancel;
    const firstOutput = Promise.withResolvers<void>();
    this.firstOutput = firstOutput.promise;
    this.ended = this.#drive(source, save, firstOutput.resolve);
  }

  get hasOutput(): boolean {
    return this.#hasOutput;
  }

  /** Stops the model call. The run ends with the text so far. */
  cancel(): void {
    this.#cancel.abort(new DOMException('The run was cancelled.', 'AbortError'));
  }

  /** Resolves with the answer once it is stored, or with the answer so far once the run waits. Throws the run's failure. */
  async answer(): Promise<Message> {
    await this.ended;
    return answerOf(this.events.at(-1));
  }

  /**
   * Streams the events after frame `after`: past ones at once, the others as they come. Throws
   * `events_gone` when the frame does not exist.
   */
  stream(encoder: StreamEncoder, after: number): ReadableStream<Uint8Array> {
    const past = this.events.slice();
    const frames = past.flatMap((event) => encoder.frames(event));
    if (after > frames.length) throw eventsGone();
    const { readable, writable } = new IdentityTransformStream();
    const text = frames.slice(after).join('');
    // A listener that disconnects does not fail the run.
    void this.#write(writable.getWriter(), encoder, text, past.length).catch(() => undefined);
    return readable;
  }

  /** Streams the events after the first `count`. */
  streamFrom(encoder: StreamEncoder, count: number): ReadableStream<Uint8Array> {
    const { readable, writable } = new IdentityTransformStream();
    void this.streamTo(writable.getWriter(), encoder, count).catch(() => undefined);
    return readable;
  }

  /** Writes the events after the first `count` to an open stream. */
  streamTo(
    sink: WritableStreamDefaultWriter<Uint8Array>,
    encoder: StreamEncoder,
    count: number,
  ): Promise<void> {
    // Frames are numbered from the first event.
    for (const event of this.events.slice(0, count)) encoder.frames(event);
    return this.#write(sink, encoder, '', count);
  }

  async #drive(
    source: AsyncGenerator<RunEvent, void>,
    save: Save,
    onOutput: () => void,
  ): Promise<void> {
    const timer = setInterval(() => this.#save(save), saveEvery);
    try {
      for await (const event of source) {
        this.events.push(event);
        if (!this.#hasOutput && isOutput(event)) {
          this.#hasOutput = true;
          onOutput();
        }
        if (endsStream(event)) break;
        this.#wake();
      }
    } finally {
      clearInterval(timer);
      this.#hasEnded = true;
      onOutput();
      this.#wake();
    }
  }

  #save(save: Save): void {
    const fresh = this.events.slice(this.#saved);
    if (fresh.length === 0) return;
    this.#saved = this.events.length;
    void save(fresh);
  }

  #wake(): void {
    for (const wake of this.#waiting) wake();
    this.#waiting.clear();
  }

  async #write(
    sink: WritableStreamDefaultWriter<Uint8Array>,
    encoder: StreamEncoder,
    past: string,
    from: number,
  ): Promise<void> {
    const output = new KeepAlive(sink);
    try {
      let text = past;
      for (let position = from; ; ) {
        const hasEnded = this.#hasEnded;
        for (; position < this.events.length; position += 1)
          text += encoder.frames(this.events[position] as RunEvent).join('');
        if (hasEnded) text += encoder.end();
        if (text !== '') await output.write(text);
        if (hasEnded) break;
        text = '';
        if (position === this.events.length && !this.#hasEnded)
          await new Promise<void>((resolve) => this.#waiting.add(resolve));
      }
      await sink.close();
    } finally {
      output.stop();
    }
  }
}
