import type { Ctx } from '../platform/context.ts';
import { notFound } from '../shared/failure.ts';
import { toWireUsd } from '../shared/money.ts';
import { type Page, readPage } from '../shared/page.ts';
import { toWireTime } from '../shared/time.ts';
import { makeInvoice } from './document.ts';
import { openPeriods } from './months.ts';
import type { Invoice, InvoiceSummary, InvoicesQuery } from './schema.ts';
import {
  type BilledRow,
  type InvoiceRow,
  selectBilled,
  selectInvoice,
  selectInvoices,
} from './store.ts';

/** Lists invoices, newest first; months that are not closed yet are provisional. */
export async function listInvoices(ctx: Ctx, query: InvoicesQuery): Promise<Page<InvoiceSummary>> {
  const workspace = await findBilled(ctx);
  const open = openOf(ctx, workspace).toReversed();
  return readPage(
    { secret: ctx.config.signing_secret, workspace_id: ctx.workspace_id, list: 'invoices' },
    query,
    async (before, count) => {
      const wanted = open.filter(({ month }) => before === null || month < before).slice(0, count);
      const provisional: InvoiceSummary[] = [];
      for (const period of wanted) {
        const { invoice } = await makeInvoice(ctx, workspace, period, null);
        const { month, number, status, starts_at, ends_at, calls, total_usd, issued_at } = invoice;
        provisional.push({
          month,
          number,
          status,
          starts_at,
          ends_at,
          calls,
          total_usd,
          issued_at,
        });
      }
      const rows =
        wanted.length >= count
          ? []
          : await selectInvoices(ctx.db, ctx.workspace_id, before, count - wanted.length).all();
      return [...provisional, ...rows.map(toSummary)];
    },
    ({ month }) => month,
    (summary) => summary,
  );
}

/** Returns the invoice of a month: as it was stored, or made from the calls so far. Throws `not_found` for other months. */
export async function getInvoice(ctx: Ctx, month: string): Promise<Invoice> {
  const stored = await selectInvoice(ctx.db, ctx.workspace_id, month).get();
  if (stored !== undefined) return JSON.parse(stored.document) as Invoice;
  const workspace = await findBilled(ctx);
  const period = openOf(ctx, workspace).find((open) => open.month === month);
  if (period === undefined) throw notFound('invoice');
  return (await makeInvoice(ctx, workspace, period, null)).invoice;
}

async function findBilled(ctx: Ctx): Promise<BilledRow> {
  const workspace = await selectBilled(ctx.db, ctx.workspace_id).get();
  if (workspace === undefined) throw notFound('workspace');
  return workspace;
}

export function openOf(ctx: Ctx, { last_month, last_ends_at, created_at, time_zone }: BilledRow) {
  const last =
    last_month === null || last_ends_at === null
      ? null
      : { month: last_month, ends_at: last_ends_at };
  return openPeriods(last, created_at, ctx.now(), time_zone);
}

const toSummary = (row: Omit<InvoiceRow, 'document'>): InvoiceSummary => ({
  month: row.month,
  number: row.number,
  status: 'final',
  starts_at: toWireTime(row.starts_at),
  ends_at: toWireTime(row.ends_at),
  calls: row.calls,
  total_usd: toWireUsd(row.cost_nano_usd) ?? 0,
  issued_at: toWireTime(row.created_at),
});
