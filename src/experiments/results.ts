import { batch } from '../db/client.ts';
import { type Ctx, coversAgent } from '../platform/context.ts';
import { Failure, notFound } from '../shared/failure.ts';
import { computeResults } from './compute-results.ts';
import { countUpTo } from './count.ts';
import type { Cell } from './count-store.ts';
import type { ExperimentResults } from './results-schema.ts';
import { selectTotals, selectWeights, toCells, toWeights, type Weights } from './results-store.ts';
import { type StoredExperiment, selectExperiment } from './store.ts';

/** An experiment with all that its results are computed from. */
export interface Measured {
  readonly row: StoredExperiment;
  readonly cells: readonly Cell[];
  readonly weights: Weights;
  /** The time of the newest weights. */
  readonly weighted_at: number;
}

/** Reads an experiment with its totals, in one round trip. Throws `not_found`, and `conflict` for a draft. */
export async function readMeasured(ctx: Ctx, id: string): Promise<Measured> {
  const { db, workspace_id } = ctx;
  const [[row], totals, weights] = await batch(db, [
    selectExperiment(db, workspace_id, id),
    selectTotals(db, workspace_id, id),
    selectWeights(db, workspace_id, id),
  ] as const);
  if (row === undefined || !coversAgent(ctx.actor, row.agent_id)) throw notFound('experiment');
  if (row.started_at === null)
    throw new Failure('conflict', 'The experiment has not started, and has no results yet.');
  return {
    row,
    cells: toCells(totals),
    weights: toWeights(weights),
    weighted_at: weights.at(-1)?.created_at ?? 0,
  };
}

/** Returns the results so far, or those with which the experiment ended. */
export async function getResults(ctx: Ctx, id: string): Promise<ExperimentResults> {
  const { row, cells, weights } = await readMeasured(ctx, id);
  const { status, final_results } = row;
  return final_results === null
    ? computeResults(row, cells, weights)
    : { ...(final_results as unknown as ExperimentResults), status, is_final: true };
}

/**
 * Counts what has happened up to now, and returns the results to be stored by the batch that ends the experiment. Null if they
 * cannot be computed, which must not keep anybody from ending it: they are then computed from the totals when they are read.
 */
export async function finalResults(
  ctx: Ctx,
  { id, variants }: Pick<StoredExperiment, 'id' | 'variants'>,
  status: 'concluded' | 'stopped',
): Promise<Record<string, unknown> | null> {
  try {
    await countUpTo(ctx, id, ctx.now());
    const { row, cells, weights } = await readMeasured(ctx, id);
    return { ...computeResults({ ...row, variants, status, ended_at: ctx.now() }, cells, weights) };
  } catch (error) {
    ctx.log.error('final_results_failed', { experiment_id: id, error });
    return null;
  }
}
