import { batch } from '../../db/client.ts';
import type { Ctx } from '../../platform/context.ts';
import type { JobHandler } from '../../platform/job-handler.ts';
import { repeatBounded } from '../../platform/repeat-bounded.ts';
import { pauseExhausted, processReplay } from './process-replay.ts';
import { deleteSome } from './store.ts';

export const replayJobs: { readonly 'replay.process': JobHandler<'replay.process'> } = {
  'replay.process': {
    run: (ctx, { replay_id }, end) => processReplay(ctx, replay_id, end),
    onExhausted: (ctx, { replay_id }) => pauseExhausted(ctx, replay_id),
  },
};

/** Turns that one statement deletes, and statements of a tick. */
const rowsAtOnce = 500;
const maxSteps = 10;

/** Removes the turns of deleted replays, of all workspaces; a trigger erases the texts of their runs. */
export const removeDeletedReplays = (ctx: Ctx): Promise<number> =>
  repeatBounded(maxSteps, rowsAtOnce, async () => {
    const [turns] = await batch(ctx.db, deleteSome(ctx.db, rowsAtOnce));
    return turns.meta.changes;
  });
