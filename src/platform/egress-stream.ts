import { abortReason, untilAborted } from './egress-error.ts';
import {
  checkContentType,
  checkHeaders,
  mediaTypeOf,
  tooLarge,
  withBody,
} from './egress-response.ts';
import type { EgressStreamLimits } from './ports.ts';

type Guard = <Result>(work: Promise<Result>) => Promise<Result>;

/** Sends the request and follows its redirects until the signal aborts. */
type Open = (
  signal: AbortSignal,
  guard: Guard,
) => Promise<{ readonly url: URL; readonly response: Response }>;

/** A response whose body streams within limits. Reads only as fast as its reader, and counts only that time as idle. */
export async function openStream(
  open: Open,
  caller: AbortSignal | undefined,
  limits: EgressStreamLimits,
): Promise<Response> {
  const timer = new StreamTimer(caller);
  const started = Date.now();
  timer.start(limits.first_byte_ms);
  try {
    const { url, response } = await open(timer.signal, timer.guard);
    timer.stop();
    checkHeaders(response.headers);
    const type = mediaTypeOf(response.headers);
    if (type !== '' && limits.content_types !== undefined)
      checkContentType(type, limits.content_types);
    if (response.body === null) return withBody(url, response, null);
    const first_byte_ms = Math.max(1, limits.first_byte_ms - (Date.now() - started));
    const body = new BoundedBody(response.body, timer, { ...limits, first_byte_ms }, type === '');
    return withBody(url, response, body.stream());
  } catch (error) {
    timer.abort();
    throw error;
  }
}

/** One abort signal for the limits of time and for the caller. */
class StreamTimer {
  readonly signal: AbortSignal;
  readonly #controller = new AbortController();
  readonly #caller: AbortSignal | undefined;
  #timeout: ReturnType<typeof setTimeout> | undefined;

  constructor(caller: AbortSignal | undefined) {
    this.#caller = caller;
    this.signal =
      caller === undefined
        ? this.#controller.signal
        : AbortSignal.any([caller, this.#controller.signal]);
  }

  readonly guard: Guard = (work) =>
    untilAborted(work, this.signal, () => abortReason(this.#caller));

  start(ms: number): void {
    this.stop();
    this.#timeout = setTimeout(() => this.#controller.abort(), ms);
  }

  stop(): void {
    clearTimeout(this.#timeout);
  }

  /** Closes the connection. */
  abort(): void {
    this.stop();
    this.#controller.abort();
  }
}

/**
 * Counts decoded bytes, so that a compression bomb ends at the limit whatever its compressed size.
 */
class BoundedBody {
  readonly #reader: ReadableStreamDefaultReader<Uint8Array>;
  readonly #timer: StreamTimer;
  readonly #limits: EgressStreamLimits;
  readonly #isUntyped: boolean;
  #bytes = 0;

  constructor(
    body: ReadableStream<Uint8Array>,
    timer: StreamTimer,
    limits: EgressStreamLimits,
    isUntyped: boolean,
  ) {
    this.#reader = body.getReader();
    this.#timer = timer;
    this.#limits = limits;
    this.#isUntyped = isUntyped;
  }

  stream(): ReadableStream<Uint8Array> {
    return new ReadableStream<Uint8Array>(
      {
        pull: async (controller) => {
          try {
            const chunk = await this.#read();
            if (chunk === null) controller.close();
            else controller.enqueue(chunk);
          } catch (error) {
            this.#close();
            controller.error(error);
          }
        },
        cancel: () => this.#close(),
      },
      { highWaterMark: 0 },
    );
  }

  async #read(): Promise<Uint8Array | null> {
    const { first_byte_ms, idle_ms, max_bytes, content_types } = this.#limits;
    this.#timer.start(this.#bytes === 0 ? first_byte_ms : idle_ms);
    const { done, value } = await this.#timer.guard(this.#reader.read());
    this.#timer.stop();
    if (done) return null;
    // An empty body needs no type.
    if (this.#bytes === 0 && this.#isUntyped && content_types !== undefined)
      checkContentType('', content_types);
    this.#bytes += value.byteLength;
    if (this.#bytes > max_bytes) throw tooLarge(max_bytes);
    return value;
  }

  #close(): void {
    this.#timer.abort();
    void this.#reader.cancel().catch(() => undefined);
  }
}
