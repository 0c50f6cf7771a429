import { type RunEvent, readEvents } from '../client/read-events.ts';
import { Answer } from './answer.ts';
import type { Api } from './api.ts';
import { RequestError } from './request-error.ts';
import { texts } from './texts/texts.ts';
import type { Message } from './types.ts';

/** Times that an answer is asked for again without an event in between. */
const maxRejoins = 8;
/** The same before the server has accepted the message, so that a visitor does not wait in vain. */
const maxRepeats = 2;

/** The visitor has stopped a message before the server had accepted it. */
export class Abandoned extends Error {}

/** Reads an answer while it is generated, and joins it again after a lost connection. */
export class AnswerStream {
  /** The run of the answer; null until it is known. */
  run: string | null;
  /** True once the server has accepted the request. */
  isAccepted: boolean;
  /** True once the run waits for what others do, such as to approve a call. */
  isAwaited = false;
  readonly #api: Api;
  readonly #open: (signal: AbortSignal) => Promise<Response>;
  readonly #onAnswer: (messages: readonly Message[]) => void;
  readonly #answer = new Answer();
  readonly #stop = new AbortController();
  #last = 0;
  #failures = 0;

  /** `open` sends the request with the same idempotency key each time, which joins a run whose id is not known yet. */
  constructor(
    api: Api,
    open: ((signal: AbortSignal) => Promise<Response>) | { readonly run: string },
    onAnswer: (messages: readonly Message[]) => void,
  ) {
    this.#api = api;
    this.run = 'run' in open ? open.run : null;
    this.isAccepted = this.run !== null;
    this.#open = 'run' in open ? () => this.#join() : open;
    this.#onAnswer = onAnswer;
  }

  /** Gives the message up, if the server has not accepted it yet. */
  abandon(): void {
    this.#stop.abort();
  }

  /** Reads the answer to its end; the error of its run, if it failed. Throws `RequestError` and `Abandoned`. */
  async read(): Promise<string | null> {
    for (;;) {
      let lost: RequestError | null = null;
      try {
        const response = await (this.run === null ? this.#open(this.#stop.signal) : this.#join());
        this.isAccepted = true;
        if (!isStream(response) || (await this.#consume(response))) return this.#answer.error;
      } catch (error) {
        lost = this.#lostBy(error);
      }
      await this.#pause(lost);
    }
  }

  /** Returns a failure after which it is tried again, and throws any other. */
  #lostBy(error: unknown): RequestError {
    if (this.#stop.signal.aborted && !this.isAccepted) throw new Abandoned();
    if (!(error instanceof RequestError) || !error.isPassing) throw error;
    const isRefused = !this.isAccepted && error.status !== 0;
    // The visitor decides when to send what was refused for now.
    if (isRefused && (error.status === 429 || this.#failures >= maxRepeats)) throw error;
    if (this.#failures >= maxRejoins) throw error;
    return error;
  }

  async #consume(response: Response): Promise<boolean> {
    const events = readEvents(response);
    for (;;) {
      const next = await events.next();
      if (next.done === true) return next.value;
      const { id, event } = next.value;
      if (id > 0) this.#last = id;
      this.#failures = 0;
      this.#note(event);
      this.#onAnswer(this.#answer.add(event));
    }
  }

  #note({ type, data }: RunEvent): void {
    const { id, status } = (data ?? {}) as { id?: string; status?: string };
    if (type !== 'data-run') return;
    if (id !== undefined) this.run = id;
    this.isAwaited = status === 'requires_action';
  }

  #join(): Promise<Response> {
    const headers = { accept: 'text/event-stream', 'last-event-id': String(this.#last) };
    return this.#api.send('GET', `/runs/${this.run}/events`, { headers });
  }

  /** Waits for the connection, or longer after each failure. */
  async #pause(lost: RequestError | null): Promise<void> {
    if (!navigator.onLine)
      await this.#until((done) => addEventListener('online', done, { once: true }));
    this.#failures += 1;
    if (this.#failures > maxRejoins)
      throw lost ?? new RequestError(0, 'unreachable', texts.unreachable);
    const wait = Math.max(
      (lost?.retryAfter ?? 0) * 1000,
      Math.min(5000, 250 * 2 ** this.#failures),
    );
    await this.#until((done) => setTimeout(done, wait));
    if (this.#stop.signal.aborted && !this.isAccepted) throw new Abandoned();
  }

  #until(start: (done: () => void) => unknown): Promise<void> {
    if (this.#stop.signal.aborted) return Promise.resolve();
    return new Promise((resolve) => {
      this.#stop.signal.addEventListener('abort', () => resolve(), { once: true });
      start(resolve);
    });
  }
}

const isStream = (response: Response) =>
  response.headers.get('content-type')?.startsWith('text/event-stream') === true;
