import type { Message } from '../../sessions/schema.ts';
import { second } from '../../shared/time.ts';
import { isSpeech, isTerminal, type TurnEvent } from '../events.ts';
import type { Wire } from '../stream/encoder.ts';
import { answerOf, eventsGone } from '../stream/event-log.ts';
import { Heart } from './keep-alive.ts';

/** How much text a crash may cost. */
const saveEvery = second;

/** Keeps events that came since it was last called, for the case that the host dies. */
export type Save = (events: readonly TurnEvent[]) => Promise<void>;

/**
 * A run that goes on, whoever listens. Its events stay in memory until it has ended; each listener
 * reads them at its own pace, from wherever it likes.
 */
export class LiveRun {
  readonly id: string;
  readonly events: TurnEvent[];
  /** Resolves with the first word, or with the end where there is none. */
  readonly spoken: Promise<void>;
  readonly ended: Promise<void>;
  readonly #cancel: AbortController;
  readonly #waiting = new Set<() => void>();
  #hasEnded = false;
  #hasSpoken = false;
  #saved = 0;

  constructor(
    id: string,
    events: TurnEvent[],
    cancel: AbortController,
    source: AsyncGenerator<TurnEvent, void>,
    save: Save,
  ) {
    this.id = id;
    this.events = events;
    this.#cancel = cancel;
    const spoken = Promise.withResolvers<void>();
    this.spoken = spoken.promise;
    this.ended = this.#drive(source, save, spoken.resolve);
  }

  get hasSpoken(): boolean {
    return this.#hasSpoken;
  }

  /** Stops the model call; the run ends with the text so far. */
  cancel(): void {
    this.#cancel.abort(new DOMException('The run was cancelled.', 'AbortError'));
  }

  /** The answer, once it is stored. Throws the run's failure. */
  async answer(): Promise<Message> {
    await this.ended;
    return answerOf(this.events.at(-1));
  }

  /**
   * The events as a listener wants them, from behind frame `after`; the past at once, the rest as it
   * comes. Throws `events_gone` where there has been no such frame.
   */
  listen(wire: Wire, after: number): ReadableStream<Uint8Array> {
    const past = this.events.slice();
    const frames = past.flatMap((event) => wire.frames(event));
    if (after > frames.length) throw eventsGone();
    const { readable, writable } = new IdentityTransformStream();
    // A listener that goes away is no fault of the run.
    void this.#tell(writable.getWriter(), wire, frames.slice(after).join(''), past.length).catch(
      () => undefined,
    );
    return readable;
  }

  /** All events, to a stream that is open already. */
  tell(sink: WritableStreamDefaultWriter<Uint8Array>, wire: Wire): Promise<void> {
    return this.#tell(sink, wire, '', 0);
  }

  async #drive(
    source: AsyncGenerator<TurnEvent, void>,
    save: Save,
    spoke: () => void,
  ): Promise<void> {
    const timer = setInterval(() => this.#save(save), saveEvery);
    try {
      for await (const event of source) {
        this.events.push(event);
        if (!this.#hasSpoken && isSpeech(event)) {
          this.#hasSpoken = true;
          spoke();
        }
        if (isTerminal(event)) break;
        this.#wake();
      }
    } finally {
      clearInterval(timer);
      this.#hasEnded = true;
      spoke();
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

  async #tell(
    sink: WritableStreamDefaultWriter<Uint8Array>,
    wire: Wire,
    past: string,
    told: number,
  ): Promise<void> {
    const heart = new Heart(sink);
    try {
      let text = past;
      for (let position = told; ; ) {
        const hasEnded = this.#hasEnded;
        for (; position < this.events.length; position += 1)
          text += wire.frames(this.events[position] as TurnEvent).join('');
        if (hasEnded) text += wire.end();
        if (text !== '') await heart.write(text);
        if (hasEnded) break;
        text = '';
        if (position === this.events.length && !this.#hasEnded)
          await new Promise<void>((resolve) => this.#waiting.add(resolve));
      }
      await sink.close();
    } finally {
      heart.stop();
    }
  }
}
