import { z } from '@hono/zod-openapi';
import { AgentParameter } from '../../agents/index.ts';
import { pageOf } from '../../http/openapi.ts';
import { Router } from '../../http/router.ts';
import { listRuns } from './list-runs.ts';
import { AgentRunsQuery, ListedRun, RunsQuery } from './schema.ts';

const tag = 'Sessions';
const visibility =
  'A `runtime` key sees the runs of the sessions it made. Runs without a session are among them until they are erased.';

export const runListRoutes = new Router()
  .endpoint(
    {
      method: 'get',
      path: '/runs',
      access: 'sessions:read',
      tag,
      summary: 'List runs',
      description: `Runs of every agent, newest first, without their steps. ${visibility} A key that is limited to agents sees theirs.`,
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
  );
