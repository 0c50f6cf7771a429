import { z } from '@hono/zod-openapi';
import { Id } from '../http/schema.ts';
import type { Log } from '../platform/ports.ts';
import { Failure } from '../shared/failure.ts';
import { once } from '../shared/once.ts';
import { second } from '../shared/time.ts';
import { type ArchitectReply, ArchitectSession } from './schema.ts';

/** One event of the reply of the architect: a part of the UI message stream (v1) of the AI SDK. */
export const architectEvent = once(() =>
  z
    .discriminatedUnion('type', [
      z.object({ type: z.literal('start') }),
      z.object({ type: z.literal('text-start'), id: z.string() }),
      z.object({ type: z.literal('text-delta'), id: z.string(), delta: z.string() }),
      z.object({ type: z.literal('text-end'), id: z.string() }),
      z
        .object({ type: z.literal('data-suggestions'), data: z.array(z.string()) })
        .openapi({ description: 'Answers that the user can choose' }),
      z
        .object({
          type: z.literal('data-architect'),
          data: z.object({ message_id: Id('msg'), session: ArchitectSession }),
        })
        .openapi({ description: 'The session after the message, and the id of the reply' }),
      z.object({ type: z.literal('error'), errorText: z.string() }).openapi({
        description: '`code: detail`; the last event. Nothing of the message is stored',
      }),
      z.object({ type: z.literal('finish'), finishReason: z.literal('stop') }),
    ])
    .openapi('ArchitectEvent'),
);
type ArchitectEvent = z.output<ReturnType<typeof architectEvent>>;

const keepAliveAfter = 10 * second;
/** Words of one delta. */
const someWords = /(?:\S+\s*){1,6}|\s+/g;

type Answer = () => Promise<ArchitectReply>;

/** Returns a reply as the response of a stream, which begins before the reply is whole. */
export const toReplyStream = (
  headers: Readonly<Record<string, string>>,
  answer: Answer,
  log?: Log,
): Response => new Response(streamReply(answer, log), { headers });

function streamReply(answer: Answer, log: Log | undefined): ReadableStream<Uint8Array> {
  const writer = new EventWriter();
  return new ReadableStream<Uint8Array>({
    async start(controller) {
      writer.open(controller);
      try {
        writer.finish(await answer());
      } catch (error) {
        if (!(error instanceof Failure)) log?.error('architect_failed', { error });
        const { code, message } =
          error instanceof Failure ? error : new Failure('internal', 'Internal error.');
        writer.send({ type: 'error', errorText: `${code}: ${message}` });
      }
      writer.close();
    },
    cancel: () => writer.stop(),
  });
}

/** Writes numbered events, and comments that keep the connection open. A client that is gone is not written to. */
class EventWriter {
  readonly #encoder = new TextEncoder();
  #controller: ReadableStreamDefaultController<Uint8Array> | null = null;
  #timer: ReturnType<typeof setInterval> | undefined;
  #id = 0;

  open(controller: ReadableStreamDefaultController<Uint8Array>): void {
    this.#controller = controller;
    this.#timer = setInterval(() => this.#write(': keep-alive\n\n'), keepAliveAfter);
  }

  send(event: ArchitectEvent): void {
    this.#id += 1;
    this.#write(`id: ${this.#id}\ndata: ${JSON.stringify(event)}\n\n`);
  }

  /** Writes a reply and the session. */
  finish({ message, session }: ArchitectReply): void {
    this.send({ type: 'start' });
    this.send({ type: 'text-start', id: '0' });
    for (const delta of message.text.match(someWords) ?? [])
      this.send({ type: 'text-delta', id: '0', delta });
    this.send({ type: 'text-end', id: '0' });
    this.send({ type: 'data-suggestions', data: message.suggestions });
    this.send({ type: 'data-architect', data: { message_id: message.id, session } });
    this.send({ type: 'finish', finishReason: 'stop' });
  }

  close(): void {
    this.#write('data: [DONE]\n\n');
    const controller = this.#controller;
    this.stop();
    controller?.close();
  }

  stop(): void {
    clearInterval(this.#timer);
    this.#controller = null;
  }

  #write(text: string): void {
    this.#controller?.enqueue(this.#encoder.encode(text));
  }
}
