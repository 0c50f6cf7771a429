import { batch } from '../../db/client.ts';
import type { Ctx } from '../../platform/context.ts';
import type { JobMessage } from '../../platform/job.ts';
import { repeatBounded } from '../../platform/repeat-bounded.ts';
import { day } from '../../shared/time.ts';
import { attemptLease } from '../events/publish.ts';
import { insertJobs } from '../events/store.ts';
import { deleteOld, leaseDue, selectDue } from './store.ts';

/** Deliveries of one batch, and batches of one tick. */
const pageSize = 200;
const maxPages = 50;

/**
 * Creates a job for every delivery whose next attempt is due. Concurrent calls create one job for
 * each.
 */
export const retryDeliveries = (ctx: Ctx): Promise<number> =>
  repeatBounded(maxPages, pageSize, async () => {
    const now = ctx.now();
    const due = await selectDue(ctx.db, now, pageSize);
    if (due.length === 0) return 0;
    const leased = await leaseDue(
      ctx.db,
      due.map(({ id }) => id),
      now,
      now + attemptLease,
    );
    const rows = leased.map(({ id }) => ({ id, job_id: ctx.newId('job') }));
    const [jobs] = await batch(ctx.db, [insertJobs(ctx.db, rows, now)]);
    await ctx.jobs.send(jobs.map((row): JobMessage => ({ ...row, job: JSON.parse(row.job) })));
    return due.length;
  });

/** Retention of the log. */
const keptFor = 30 * day;
const rowsAtOnce = 1000;

/** Deletes deliveries and events that are older than 30 days. */
export async function deleteOldDeliveries(ctx: Ctx): Promise<void> {
  for (const table of ['webhook_deliveries', 'webhook_events'] as const)
    await repeatBounded(
      maxPages,
      rowsAtOnce,
      async () => (await deleteOld(ctx.db, table, ctx.now() - keptFor, rowsAtOnce)).meta.changes,
    );
}
