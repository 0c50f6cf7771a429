import { z } from '@hono/zod-openapi';
import { AgentParameter } from '../agents/index.ts';
import { pageOf, pageQuery } from '../http/openapi.ts';
import { Router } from '../http/router.ts';
import { Id } from '../http/schema.ts';
import { feedbackRoutes } from './feedback-routes.ts';
import { listSessions } from './list-sessions.ts';
import { attachToRun, cancelRun, getRun, runAsStream, runToEnd } from './runs.ts';
import {
  CreateSession,
  Message,
  Run,
  RunWithSteps,
  SendMessage,
  Session,
  SessionQuery,
  SessionWithMessages,
  UpdateSession,
} from './schema.ts';
import { ListedSession } from './search-schema.ts';
import { createSession, deleteSession, getSession, listMessages, updateSession } from './service.ts';
import { readLastEventId, toEventStream, wantsStream } from './sse.ts';
import { uiWire } from './ui-message-stream.ts';

const agent = z.object({ agent: AgentParameter });
const session = z.object({ session: Id('ses') });
const tag = 'Sessions';

/** How a run may fail before its first word, besides what is wrong with the request. */
const runFailures = [
  'agent_archived',
  'run_cancelled',
  'run_interrupted',
  'provider_auth',
  'provider_not_configured',
  'rate_limited',
  'provider_error',
  'provider_timeout',
] as const;

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
      description:
        'Newest first. With `q` those in which the title or one message has all of its words, and where. A `runtime` key sees the ' +
        'sessions it made; a role that may not read messages searches titles alone.',
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
        'cost. The last event is sent once everything is stored. The run goes on when the client goes away: attach again by ' +
        '`GET /runs/{run}/events`, or send the same request with the same `Idempotency-Key`, which joins it. What happens to a ' +
        'message that comes while another is being answered is said by `on_busy`.',
      params: session,
      body: SendMessage,
      alsoProduces: ['text/event-stream'],
      reply: { status: 200, schema: Message, description: 'The answer' },
      failures: [...runFailures, 'session_busy', 'session_closed'],
      ownsIdempotency: true,
    },
    async (ctx, { params, body, request }) => {
      const { message, parts, stream, ...input } = body;
      const asked = { ...input, text: message ?? (parts ?? []).map(({ text }) => text).join('\n\n') };
      if (!wantsStream({ stream }, request)) return runToEnd(ctx, params.session, asked);
      return toEventStream(await runAsStream(ctx, params.session, asked, { kind: uiWire }));
    },
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
      reply: { status: 200, mediaType: 'text/event-stream', description: 'The events' },
      failures: ['malformed_request', 'events_gone'],
    },
    async (ctx, { params, request }) => toEventStream(await attachToRun(ctx, params.run, { kind: uiWire }, readLastEventId(request))),
  )
  .endpoint(
    {
      method: 'post',
      path: '/runs/{run}/cancel',
      access: 'sessions:write',
      tag,
      summary: 'Cancel a run',
      description: 'Stops the model and ends the run as `cancelled`, with its text so far. A run that has ended stays as it is.',
      params: z.object({ run: Id('run') }),
      reply: { status: 200, schema: Run, description: 'The run as it has ended' },
    },
    (ctx, { params }) => cancelRun(ctx, params.run),
  );

sessionRoutes.route('/', feedbackRoutes);
