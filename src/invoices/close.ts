import type { Ctx } from '../platform/context.ts';
import { day } from '../shared/time.ts';
import { makeInvoice } from './document.ts';
import { openPeriods } from './months.ts';
import { insertInvoice, selectBilled, selectDue } from './store.ts';

/** A call is stored when it ends; none ends so long after it was counted. */
const closesAfter = day;

/** Workspaces of one read, and invoices of one tick. */
const pageSize = 200;
const maxInvoices = 500;

/**
 * Stores the invoices of months that have ended, in every workspace. The next tick continues at the limit of this one.
 * Returns the number of invoices.
 */
export async function closeMonths(ctx: Ctx): Promise<number> {
  let made = 0;
  let after = '';
  while (made < maxInvoices) {
    // The shortest month.
    const due = await selectDue(ctx.db, after, ctx.now() - 28 * day, pageSize);
    for (const { id } of due) {
      // One workspace's failure must not stop the others.
      made += await closeWorkspace({ ...ctx, workspace_id: id }, maxInvoices - made).catch(
        (error: unknown) => {
          ctx.log.error('invoice_failed', { of: id, error });
          return 0;
        },
      );
      if (made >= maxInvoices) break;
    }
    const last = due.at(-1);
    if (last === undefined || due.length < pageSize) break;
    after = last.id;
  }
  return made;
}

/** Stores the invoices of a workspace, oldest first. Two runs at the same time store each once. */
async function closeWorkspace(ctx: Ctx, most: number): Promise<number> {
  const workspace = await selectBilled(ctx.db, ctx.workspace_id).get();
  if (workspace === undefined) return 0;
  const { last_month, last_ends_at, created_at, time_zone } = workspace;
  const last =
    last_month === null || last_ends_at === null
      ? null
      : { month: last_month, ends_at: last_ends_at };
  const now = ctx.now();
  const ended = openPeriods(last, created_at, now, time_zone)
    .filter(({ ends_at }) => ends_at + closesAfter <= now)
    .slice(0, most);
  let previous = last_ends_at;
  for (const period of ended) {
    const { invoice, cost_nano_usd } = await makeInvoice(ctx, workspace, period, now);
    const { month, number, calls } = invoice;
    const { starts_at, ends_at } = period;
    const row = {
      ...{
        workspace_id: ctx.workspace_id,
        month,
        number,
        starts_at,
        ends_at,
        cost_nano_usd,
        calls,
      },
      document: JSON.stringify(invoice),
      created_at: now,
    };
    const { meta } = await insertInvoice(ctx.db, row, previous);
    // Another run was first; it continues.
    if (meta.changes === 0) return 0;
    previous = ends_at;
  }
  return ended.length;
}
