import { z } from '@hono/zod-openapi';
import { AgentParameter } from '../agents/index.ts';
import { pageOf } from '../http/openapi.ts';
import { Router } from '../http/router.ts';
import { Id } from '../http/schema.ts';
import { uiWire } from '../protocols/ui-stream/encoder.ts';
import { StreamEvent } from '../protocols/ui-stream/event-schema.ts';
import { chatRoutes } from '../protocols/ui-stream/routes.ts';
import { runListRoutes } from '../runs/list/routes.ts';
import { oneShotRoutes } from '../runs/one-off/routes.ts';
import { attachToRun, cancelRun, getRun } from '../runs/service.ts';
import { respond, runFailures } from '../runs/stream/respond.ts';
import { readLastEventId, toEventStream } from '../runs/stream/sse.ts';
import { suggestionRoutes } from './background/routes.ts';
import { feedbackRoutes } from './feedback/routes.ts';
import {
  AllSessionsQuery,
  CreateSession,
  Message,
  MessageQuery,
  OpenedSession,
  Run,
  RunWithSteps,
  Session,
  SessionQuery,
  SessionWithMessages,
  UpdateSession,
} from './schema.ts';
import { listSessions } from './search/list-sessions.ts';
import { ListedSession } from './search/schema.ts';
import { SendMessage, textOf } from './send-schema.ts';
import { createSession, deleteSession, getSession, updateSession } from './service.ts';
import { listMessages } from './tree/list-messages.ts';
import { treeRoutes } from './tree/routes.ts';

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
      reply: {
        status: 201,
        schema: OpenedSession,
        description: 'The session, with what it opens with',
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
      tag,
      summary: 'List sessions',
      description:
        'Newest first. With `q` those in which the title or one message has all of its words, and where. A `runtime` key sees the ' +
        'sessions it made; a role that may not read messages searches titles that persons gave, alone.',
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
      tag,
      summary: 'List all sessions',
      description:
        'Sessions of every agent, newest first, filtered as the list of one agent is. A key that is limited to agents sees theirs.',
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
      tag,
      summary: 'Update a session',
      description:
        'Renames it, archives it or takes it back from the archive; an archived session takes no messages. `active_message_id` chooses ' +
        'among the branches that regenerating and editing have made, which is refused while a run goes on.',
      params: session,
      body: UpdateSession,
      reply: { status: 200, schema: Session, description: 'The session as it is now' },
      failures: ['session_busy'],
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
      description:
        'Erases its messages, files, runs and traces, and what people thought of it; a run that goes on is cancelled. What it cost stays ' +
        'counted. Sessions that were forked from it have their own copies and stay.',
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
      description:
        'Newest first. Messages form a tree: a regenerated answer or an edited question is a sibling of the one before. `branch` tells ' +
        'whether the branch that is shown is listed or all of them; `siblings` leads from one to the next.',
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
        'cost. The last event is sent once everything is stored. The run goes on when the client goes away: attach again by ' +
        '`GET /runs/{run}/events`, or send the same request with the same `Idempotency-Key`, which joins it. What happens to a ' +
        'message that comes while another is being answered is said by `on_busy`.',
      params: session,
      body: SendMessage,
      alsoProduces: ['text/event-stream'],
      events: StreamEvent,
      reply: { status: 200, schema: Message, description: 'The answer' },
      failures: [...runFailures, 'session_busy', 'session_closed'],
      ownsIdempotency: true,
    },
    (ctx, { params, body, request }) => {
      const { message: _message, parts: _parts, stream, ...input } = body;
      return respond(
        ctx,
        { session_id: params.session, input: { ...input, text: textOf(body) } },
        { stream },
        request,
      );
    },
  )
  .endpoint(
    {
      method: 'get',
      path: '/runs/{run}',
      access: 'sessions:read',
      tag,
      summary: 'Get a run',
      description:
        'State and trace: what was retrieved, which model was called, how long it took and what it cost.',
      params: z.object({ run: Id('run') }),
      reply: { status: 200, schema: RunWithSteps, description: 'The run with its steps' },
    },
    (ctx, { params }) => getRun(ctx, params.run),
  )
  .endpoint(
    {
      method: 'get',
      path: '/runs/{run}/events',
      access: 'messages:read',
      tag,
      summary: 'Attach to a run',
      description:
        'The events of a run in the AI SDK’s UI message stream (v1): those that have been at once, the rest as they come; a run ' +
        'that has ended is told from the record. With `Last-Event-ID` only what follows that event. Comments keep the connection ' +
        'open every 10 seconds.',
      params: z.object({ run: Id('run') }),
      events: StreamEvent,
      reply: { status: 200, mediaType: 'text/event-stream', description: 'The events' },
      failures: ['malformed_request', 'events_gone'],
    },
    async (ctx, { params, request }) =>
      toEventStream(await attachToRun(ctx, params.run, { kind: uiWire }, readLastEventId(request))),
  )
  .endpoint(
    {
      method: 'post',
      path: '/runs/{run}/cancel',
      access: 'sessions:write',
      tag,
      summary: 'Cancel a run',
      description:
        'Stops the model and ends the run as `cancelled`, with its text so far. A run that has ended stays as it is.',
      params: z.object({ run: Id('run') }),
      reply: { status: 200, schema: Run, description: 'The run as it has ended' },
    },
    (ctx, { params }) => cancelRun(ctx, params.run),
  );

for (const routes of [
  chatRoutes,
  feedbackRoutes,
  treeRoutes,
  oneShotRoutes,
  runListRoutes,
  suggestionRoutes,
])
  sessionRoutes.route('/', routes);
