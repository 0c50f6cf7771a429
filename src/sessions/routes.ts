import { z } from '@hono/zod-openapi';
import { AgentParameter } from '../agents/index.ts';
import { pageOf } from '../http/openapi.ts';
import { Router } from '../http/router.ts';
import { Id } from '../http/schema.ts';
import {
  Message,
  type NativeStream,
  respond,
  runFailures,
  textOf,
  withClientTools,
} from '../runs/index.ts';
import { suggestionRoutes } from './background/routes.ts';
import { citationRoutes } from './citations/routes.ts';
import { feedbackRoutes } from './feedback/routes.ts';
import { handOverRoutes } from './hand-over/routes.ts';
import {
  AllSessionsQuery,
  CreateSession,
  MessageQuery,
  OpenedSession,
  Session,
  SessionQuery,
  SessionWithMessages,
  UpdateSession,
} from './schema.ts';
import { listSessions } from './search/list-sessions.ts';
import { ListedSession } from './search/schema.ts';
import { SendMessage } from './send-schema.ts';
import { createSession, deleteSession, getSession, updateSession } from './service.ts';
import { listMessages } from './tree/list-messages.ts';
import { treeRoutes } from './tree/routes.ts';
import { turnRequest } from './turn/turn-input.ts';

const agent = z.object({ agent: AgentParameter });
const session = z.object({ session: Id('ses') });
const tag = 'Sessions';

const plainRoutes = new Router()
  .endpoint(
    {
      method: 'post',
      path: '/agents/{agent}/sessions',
      access: 'sessions:write',
      for_end_users: true,
      tag,
      summary: 'Create a session',
      params: agent,
      body: CreateSession,
      reply: {
        status: 201,
        schema: OpenedSession,
        description: 'The session, with its greeting and starter questions',
      },
      failures: ['agent_archived', 'quota_exceeded'],
    },
    (ctx, { params, body }) => createSession(ctx, params.agent, body),
  )
  .endpoint(
    {
      method: 'get',
      path: '/agents/{agent}/sessions',
      access: 'sessions:read',
      for_end_users: true,
      tag,
      summary: 'List sessions',
      description:
        'Newest first. `q` finds sessions with a title or a message that contains all of its words. A `runtime` key sees the ' +
        'sessions that it created; a role without access to messages searches only titles set by persons.',
      params: agent,
      query: SessionQuery,
      reply: { status: 200, schema: pageOf(ListedSession), description: 'Sessions of the agent' },
      failures: ['invalid_cursor'],
    },
    (ctx, { params, query }) => listSessions(ctx, params.agent, query),
  )
  .endpoint(
    {
      method: 'get',
      path: '/sessions',
      access: 'sessions:read',
      for_end_users: true,
      for_visitors: true,
      tag,
      summary: 'List all sessions',
      description:
        'Sessions of all agents, newest first, with the filters of an agent’s list. A key that is limited to agents sees theirs.',
      query: AllSessionsQuery,
      reply: {
        status: 200,
        schema: pageOf(ListedSession),
        description: 'Sessions of the workspace',
      },
      failures: ['not_found', 'invalid_cursor'],
    },
    (ctx, { query: { agent: only, ...query } }) => listSessions(ctx, only ?? null, query),
  )
  .endpoint(
    {
      method: 'get',
      path: '/sessions/{session}',
      access: 'sessions:read',
      for_end_users: true,
      for_visitors: true,
      tag,
      summary: 'Get a session',
      params: session,
      reply: {
        status: 200,
        schema: SessionWithMessages,
        description: 'The session with its newest messages',
      },
    },
    (ctx, { params }) => getSession(ctx, params.session),
  )
  .endpoint(
    {
      method: 'patch',
      path: '/sessions/{session}',
      access: 'sessions:write',
      for_end_users: true,
      for_visitors: true,
      tag,
      summary: 'Update a session',
      description:
        'Renames, archives or restores a session; an archived session accepts no messages. `active_message_id` selects one of the branches ' +
        'that regenerating and editing have created; this is a `session_busy` error while a run is active.',
      params: session,
      body: UpdateSession,
      reply: { status: 200, schema: Session, description: 'The updated session' },
      failures: ['session_busy'],
    },
    (ctx, { params, body }) => updateSession(ctx, params.session, body),
  )
  .endpoint(
    {
      method: 'delete',
      path: '/sessions/{session}',
      access: 'sessions:write',
      for_end_users: true,
      for_visitors: true,
      tag,
      summary: 'Delete a session',
      description:
        'Erases its messages, files, runs, traces and feedback; an active run is cancelled. Its cost stays counted. Forks of the ' +
        'session have their own copies and are kept.',
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
      for_end_users: true,
      for_visitors: true,
      tag,
      summary: 'List messages',
      description:
        'Newest first. Messages form a tree: a regenerated answer or an edited question is a sibling of the original. `branch` selects ' +
        'the active branch or all messages; `siblings` contains the ids of adjacent siblings.',
      params: session,
      query: MessageQuery,
      reply: {
        status: 200,
        schema: pageOf(Message),
        description: 'Messages with citations and usage',
      },
      failures: ['invalid_cursor'],
    },
    (ctx, { params, query }) => listMessages(ctx, params.session, query),
  );

const messageRoutes = (stream: NativeStream) =>
  new Router().endpoint(
    {
      method: 'post',
      path: '/sessions/{session}/messages',
      access: 'sessions:write',
      for_end_users: true,
      for_visitors: true,
      tag,
      summary: 'Send a message',
      description:
        'Returns the assistant’s message or, with `stream` or `Accept: text/event-stream`, the AI SDK’s UI message stream (v1): text ' +
        'deltas, citations as `source-document` and `source-url` parts, and `data-run` with confidence, coverage, usage and cost. The last event ' +
        'is sent after everything is stored. The run continues when the client disconnects: attach again with ' +
        '`GET /runs/{run}/events`, or repeat the request with the same `Idempotency-Key`, which joins it. `on_busy` determines how a ' +
        'message is handled while a run is active. While a person handles the session (`handled_by: human`), the message is stored without ' +
        'an answer: the reply is the stored message, with `role: user` and without a run, and the stream has one `data-hand-over` part.',
      params: session,
      body: SendMessage,
      alsoProduces: ['text/event-stream'],
      events: stream.events,
      reply: { status: 200, schema: Message, description: 'The answer' },
      failures: [...runFailures, 'session_busy', 'session_closed', 'session_handed_over'],
      ownsIdempotency: true,
    },
    (ctx, { params, body, request }) => {
      const { message: _message, parts: _parts, stream: wantsStream, tools, ...rest } = body;
      const input = { ...rest, text: textOf(body), ...withClientTools(tools) };
      const turn = turnRequest(ctx, params.session, input);
      return respond(ctx, turn, stream, { stream: wantsStream }, request);
    },
  );

/**
 * Returns the routes of sessions and their messages; `stream` is the protocol in which answers are
 * streamed.
 */
export function sessionRoutes(stream: NativeStream): Router {
  const routes = new Router();
  const all = [
    plainRoutes,
    messageRoutes(stream),
    feedbackRoutes,
    citationRoutes,
    treeRoutes(stream),
    suggestionRoutes,
    handOverRoutes,
  ];
  for (const some of all) routes.include('/', some);
  return routes;
}
