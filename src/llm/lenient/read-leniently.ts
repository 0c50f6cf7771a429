import type { Fetch } from '../../platform/ports.ts';
import { ChatDialect } from './chat.ts';
import type { Dialect } from './dialect.ts';
import { EventNormalizer } from './event-normalizer.ts';
import { GoogleDialect } from './google.ts';
import { MessagesDialect } from './messages.ts';
import { ResponsesDialect } from './responses.ts';

/** Dialects by the end of the path. Calls of language models are always streamed. */
const dialects: readonly (readonly [RegExp, () => Dialect])[] = [
  [/\/chat\/completions$/, () => new ChatDialect()],
  [/\/responses$/, () => new ResponsesDialect()],
  [/\/messages$/, () => new MessagesDialect()],
  [/:streamGenerateContent$/, () => new GoogleDialect()],
];

/**
 * Wraps `fetch` so that responses which deviate from the reference of their protocol are corrected
 * before a provider package reads them: packages reject a whole answer for one unexpected event. An
 * error with a success status becomes an error event, which `readReported` parses.
 */
export const readLeniently =
  (send: Fetch): Fetch =>
  async (input, init) => {
    const response = await send(input, init);
    const dialect = dialectOf(input);
    if (dialect === null || !response.ok || response.body === null) return response;
    const { status, statusText } = response;
    const headers = new Headers(response.headers);
    headers.delete('content-length');
    headers.set('content-type', 'text/event-stream');
    return new Response(normalized(response.body, new EventNormalizer(dialect)), {
      status,
      statusText,
      headers,
    });
  };

function dialectOf(input: RequestInfo | URL): Dialect | null {
  const { pathname } = new URL(input instanceof Request ? input.url : input);
  return dialects.find(([pattern]) => pattern.test(pathname))?.[1]() ?? null;
}

function normalized(
  body: ReadableStream<Uint8Array>,
  normalizer: EventNormalizer,
): ReadableStream<Uint8Array> {
  const reader = body.getReader();
  return new ReadableStream<Uint8Array>({
    async pull(controller) {
      for (let good: Uint8Array | null = null; good === null; ) {
        const { done, value } = await reader.read();
        good = done ? normalizer.end() : normalizer.push(value);
        if (good !== null) controller.enqueue(good);
        if (done) return controller.close();
      }
    },
    cancel: (reason) => reader.cancel(reason),
  });
}
