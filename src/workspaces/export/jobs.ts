import type { Statement } from '../../db/client.ts';
import type { Ctx } from '../../platform/context.ts';
import type { JobHandler } from '../../platform/job-handler.ts';
import { commitStep } from '../../platform/next-step.ts';
import { repeatBounded } from '../../platform/repeat-bounded.ts';
import { exportJob } from './service.ts';
import {
  advanceExport,
  deleteExport,
  selectExpired,
  selectExport,
  withdrawExports,
} from './store.ts';
import { exportPrefix, writePart } from './write-part.ts';

const expiredAtOnce = 20;
const rounds = 20;

export const exportJobs: { readonly 'workspace.export': JobHandler<'workspace.export'> } = {
  'workspace.export': {
    run: (ctx, { export_id }, end) => exportStep(ctx, export_id, end),
    onExhausted: (ctx, { export_id }) => failExport(ctx, export_id),
  },
};

/** Writes one part and queues the next step. An interrupted step is repeated from the last part that was recorded. */
async function exportStep(ctx: Ctx, id: string, end: Statement | undefined): Promise<boolean> {
  const row = await selectExport(ctx.db, ctx.workspace_id, id).get();
  if (row === undefined || !['queued', 'in_progress'].includes(row.status)) return false;
  const { part, isLast, ...progress } = await writePart(ctx, row);
  const now = ctx.now();
  const change = advanceExport(ctx.db, row, {
    ...progress,
    parts: [...row.parts, part],
    status: isLast ? 'completed' : 'in_progress',
    updated_at: now,
    completed_at: isLast ? now : null,
  });
  await commitStep(ctx, [change], end ?? null, exportJob(id), isLast ? 'end' : 'now');
  return end !== undefined;
}

async function failExport(ctx: Ctx, id: string): Promise<void> {
  const row = await selectExport(ctx.db, ctx.workspace_id, id).get();
  if (row === undefined) return;
  const error_detail = 'The export failed repeatedly. Start another.';
  await advanceExport(ctx.db, row, { status: 'failed', error_detail, updated_at: ctx.now() }).run();
}

/** Deletes expired archives. The rows go last, so that an interrupted deletion is repeated. */
export const removeExpiredExports = (ctx: Ctx): Promise<number> =>
  repeatBounded(rounds, expiredAtOnce, async () => {
    const expired = await selectExpired(ctx.db, ctx.now(), expiredAtOnce).all();
    for (const { id, workspace_id } of expired) {
      await ctx.files.removeAll(`${exportPrefix(workspace_id)}${id}/`);
      await deleteExport(ctx.db, workspace_id, id).run();
    }
    return expired.length;
  });

/**
 * Deletes the archives of all exports of a workspace, with parts of interrupted steps, and stops those in progress. Returns the number of exports.
 */
export async function removeExports(ctx: Ctx, reason: string): Promise<number> {
  const { db, files, workspace_id } = ctx;
  const withdrawn = await withdrawExports(db, workspace_id, reason, ctx.now()).all();
  await files.removeAll(`${exportPrefix(workspace_id)}wex_`);
  return withdrawn.length;
}
