import type { Ctx } from '../platform/context.ts';
import { failureOf, type TurnEvent } from './events.ts';
import type { Message, SendMessage } from './schema.ts';
import { SseWriter, UiMessageStream, uiMessageStreamHeaders } from './ui-message-stream.ts';

/** Whether a request asks for events: its body says so, or, where it says nothing, what it accepts. */
export function wantsStream(body: SendMessage, request: Request): boolean {
  return body.stream ?? request.headers.get('accept')?.includes('text/event-stream') ?? false;
}

/**
 * A turn as server-sent events. A failure before the first word is thrown, as a status; a later one
 * is an event. The turn goes on to its end when the client goes away: what was asked is answered and
 * stored all the same.
 */
export async function streamTurn(ctx: Ctx, events: AsyncGenerator<TurnEvent, void>): Promise<Response> {
  const head = await readHead(events);
  const failed = head.at(-1);
  if (failed?.type === 'failed') throw failureOf(failed);
  const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>();
  ctx.defer(pump(head, events, writable.getWriter()));
  return new Response(readable, { headers: uiMessageStreamHeaders });
}

/** What a model says first; after that a failure comes too late for a status. */
const isSpeech: ReadonlySet<TurnEvent['type']> = new Set(['text', 'reasoning', 'tool-input-start', 'tool-call']);

/** The events up to the first word, or up to the end if there is none. */
async function readHead(events: AsyncGenerator<TurnEvent, void>): Promise<TurnEvent[]> {
  const head: TurnEvent[] = [];
  for (let next = await events.next(); next.done !== true; next = await events.next()) {
    head.push(next.value);
    if (isSpeech.has(next.value.type)) break;
  }
  return head;
}

/** An answer that was given before, to a client that expects events. */
export function replayMessage(message: Message): Response {
  const writer = new SseWriter();
  return new Response(writer.write(new UiMessageStream().replay(message)) + writer.end(), { headers: uiMessageStreamHeaders });
}

async function pump(
  head: readonly TurnEvent[],
  rest: AsyncGenerator<TurnEvent, void>,
  sink: WritableStreamDefaultWriter<Uint8Array>,
): Promise<void> {
  const encoder = new TextEncoder();
  const stream = new UiMessageStream();
  const writer = new SseWriter();
  let isListening = true;
  const send = async (text: string) => {
    if (!isListening) return;
    await sink.write(encoder.encode(text)).catch(() => {
      isListening = false;
    });
  };
  await send(writer.write(head.flatMap((event) => stream.chunks(event))));
  for await (const event of rest) await send(writer.write(stream.chunks(event)));
  await send(writer.end());
  await sink.close().catch(() => undefined);
}
