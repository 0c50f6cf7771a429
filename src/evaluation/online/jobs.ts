import { batch } from '../../db/client.ts';
import type { Ctx } from '../../platform/context.ts';
import type { JobHandler } from '../../platform/job-handler.ts';
import { repeatBounded } from '../../platform/repeat-bounded.ts';
import { processScores } from './score-answers.ts';
import { deleteSome, skipPending } from './store.ts';

export const onlineJobs: {
  readonly 'online_scores.process': JobHandler<'online_scores.process'>;
} = {
  'online_scores.process': {
    run: (ctx, { scorer_id }, end) => processScores(ctx, scorer_id, end),
    onExhausted: async (ctx, { scorer_id }) =>
      void (await batch(ctx.db, skipPending(ctx.db, scorer_id))),
  },
};

const rowsAtOnce = 1000;
const maxSteps = 10;

/** Removes the scores of deleted scorers, of all workspaces. */
export const removeDeletedScorers = (ctx: Ctx): Promise<number> =>
  repeatBounded(maxSteps, rowsAtOnce, async () => {
    const [scores] = await batch(ctx.db, deleteSome(ctx.db, rowsAtOnce));
    return scores.meta.changes;
  });
