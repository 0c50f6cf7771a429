import { batch } from '../../db/client.ts';
import { commit } from '../../platform/commit.ts';
import type { Ctx } from '../../platform/context.ts';
import type { JobMessage } from '../../platform/job.ts';
import type { JobHandler } from '../../platform/job-handler.ts';
import { repeatBounded } from '../../platform/repeat-bounded.ts';
import { day, second } from '../../shared/time.ts';
import { selectPagesWithFiles, updatePage } from './page-store.ts';
import { deleteSourceRow, startDueSyncs, syncJobId } from './source-store.ts';
import { removeFileOf } from './sync/remove-file.ts';
import { failExhaustedSync, syncSource } from './sync/sync-source.ts';
import { deleteIdleHosts } from './web/host-store.ts';

type SourceJob = 'source.sync' | 'source.delete';

const removalsPerRun = 50;

export const sourceJobs: { readonly [Type in SourceJob]: JobHandler<Type> } = {
  'source.sync': {
    run: (ctx, { source_id }, end) => syncSource(ctx, source_id, end),
    onExhausted: (ctx, { source_id }) => failExhaustedSync(ctx, source_id),
  },
  'source.delete': {
    run: (ctx, { source_id }) => removeSource(ctx, source_id),
    onExhausted: async () => undefined,
  },
};

/** Deletes the files of a hidden source, some a run, then its row. */
async function removeSource(ctx: Ctx, source_id: string): Promise<void> {
  const pages = await selectPagesWithFiles(ctx.db, source_id, removalsPerRun).all();
  for (const page of pages) {
    await removeFileOf(ctx, page);
    await updatePage(ctx.db, page.id, { file_id: null }).run();
  }
  if (pages.length < removalsPerRun)
    await deleteSourceRow(ctx.db, ctx.workspace_id, source_id).run();
  else await commit(ctx, { statements: [], jobs: [{ type: 'source.delete', source_id }] });
}

const sourcesPerTick = 100;
const ticks = 20;

/** Starts the synchronizations of all workspaces that are due. */
export const refreshSources = (ctx: Ctx): Promise<number> =>
  repeatBounded(ticks, sourcesPerTick, async () => {
    const now = ctx.now();
    const [, due] = await batch(
      ctx.db,
      startDueSyncs(ctx.db, now, now + 10 * second, sourcesPerTick),
    );
    await ctx.jobs.send(
      due.map(
        ({ id, workspace_id, api_key_id }): JobMessage => ({
          id: syncJobId(id),
          workspace_id,
          job: { type: 'source.sync', source_id: id, api_key_id },
        }),
      ),
    );
    return due.length;
  });

export const sweepHosts = (ctx: Ctx): Promise<number> =>
  repeatBounded(ticks, 1000, () => deleteIdleHosts(ctx.db, ctx.now() - day, 1000));
