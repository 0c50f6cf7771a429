import { LightReadableStream } from '../../platform/light-streams.ts';
import type { Fetch } from '../../platform/ports.ts';
import { DeltaJoiner } from '../join-deltas.ts';
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

/** Number of pieces that are buffered for the provider package before reading pauses. */
const maxBuffered = 16;

/**
 * Wraps `fetch` so that responses which deviate from the reference of their protocol are corrected
 * before a provider package reads them: packages reject a whole answer for one unexpected event. An
 * error with a success status becomes an error event, which `readReported` parses. The body has
 * pieces of text, which the `TextDecoderStream` of light streams passes unchanged.
 */
export const readLeniently =
  (send: Fetch, now: () => number): Fetch =>
  async (input, init) => {
    const response = await send(input, init);
    const dialect = dialectOf(input);
    if (dialect === null || !response.ok || response.body === null) return response;
    const { status, statusText } = response;
    const headers = new Headers(response.headers);
    headers.delete('content-length');
    headers.set('content-type', 'text/event-stream');
    const text: unknown = normalized(response.body, new EventNormalizer(dialect), now);
    return new Response(text as ReadableStream<Uint8Array>, { status, statusText, headers });
  };

function dialectOf(input: RequestInfo | URL): Dialect | null {
  const { pathname } = new URL(input instanceof Request ? input.url : input);
  return dialects.find(([pattern]) => pattern.test(pathname))?.[1]() ?? null;
}

function normalized(
  body: ReadableStream<Uint8Array>,
  normalizer: EventNormalizer,
  now: () => number,
): LightReadableStream<string> {
  let joiner: DeltaJoiner;
  return new LightReadableStream<string>({
    start(controller) {
      const emit = (text: string) => {
        if (text !== '') controller.enqueue(text);
      };
      const sink = {
        text: (text: string) => emit(normalizer.push(text)),
        end: () => {
          emit(normalizer.end());
          controller.close();
        },
        error: (reason: unknown) => controller.error(reason),
        isFull: () => (controller.desiredSize ?? 0) <= -maxBuffered,
      };
      joiner = new DeltaJoiner(body, sink, now);
      joiner.read();
    },
    pull: () => joiner.resume(),
    cancel: (reason) => joiner.cancel(reason),
  });
}
