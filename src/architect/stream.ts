import { z } from '@hono/zod-openapi';
import { Failure } from '../shared/failure.ts';
import { second } from '../shared/time.ts';
import { type ArchitectReply, ArchitectSession } from './schema.ts';

/** One event of the reply of the architect: a part of the UI message stream (v1) of the AI SDK. */
export const ArchitectEvent = z
  .discriminatedUnion('type', [
    z.object({ type: z.literal('start'), messageId: z.string() }),
    z.object({ type: z.literal('text-start'), id: z.string() }),
    z.object({ type: z.literal('text-delta'), id: z.string(), delta: z.string() }),
    z.object({ type: z.literal('text-end'), id: z.string() }),
    z
      .object({ type: z.literal('data-suggestions'), data: z.array(z.string()) })
      .openapi({ description: 'Answers that the user can choose' }),
    z
      .object({ type: z.literal('data-architect'), data: ArchitectSession })
      .openapi({ description: 'The session after the message' }),
    z
      .object({ type: z.literal('error'), errorText: z.string() })
      .openapi({ description: '`code: detail`; the last event. Nothing of the message is stored' }),
    z.object({ type: z.literal('finish'), finishReason: z.enum(['stop', 'error']) }),
  ])
  .openapi('ArchitectEvent');
type ArchitectEvent = z.output<typeof ArchitectEvent>;

const keepAliveAfter = 10 * second;
/** Words of one delta. */
const wordsAtOnce = 6;

/** Returns a reply as the response of a stream. */
export const toReplyStream = (
  headers: Readonly<Record<string, string>>,
  pending: Promise<ArchitectReply>,
): Response => new Response(streamReply(pending), { headers });

/** Streams a reply: comments keep the connection open until it is there. */
function streamReply(pending: Promise<ArchitectReply>): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder();
  let id = 0;
  let timer: ReturnType<typeof setInterval>;
  return new ReadableStream<Uint8Array>({
    async start(controller) {
      const write = (text: string) => controller.enqueue(encoder.encode(text));
      const send = (event: ArchitectEvent) => {
        id += 1;
        write(`id: ${id}\ndata: ${JSON.stringify(event)}\n\n`);
      };
      timer = setInterval(() => {
        try {
          write(': keep-alive\n\n');
        } catch {
          clearInterval(timer);
        }
      }, keepAliveAfter);
      try {
        for (const event of eventsOf(await pending)) send(event);
      } catch (error) {
        const { code, message } =
          error instanceof Failure ? error : new Failure('internal', 'Internal error.');
        send({ type: 'error', errorText: `${code}: ${message}` });
      }
      clearInterval(timer);
      write('data: [DONE]\n\n');
      controller.close();
    },
    cancel() {
      clearInterval(timer);
    },
  });
}

function eventsOf({ message, session }: ArchitectReply): ArchitectEvent[] {
  const part = '0';
  const deltas = message.text.match(new RegExp(`(?:\\S+\\s*){1,${wordsAtOnce}}|\\s+`, 'g')) ?? [];
  return [
    { type: 'start', messageId: message.id },
    { type: 'text-start', id: part },
    ...deltas.map((delta) => ({ type: 'text-delta' as const, id: part, delta })),
    { type: 'text-end', id: part },
    { type: 'data-suggestions', data: message.suggestions },
    { type: 'data-architect', data: session },
    { type: 'finish', finishReason: 'stop' },
  ];
}
