import { batch } from '../db/client.ts';
import { isGuardViolation } from '../db/errors.ts';
import type { Ctx } from '../platform/context.ts';
import { second } from '../shared/time.ts';
import { readFacts } from './count-facts.ts';
import { countPage } from './count-store.ts';
import { type StoredExperiment, selectExperiment } from './store.ts';
import { tally } from './tally.ts';

/**
 * Facts are counted this long after their time, in the order of their time: longer than clocks differ and writes take.
 * Those stored later still are listed by triggers (`experiment_late_facts`).
 */
export const countLag = 15 * second;
/** Pages of facts that are counted of one experiment at a time. */
const pagesAtATime = 25;

export interface Allowance {
  pages: number;
}

/**
 * Counts the facts of an experiment up to a time. Each page is one batch that moves the positions, so a fact counts
 * once, whoever else counts and wherever a worker dies.
 */
export async function countUpTo(
  ctx: Ctx,
  id: string,
  until: number,
  allowance: Allowance = { pages: pagesAtATime },
): Promise<void> {
  const least = Math.max(0, allowance.pages - pagesAtATime);
  for (let conflicts = 0; allowance.pages > least && conflicts < 5; ) {
    allowance.pages -= 1;
    const row = await selectExperiment(ctx.db, ctx.workspace_id, id).get();
    if (row === undefined || row.started_at === null || row.ended_at !== null) return;
    try {
      if (!(await countNext(ctx, row, until))) return;
    } catch (error) {
      if (!isGuardViolation(error, 'experiments.cursor')) throw error;
      conflicts += 1;
    }
  }
}

/** Counts the next page. Returns true when there may be more. */
async function countNext(ctx: Ctx, row: StoredExperiment, until: number): Promise<boolean> {
  const facts = await readFacts(ctx, row, until);
  const counted_at = Math.max(row.counted_at ?? 0, facts.reached);
  if (facts.isEmpty && row.counted_at === counted_at) return false;
  const page = await tally(ctx, row, facts, counted_at);
  await batch(ctx.db, countPage(ctx.db, page));
  return facts.hasMore;
}
