import { eq } from 'drizzle-orm';
import { batch } from '../db/client.ts';
import { workspaces } from '../db/schema/workspaces.ts';
import type { Ctx } from '../platform/context.ts';
import { second } from '../shared/time.ts';
import { type BudgetRow, selectAllBudgets } from './store.ts';

/**
 * The state of a workspace that each model call checks, as this isolate has cached it: its budgets, with the time zone of
 * their periods, and whether it is suspended.
 */
export interface CachedBudgets {
  readonly read_at: number;
  readonly time_zone: string;
  readonly budgets: readonly BudgetRow[];
  readonly is_suspended: boolean;
}

/**
 * How long another isolate may miss the first budget of a workspace. Once a budget is cached, each
 * call checks the database.
 */
const cacheFor = 30 * second;
const cacheSize = 500;
const cache = new Map<string, CachedBudgets>();

/** Invalidates the cache of this isolate. Called after each change of budgets, and when a workspace is suspended or resumed. */
export const invalidateBudgets = (workspace_id: string): void => void cache.delete(workspace_id);

export function findCachedBudgets({
  workspace_id,
  now,
}: Pick<Ctx, 'workspace_id' | 'now'>): CachedBudgets | undefined {
  const known = cache.get(workspace_id);
  return known !== undefined && now() - known.read_at < cacheFor ? known : undefined;
}

/** Queries to append to an existing batch; `cacheBudgets` takes their results. */
export const selectCachedBudgets = ({ db, workspace_id }: Ctx) =>
  [
    selectAllBudgets(db, workspace_id),
    db
      .select({ time_zone: workspaces.time_zone, suspended_at: workspaces.suspended_at })
      .from(workspaces)
      .where(eq(workspaces.id, workspace_id)),
  ] as const;

export function cacheBudgets(
  ctx: Ctx,
  budgets: readonly BudgetRow[],
  [workspace]: readonly { time_zone: string; suspended_at: number | null }[],
): CachedBudgets {
  const { time_zone = 'UTC', suspended_at = null } = workspace ?? {};
  const known = { read_at: ctx.now(), time_zone, budgets, is_suspended: suspended_at !== null };
  cache.delete(ctx.workspace_id);
  if (cache.size >= cacheSize) cache.delete(cache.keys().next().value as string);
  cache.set(ctx.workspace_id, known);
  return known;
}

/** Returns the budgets from the cache, or reads them in one round trip. */
export async function readCachedBudgets(ctx: Ctx): Promise<CachedBudgets> {
  return (
    findCachedBudgets(ctx) ?? cacheBudgets(ctx, ...(await batch(ctx.db, selectCachedBudgets(ctx))))
  );
}
