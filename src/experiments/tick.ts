import type { Ctx } from '../platform/context.ts';
import { checkIfDue } from './check.ts';
import { type Allowance, countLag, countUpTo } from './count.ts';
import { selectDue } from './count-store.ts';
import type { ExperimentRow } from './store.ts';

/** Experiments that a tick reads at a time, and pages of facts that it counts. */
const experimentsAtATime = 20;
const pagesOfTick = 100;

/**
 * Counts the new facts of all running experiments, within the allowance of a tick, and checks those that are due. The longest not
 * counted come first.
 */
export async function countExperiments(ctx: Ctx): Promise<void> {
  const allowance: Allowance = { pages: pagesOfTick };
  const until = ctx.now() - countLag;
  let after: { counted_at: number; id: string } | null = null;
  while (allowance.pages > 0) {
    const due: ExperimentRow[] = await selectDue(ctx.db, until, after, experimentsAtATime);
    for (const row of due) {
      const { id, workspace_id, counted_at } = row;
      after = { counted_at: counted_at ?? 0, id };
      if (allowance.pages <= 0) return;
      // One experiment's failure must not stop the others.
      const own = { ...ctx, workspace_id };
      await countUpTo(own, id, until, allowance)
        .then(() => checkIfDue(own, row))
        .catch((error: unknown) =>
          ctx.log.error('experiment_not_counted', { experiment_id: id, error }),
        );
    }
    if (due.length < experimentsAtATime) return;
  }
}
