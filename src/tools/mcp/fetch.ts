import type { FetchLike } from '@modelcontextprotocol/client';
import type { Ctx } from '../../platform/context.ts';
import { tooLarge } from '../../platform/egress-response.ts';

interface Bounds {
  readonly url: string;
  readonly signal: AbortSignal;
  /** Bytes of all responses of the connection together. */
  readonly max_bytes: number;
  readonly timeout_ms: number;
}

/** A response without the answer to its request would leave the client waiting. */
const graceMs = 500;

/**
 * Returns the `fetch` of one connection: through egress, with one budget of bytes for all responses. The stream
 * that servers push messages on is not opened. `onEnd` is called when a response has ended, at once with
 * the error if it broke, and otherwise unless a further request follows.
 */
export function boundedFetch(
  ctx: Ctx,
  { url, signal, max_bytes, timeout_ms }: Bounds,
  onEnd: (error?: unknown) => void,
): { readonly fetch: FetchLike; readonly stop: () => void } {
  let left = max_bytes;
  let timer: ReturnType<typeof setTimeout> | undefined;
  const stop = () => clearTimeout(timer);
  const { origin } = new URL(url);
  const follow = (body: ReadableStream<Uint8Array>): ReadableStream<Uint8Array> => {
    const reader = body.getReader();
    return new ReadableStream<Uint8Array>({
      async pull(controller) {
        try {
          const { done, value } = await reader.read();
          if (done) {
            timer = setTimeout(onEnd, graceMs);
            return controller.close();
          }
          left -= value.byteLength;
          if (left < 0) throw tooLarge(max_bytes);
          controller.enqueue(value);
        } catch (error) {
          void reader.cancel().catch(() => undefined);
          onEnd(error);
          controller.error(error);
        }
      },
      cancel: () => reader.cancel(),
    });
  };
  return {
    stop,
    fetch: async (input, init = {}) => {
      const target = new URL(String(input));
      const { method = 'GET' } = init;
      if (method === 'GET' && acceptsEvents(init.headers) && target.origin === origin)
        return new Response(null, { status: 405 });
      stop();
      const isLast = method === 'DELETE';
      // The session is ended after the work, whose signal may have been aborted.
      const until = isLast ? AbortSignal.timeout(lastMs) : anyOf(signal, init.signal);
      const response = await ctx.egress.stream(
        target.href,
        { ...init, signal: until },
        {
          ...{ redirects: 3, refuseRedirect: toOrigin(target), max_bytes: Math.max(1, left) },
          ...{ first_byte_ms: timeout_ms, idle_ms: timeout_ms },
        },
      );
      if (response.body === null || method !== 'POST') return response;
      return new Response(follow(response.body), response);
    },
  };
}

const toOrigin =
  ({ origin }: URL) =>
  (to: URL) =>
    to.origin === origin ? null : 'The redirect leads to another origin.';

const lastMs = 2000;

const anyOf = (signal: AbortSignal, other: AbortSignal | null | undefined): AbortSignal =>
  other == null ? signal : AbortSignal.any([signal, other]);

const acceptsEvents = (headers: RequestInit['headers']): boolean =>
  new Headers(headers).get('accept')?.includes('text/event-stream') ?? false;
