import { actorId, type Ctx, coveredAgents, coversAgent } from '../platform/context.ts';
import { authorizeOwned, creatorFilter, withheldRuns } from '../runs/index.ts';
import { notFound } from '../shared/failure.ts';
import type { Filter } from './store.ts';

interface Owned {
  readonly agent_id: string | null;
  readonly run_id: string | null;
  readonly created_by: string | null;
  readonly end_user_id: string | null;
}

/**
 * Returns the row if the caller may see it: as the run that it is part of, or for code without an agent, a key that is not limited to
 * agents. Throws `not_found`, also for what an end user may not read any longer.
 */
export async function authorizeCode<Row extends Owned>(
  ctx: Ctx,
  row: Row | undefined,
  kind: string,
): Promise<Row> {
  if (row === undefined) throw notFound(kind);
  const { agent_id, run_id } = row;
  if (agent_id !== null) authorizeOwned(ctx, { ...row, agent_id }, kind);
  else if (!coversAgent(ctx.actor, null) || !isOwn(ctx, row)) throw notFound(kind);
  if (run_id !== null && (await withheldRuns(ctx, [run_id])).has(run_id)) throw notFound(kind);
  return row;
}

const isOwn = (ctx: Ctx, { created_by }: Owned): boolean =>
  creatorFilter(ctx) === undefined || created_by === actorId(ctx.actor);

/** The conditions under which a list shows what the caller may see. */
export const visibleTo = (ctx: Ctx): Pick<Filter, 'only' | 'created_by' | 'end_user'> => ({
  only: coveredAgents(ctx.actor),
  created_by: creatorFilter(ctx),
  end_user: ctx.actor.type === 'end_user' ? ctx.actor.id : undefined,
});
