import { z } from '@hono/zod-openapi';
import { Router } from '../../http/router.ts';
import { Id } from '../../http/schema.ts';
import { attachToRun, runAsStream } from '../../runs/service.ts';
import { toEventStream } from '../../runs/stream/sse.ts';
import { uiWire } from './encoder.ts';
import { StreamEvent } from './event-schema.ts';
import { ChatRequest } from './schema.ts';
import { findActiveRun, toTurnInput } from './service.ts';

const tag = 'Chat';
const wire = { kind: uiWire };

/** What the AI SDK's `useChat` asks for by itself: `new DefaultChatTransport({ api: '<host>/api/v1/chat' })`. */
export const chatRoutes = new Router()
  .endpoint(
    {
      method: 'post',
      path: '/chat',
      access: 'sessions:write',
      tag,
      summary: 'Chat (AI SDK)',
      operationId: 'streamChat',
      description:
        'Takes what `DefaultChatTransport` sends, with the session as the chat’s id, and answers with the UI message stream: ' +
        '`useChat({ id: session, transport: new DefaultChatTransport({ api: "…/api/v1/chat", headers }) })`. The session has the ' +
        'history: of `messages` only the last is looked at.',
      body: ChatRequest,
      events: StreamEvent,
      reply: {
        status: 200,
        mediaType: 'text/event-stream',
        description: 'The answer, as it comes',
      },
      failures: [
        'not_found',
        'session_busy',
        'session_closed',
        'agent_archived',
        'provider_error',
        'rate_limited',
        'provider_timeout',
      ],
      ownsIdempotency: true,
    },
    async (ctx, { body }) =>
      toEventStream(await runAsStream(ctx, body.id, await toTurnInput(ctx, body), wire)),
  )
  .endpoint(
    {
      method: 'get',
      path: '/chat/{session}/stream',
      access: 'messages:read',
      tag,
      summary: 'Resume a chat (AI SDK)',
      description:
        'What `useChat` with `resume` asks for: the run that is answering, from its first event.',
      params: z.object({ session: Id('ses') }),
      events: StreamEvent,
      reply: { status: 200, mediaType: 'text/event-stream', description: 'The events of the run' },
      alsoAnswers: { 204: 'No run is going on' },
    },
    async (ctx, { params }) => {
      const run = await findActiveRun(ctx, params.session);
      return run === null
        ? new Response(null, { status: 204 })
        : toEventStream(await attachToRun(ctx, run, wire, 0));
    },
  );
