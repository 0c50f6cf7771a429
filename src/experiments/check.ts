import type { Ctx } from '../platform/context.ts';
import { minute } from '../shared/time.ts';
import { reweightBandit } from './bandit.ts';
import { insertOnce, saveCheck } from './check-store.ts';
import { computeResults } from './compute-results.ts';
import { stopHarmful } from './guards.ts';
import { type Measured, readMeasured } from './results.ts';
import type { ExperimentRow } from './store.ts';

/** The time between two checks of an experiment. Its statistics may be looked at as often as wanted. */
const checkEvery = 10 * minute;

/** Checks a running experiment if that is due: its guards, whether a winner has appeared, and the weights of a bandit. */
export async function checkIfDue(ctx: Ctx, { id, cursor }: ExperimentRow): Promise<void> {
  if (ctx.now() - Number(cursor.checked_at ?? 0) < checkEvery) return;
  const measured = await readMeasured(ctx, id);
  if (measured.row.status !== 'running') return;
  if (!(await stopHarmful(ctx, measured))) {
    await announce(ctx, measured);
    await reweightBandit(ctx, measured);
  }
  await saveCheck(ctx.db, ctx.workspace_id, id, ctx.now());
}

/** Records that a variant is recommended for the first time. */
async function announce(ctx: Ctx, { row, cells, weights }: Measured): Promise<void> {
  const { recommendation } = computeResults(row, cells, weights);
  if (recommendation.action !== 'promote') return;
  await insertOnce(ctx.db, {
    id: ctx.newId('ent'),
    workspace_id: ctx.workspace_id,
    experiment_id: row.id,
    kind: 'significant',
    variant_id: recommendation.variant_id,
    detail: { reason: recommendation.reason },
    created_by: null,
    created_at: ctx.now(),
  });
}
