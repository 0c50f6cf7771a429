import { z } from '@hono/zod-openapi';
import { AgentParameter } from '../agents/index.ts';
import { pageOf, pageQuery } from '../http/openapi.ts';
import { Router } from '../http/router.ts';
import { Id } from '../http/schema.ts';
import { CreateSession, Message, RunWithSteps, SendMessage, Session, SessionQuery, SessionWithMessages, UpdateSession } from './schema.ts';
import {
  createSession,
  deleteSession,
  getRun,
  getSession,
  listMessages,
  listSessions,
  sendMessage,
  sendMessageAndWait,
  updateSession,
} from './service.ts';
import { replayMessage, streamTurn, wantsStream } from './sse.ts';

const agent = z.object({ agent: AgentParameter });
const session = z.object({ session: Id('ses') });
const tag = 'Sessions';

export const sessionRoutes = new Router()
  .endpoint(
    {
      method: 'post',
      path: '/agents/{agent}/sessions',
      access: 'sessions:write',
      tag,
      summary: 'Create a session',
      params: agent,
      body: CreateSession,
      reply: { status: 201, schema: Session, description: 'The session' },
      failures: ['agent_archived'],
    },
    (ctx, { params, body }) => createSession(ctx, params.agent, body),
  )
  .endpoint(
    {
      method: 'get',
      path: '/agents/{agent}/sessions',
      access: 'sessions:read',
      tag,
      summary: 'List sessions',
      description: 'Newest first. A `runtime` key sees the sessions it made.',
      params: agent,
      query: SessionQuery,
      reply: { status: 200, schema: pageOf(Session), description: 'Sessions of the agent' },
      failures: ['invalid_cursor'],
    },
    (ctx, { params, query }) => listSessions(ctx, params.agent, query),
  )
  .endpoint(
    {
      method: 'get',
      path: '/sessions/{session}',
      access: 'sessions:read',
      tag,
      summary: 'Get a session',
      params: session,
      reply: { status: 200, schema: SessionWithMessages, description: 'The session with its newest messages' },
    },
    (ctx, { params }) => getSession(ctx, params.session),
  )
  .endpoint(
    {
      method: 'patch',
      path: '/sessions/{session}',
      access: 'sessions:write',
      tag,
      summary: 'Update a session',
      description: 'Renames it, archives it or takes it back from the archive. An archived session takes no messages.',
      params: session,
      body: UpdateSession,
      reply: { status: 200, schema: Session, description: 'The session as it is now' },
    },
    (ctx, { params, body }) => updateSession(ctx, params.session, body),
  )
  .endpoint(
    {
      method: 'delete',
      path: '/sessions/{session}',
      access: 'sessions:write',
      tag,
      summary: 'Delete a session',
      description: 'Erases its messages, runs and traces. What it cost stays counted.',
      params: session,
      reply: { status: 204, description: 'Erased' },
    },
    async (ctx, { params }) => void (await deleteSession(ctx, params.session)),
  )
  .endpoint(
    {
      method: 'get',
      path: '/sessions/{session}/messages',
      access: 'messages:read',
      tag,
      summary: 'List messages',
      description: 'Newest first.',
      params: session,
      query: z.strictObject(pageQuery),
      reply: { status: 200, schema: pageOf(Message), description: 'Messages with citations and usage' },
      failures: ['invalid_cursor'],
    },
    (ctx, { params, query }) => listMessages(ctx, params.session, query),
  )
  .endpoint(
    {
      method: 'post',
      path: '/sessions/{session}/messages',
      access: 'sessions:write',
      tag,
      summary: 'Send a message',
      description:
        'Answers with the assistant’s message, or, with `stream` or `Accept: text/event-stream`, with the AI SDK’s UI message ' +
        'stream (v1): text as it comes, citations as `source-document` parts, and `data-run` with confidence, coverage, usage and ' +
        'cost. The last event is sent once everything is stored. One message at a time: a second one meanwhile is `session_busy`.',
      params: session,
      body: SendMessage,
      alsoProduces: ['text/event-stream'],
      reply: { status: 200, schema: Message, description: 'The answer' },
      failures: ['session_busy', 'session_closed', 'agent_archived', 'provider_auth', 'rate_limited', 'provider_error', 'provider_timeout'],
      replay: (message, { body, request }) => (wantsStream(body, request) ? replayMessage(message) : message),
    },
    async (ctx, { params, body, request }) =>
      wantsStream(body, request)
        ? streamTurn(ctx, await sendMessage(ctx, params.session, body))
        : sendMessageAndWait(ctx, params.session, body),
  )
  .endpoint(
    {
      method: 'get',
      path: '/runs/{run}',
      access: 'sessions:read',
      tag,
      summary: 'Get a run',
      description: 'State and trace: what was retrieved, which model was called, how long it took and what it cost.',
      params: z.object({ run: Id('run') }),
      reply: { status: 200, schema: RunWithSteps, description: 'The run with its steps' },
    },
    (ctx, { params }) => getRun(ctx, params.run),
  );
