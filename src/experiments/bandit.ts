import type { Ctx } from '../platform/context.ts';
import { day, hour } from '../shared/time.ts';
import { auditOf, changing } from './change.ts';
import { primaryEstimates, toTrial } from './compute-results.ts';
import type { Measured } from './results.ts';
import { reweighted } from './reweight.ts';
import { banditWeights } from './statistics/index.ts';
import { changeExperiment } from './store.ts';

/** Smallest change of a weight, in per cent, for which a new epoch begins. */
const smallestChange = 1;

/** Epochs cost reads of every result, so that weights change more rarely the more there have been. */
const pauseAfter = (epochs: number): number => {
  if (epochs < 48) return hour;
  return epochs < 200 ? 6 * hour : day;
};

/** Moves the weights of a bandit to better variants (Thompson sampling), each with a floor, and records them as an epoch. */
export async function reweightBandit(
  ctx: Ctx,
  { row, cells, weighted_at }: Measured,
): Promise<void> {
  if (row.mode !== 'bandit' || ctx.now() - weighted_at < pauseAfter(row.epoch)) return;
  const estimates = primaryEstimates(toTrial(row, cells));
  const ids = [...estimates.keys()];
  const weights = banditWeights([...estimates.values()], row.primary_metric.direction);
  const given = Object.fromEntries(ids.map((id, index) => [id, weights[index] ?? 0]));
  const isChanged = row.variants.some(
    ({ id, weight }) => Math.abs((given[id] ?? 0) - weight) >= smallestChange,
  );
  if (!isChanged) return;
  await changing(ctx, row.id, null, (current) => {
    // Somebody else has changed it since: the next check sees that.
    if (current.status !== 'running' || current.epoch !== row.epoch) throw new Superseded();
    const { changes, variants, statements } = reweighted(ctx, current, given);
    const all = { ...changes, updated_at: ctx.now() };
    return {
      reply: { ...current, ...all, revision: current.revision + 1, variants },
      statements: [changeExperiment(ctx.db, current, all), ...statements],
      audit: auditOf('reweight', current, { weights: given }),
    };
  }).catch((error: unknown) => {
    if (!(error instanceof Superseded)) throw error;
  });
}

class Superseded extends Error {}
