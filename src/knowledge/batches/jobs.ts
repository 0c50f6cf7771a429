import type { Ctx } from '../../platform/context.ts';
import type { JobHandler } from '../../platform/job-handler.ts';
import { repeatBounded } from '../../platform/repeat-bounded.ts';
import { day } from '../../shared/time.ts';
import { deleteOldBatches } from './batch-store.ts';
import { processBatch, skipExhaustedEntry } from './process-batch.ts';

/** Time for which the record of a batch is kept. */
const keepFor = 30 * day;
const batchesAtOnce = 5;
const rounds = 20;

export const batchJobs: { readonly 'batch.process': JobHandler<'batch.process'> } = {
  'batch.process': {
    run: (ctx, { batch_id }, end) => processBatch(ctx, batch_id, end),
    onExhausted: (ctx, { batch_id }) => skipExhaustedEntry(ctx, batch_id),
  },
};

export const sweepBatches = (ctx: Ctx): Promise<number> =>
  repeatBounded(rounds, batchesAtOnce, () =>
    deleteOldBatches(ctx.db, ctx.now() - keepFor, batchesAtOnce),
  );
