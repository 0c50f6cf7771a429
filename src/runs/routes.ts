import { z } from '@hono/zod-openapi';
import { AgentParameter } from '../agents/index.ts';
import { pageOf } from '../http/openapi.ts';
import { Router } from '../http/router.ts';
import { Id } from '../http/schema.ts';
import { actionRoutes } from './actions/routes.ts';
import { approvalRoutes } from './approvals/routes.ts';
import { attachToRun, cancelRun } from './attach.ts';
import { listRuns } from './list/list-runs.ts';
import { AgentRunsQuery, ListedRun, RunsQuery } from './list/schema.ts';
import { oneOffRequest } from './one-off/one-off-input.ts';
import { prepareOneOff } from './one-off/prepare.ts';
import { StartRun } from './one-off/schema.ts';
import { getRun } from './read-run.ts';
import { Message } from './schema/message.ts';
import { Run } from './schema/run.ts';
import { RunWithSteps } from './schema/span.ts';
import type { NativeStream } from './stream/encoder.ts';
import { respond, runFailures } from './stream/respond.ts';
import { readLastEventId, toEventStream } from './stream/sse.ts';

const tag = 'Sessions';
const visibility =
  'A `runtime` key sees the runs of the sessions that it created. Runs without a session are listed until they are erased.';

const plainRoutes = new Router()
  .endpoint(
    {
      method: 'get',
      path: '/runs',
      access: 'sessions:read',
      tag,
      summary: 'List runs',
      description: `Runs of all agents, newest first, without their steps. ${visibility} A key that is limited to agents sees theirs.`,
      query: RunsQuery,
      reply: { status: 200, schema: pageOf(ListedRun), description: 'Runs of the workspace' },
      failures: ['not_found', 'invalid_cursor'],
    },
    (ctx, { query: { agent = null, ...query } }) => listRuns(ctx, agent, query),
  )
  .endpoint(
    {
      method: 'get',
      path: '/agents/{agent}/runs',
      access: 'sessions:read',
      tag,
      summary: 'List agent runs',
      description: `Newest first, without their steps. ${visibility}`,
      params: z.object({ agent: AgentParameter }),
      query: AgentRunsQuery,
      reply: { status: 200, schema: pageOf(ListedRun), description: 'Runs of the agent' },
      failures: ['invalid_cursor'],
    },
    (ctx, { params, query }) => listRuns(ctx, params.agent, query),
  )
  .endpoint(
    {
      method: 'get',
      path: '/runs/{run}',
      access: 'sessions:read',
      for_end_users: true,
      for_visitors: true,
      tag,
      summary: 'Get a run',
      description:
        'The state of a run and its trace: retrievals, model calls and tool calls with their duration and cost.',
      params: z.object({ run: Id('run') }),
      reply: { status: 200, schema: RunWithSteps, description: 'The run with its steps' },
    },
    (ctx, { params }) => getRun(ctx, params.run),
  )
  .endpoint(
    {
      method: 'post',
      path: '/runs/{run}/cancel',
      access: 'sessions:write',
      for_end_users: true,
      for_visitors: true,
      tag,
      summary: 'Cancel a run',
      description:
        'Stops the model and ends the run as `cancelled`, with its text so far. A finished run is returned unchanged.',
      params: z.object({ run: Id('run') }),
      reply: { status: 200, schema: Run, description: 'The cancelled or finished run' },
    },
    (ctx, { params }) => cancelRun(ctx, params.run),
  );

const oneOffRoutes = (stream: NativeStream) =>
  new Router().endpoint(
    {
      method: 'post',
      path: '/agents/{agent}/runs',
      access: 'sessions:write',
      for_end_users: true,
      tag: 'Sessions',
      summary: 'Run an agent once',
      operationId: 'runAgent',
      description:
        'Answers one message without a session, as JSON or as events; `Idempotency-Key` works as in a session. With `background` the ' +
        'reply is the run, which continues without a connection. The run can be read, ' +
        'attached to and cancelled for 30 days, or for an hour in a workspace without content logging; then it is erased. With `config` ' +
        'a draft is previewed (requires `agents:write`): no version is created, and its cost is counted as `preview`.',
      params: z.object({ agent: AgentParameter }),
      body: StartRun,
      alsoProduces: ['text/event-stream'],
      events: stream.events,
      reply: { status: 200, schema: Message, description: 'The answer' },
      alsoAnswers: {
        202: { description: 'The run, which continues in the background', schema: Run },
      },
      failures: runFailures,
      ownsIdempotency: true,
    },
    async (ctx, { params, body, request }) =>
      respond(
        ctx,
        oneOffRequest(await prepareOneOff(ctx, params.agent, body)),
        stream,
        body,
        request,
      ),
  );

const eventRoutes = (stream: NativeStream) =>
  new Router().endpoint(
    {
      method: 'get',
      path: '/runs/{run}/events',
      access: 'messages:read',
      for_end_users: true,
      for_visitors: true,
      tag,
      summary: 'Attach to a run',
      description:
        'Streams the events of a run as the AI SDK’s UI message stream (v1): past events at once, the others as they come. A finished ' +
        'run is replayed from storage. With `Last-Event-ID` only the events after that one. A comment every 10 seconds keeps the ' +
        'connection open.',
      params: z.object({ run: Id('run') }),
      events: stream.events,
      reply: { status: 200, mediaType: 'text/event-stream', description: 'The events' },
      failures: ['malformed_request', 'events_gone'],
    },
    async (ctx, { params, request }) =>
      toEventStream(
        stream,
        await attachToRun(ctx, params.run, { protocol: stream }, readLastEventId(request)),
      ),
  );

/** Returns the routes of runs; `stream` is the protocol in which their events are streamed. */
export function runRoutes(stream: NativeStream): Router {
  const routes = new Router();
  const all = [oneOffRoutes, eventRoutes, actionRoutes].map((make) => make(stream));
  for (const some of [...all, plainRoutes, approvalRoutes]) routes.include('/', some);
  return routes;
}
