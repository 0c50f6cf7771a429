import { batch } from '../../../db/client.ts';
import type { Ctx } from '../../../platform/context.ts';
import { second } from '../../../shared/time.ts';
import type { Connector } from '../connector.ts';
import type { SourceFault } from '../fault.ts';
import {
  deletePage,
  type PageRow,
  requeueDuplicates,
  selectStart,
  selectUnlisted,
  updatePage,
} from '../page-store.ts';
import type { SourceRow } from '../source-store.ts';
import { removeFileOf } from './remove-file.ts';
import type { Step } from './step.ts';

const removalsPerStep = 25;

/** Ends a synchronization whose pages are all handled: removes what is listed no longer, some pages a step. */
export async function finish(ctx: Ctx, source: SourceRow, connector: Connector): Promise<Step> {
  if (connector.needsStart) {
    const start = await selectStart(ctx.db, source).get();
    if (start?.error_code != null && start.error_code !== 'duplicate')
      return failed(ctx, source, { code: start.error_code, message: start.error_detail ?? '' });
  }
  if (!connector.keepsUnlisted) {
    const unlisted = await selectUnlisted(ctx.db, source, removalsPerStep).all();
    for (const page of unlisted) await removePage(ctx, source, page);
    if (unlisted.length > 0) return { changes: {}, next: 'now' };
  }
  const now = ctx.now();
  const changes = {
    status: 'ready',
    error_code: null,
    error_detail: null,
    synced_at: now,
  } as const;
  return { changes: { ...changes, next_sync_at: nextSync(source, now) }, next: 'end' };
}

/** Shows a page with a file as removed until the next synchronization; forgets any other. */
async function removePage(ctx: Ctx, { sync }: SourceRow, page: PageRow): Promise<void> {
  if (page.file_id === null) return void (await batch(ctx.db, [deletePage(ctx.db, page.id)]));
  await removeFileOf(ctx, page);
  const removed = { state: 'removed', file_id: null, content_hash: null, links: null } as const;
  await batch(ctx.db, [
    updatePage(ctx.db, page.id, { ...removed, handled_sync: sync, updated_at: ctx.now() }),
    requeueDuplicates(ctx.db, page, sync),
  ]);
}

const nextSync = ({ refresh_interval_s }: SourceRow, now: number) =>
  refresh_interval_s === null ? null : now + refresh_interval_s * second;

/** Ends a synchronization that failed. Its pages and files are kept. */
export const failed = (
  ctx: Ctx,
  source: SourceRow,
  { code, message }: Pick<SourceFault, 'message'> & { code: string },
): Step => ({
  changes: {
    status: 'failed',
    error_code: code,
    error_detail: message,
    next_sync_at: nextSync(source, ctx.now()),
  },
  next: 'end',
});
