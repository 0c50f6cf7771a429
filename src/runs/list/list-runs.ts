import { selectAgent } from '../../agents/index.ts';
import { batch } from '../../db/client.ts';
import { withRange } from '../../http/schema.ts';
import { type Ctx, coveredAgents } from '../../platform/context.ts';
import { fromUsd } from '../../shared/money.ts';
import { type Page, readPage } from '../../shared/page.ts';
import { authorizeAgent, creatorFilter, mayReadMessages, redactActions } from '../access.ts';
import { toRun } from '../schema/run.ts';
import type { AgentRunsQuery, ListedRun } from './schema.ts';
import { type RunFilter, selectRuns } from './store.ts';

/**
 * Lists the runs of an agent, or of all agents that the caller's key covers, newest first, in one trip. A key that
 * only runs agents sees the runs of the sessions that it created. Throws `not_found` for an unknown agent.
 */
export function listRuns(
  ctx: Ctx,
  agent: string | null,
  query: AgentRunsQuery,
): Promise<Page<ListedRun>> {
  const { limit, cursor, min_cost_usd, max_cost_usd, ...filters } = query;
  const filter: RunFilter = {
    ...withRange(filters),
    agent,
    only: coveredAgents(ctx.actor),
    created_by: creatorFilter(ctx),
    min_cost: min_cost_usd === undefined ? undefined : fromUsd(min_cost_usd),
    max_cost: max_cost_usd === undefined ? undefined : fromUsd(max_cost_usd),
  };
  const { config, workspace_id } = ctx;
  return readPage(
    {
      secret: config.signing_secret,
      workspace_id,
      list: 'runs',
      filters: { ...filter, only: filter.only?.join() },
    },
    { limit, cursor },
    async (after, count) => {
      const [agents, rows] = await batch(ctx.db, [
        selectAgent(ctx.db, workspace_id, agent ?? ''),
        selectRuns(ctx.db, workspace_id, filter, after, count),
      ]);
      if (agent !== null) authorizeAgent(ctx, agents);
      return rows;
    },
    (row) => row.id,
    ({ end_user_id, ...row }) => {
      const run = toRun(row);
      const files = mayReadMessages(ctx) ? run.files : [];
      return { ...run, files, required_actions: redactActions(ctx, run), end_user_id };
    },
  );
}
