import { z } from '@hono/zod-openapi';
import { Router } from '../../http/router.ts';
import { Id } from '../../http/schema.ts';
import { attachToRun, streamRun, submitAsStream, toEventStream } from '../../runs/index.ts';
import { turnRequest } from '../../sessions/index.ts';
import { uiStream } from './encoder.ts';
import { streamEvent } from './event-schema.ts';
import { ChatRequest } from './schema.ts';
import { findActiveRun, toTurnInput } from './service.ts';
import { toActions } from './tool-results.ts';

const tag = 'Chat';
const stream = { protocol: uiStream };

/** The routes that the AI SDK's `useChat` calls: `new DefaultChatTransport({ api: '<host>/api/v1/chat' })`. */
export const chatRoutes = new Router()
  .endpoint(
    {
      method: 'post',
      path: '/chat',
      access: 'sessions:write',
      for_end_users: true,
      for_visitors: true,
      tag,
      summary: 'Chat (AI SDK)',
      operationId: 'streamChat',
      description:
        'Takes the request of `DefaultChatTransport`, with the id of the session as that of the chat, and returns the UI message stream: ' +
        '`useChat({ id: session, transport: new DefaultChatTransport({ api: "…/api/v1/chat", headers }) })`. The session stores the ' +
        'history: only the last of `messages` is read. `tools` declares client tools (`onToolCall`): a last message of ' +
        'the assistant with their results (`addToolOutput`) resumes the run that waits for them.',
      body: ChatRequest,
      events: streamEvent,
      reply: {
        status: 200,
        mediaType: 'text/event-stream',
        description: 'The events of the answer',
      },
      failures: [
        'not_found',
        'conflict',
        'run_expired',
        'session_busy',
        'session_closed',
        'session_handed_over',
        'agent_archived',
        'share_limit',
        'provider_error',
        'rate_limited',
        'provider_timeout',
      ],
      ownsIdempotency: true,
    },
    async (ctx, { body }) => {
      const sent = await toActions(ctx, body);
      if (sent !== null)
        return toEventStream(
          uiStream,
          await submitAsStream(ctx, sent.run_id, sent.actions, stream),
        );
      const turn = turnRequest(ctx, body.id, await toTurnInput(ctx, body));
      return streamRun(ctx, turn, uiStream);
    },
  )
  .endpoint(
    {
      method: 'get',
      path: '/chat/{session}/stream',
      access: 'messages:read',
      for_end_users: true,
      for_visitors: true,
      tag,
      summary: 'Resume a chat (AI SDK)',
      description:
        'Streams the active run of a session from its first event. `useChat` calls it with `resume`.',
      params: z.object({ session: Id('ses') }),
      events: streamEvent,
      reply: { status: 200, mediaType: 'text/event-stream', description: 'The events of the run' },
      alsoAnswers: { 204: { description: 'No run is active' } },
    },
    async (ctx, { params }) => {
      const run = await findActiveRun(ctx, params.session);
      return run === null
        ? new Response(null, { status: 204 })
        : toEventStream(uiStream, await attachToRun(ctx, run, stream, 0));
    },
  );
