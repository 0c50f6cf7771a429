import { eq } from 'drizzle-orm';
import { batch } from '../db/client.ts';
import { workspaces } from '../db/schema/workspaces.ts';
import type { Ctx } from '../platform/context.ts';
import { second } from '../shared/time.ts';
import { type BudgetRow, selectAllBudgets } from './store.ts';

/** What this isolate knows of a workspace's budgets: whether there are any, and what they do when they run low. */
export interface KnownBudgets {
  readonly read_at: number;
  readonly time_zone: string;
  readonly budgets: readonly BudgetRow[];
}

/** How long another isolate may go on without the first budget of a workspace; with one it asks the database each time. */
const cacheFor = 30 * second;
const cacheSize = 500;
const cache = new Map<string, KnownBudgets>();

/** Called where budgets change, so that this isolate knows at once. */
export const invalidateBudgets = (workspace_id: string): void => void cache.delete(workspace_id);

export function findCachedBudgets({
  workspace_id,
  now,
}: Pick<Ctx, 'workspace_id' | 'now'>): KnownBudgets | undefined {
  const known = cache.get(workspace_id);
  return known !== undefined && now() - known.read_at < cacheFor ? known : undefined;
}

/** What to read in a batch that is made anyway; `cacheBudgets` takes the results. */
export const selectCachedBudgets = ({ db, workspace_id }: Ctx) =>
  [
    selectAllBudgets(db, workspace_id),
    db
      .select({ time_zone: workspaces.time_zone })
      .from(workspaces)
      .where(eq(workspaces.id, workspace_id)),
  ] as const;

export function cacheBudgets(
  ctx: Ctx,
  budgets: readonly BudgetRow[],
  zones: readonly { time_zone: string }[],
): KnownBudgets {
  const known = { read_at: ctx.now(), time_zone: zones[0]?.time_zone ?? 'UTC', budgets };
  cache.delete(ctx.workspace_id);
  if (cache.size >= cacheSize) cache.delete(cache.keys().next().value as string);
  cache.set(ctx.workspace_id, known);
  return known;
}

/** Cached for up to 30 seconds; otherwise one trip. */
export async function readKnownBudgets(ctx: Ctx): Promise<KnownBudgets> {
  return (
    findCachedBudgets(ctx) ?? cacheBudgets(ctx, ...(await batch(ctx.db, selectCachedBudgets(ctx))))
  );
}
