import { and, asc, desc, eq, gt, isNull, lt, sql } from 'drizzle-orm';
import type { Db } from '../db/client.ts';
import { usage_archives } from '../db/schema/analytics.ts';
import { invoices } from '../db/schema/invoices.ts';
import { workspaces } from '../db/schema/workspaces.ts';

export type InvoiceRow = typeof invoices.$inferSelect;

/** Columns of a list, without the document. */
const shown = {
  workspace_id: invoices.workspace_id,
  month: invoices.month,
  number: invoices.number,
  starts_at: invoices.starts_at,
  ends_at: invoices.ends_at,
  cost_nano_usd: invoices.cost_nano_usd,
  calls: invoices.calls,
  created_at: invoices.created_at,
};

export const selectInvoices = (
  db: Db,
  workspace_id: string,
  before: string | null,
  limit: number,
) =>
  db
    .select(shown)
    .from(invoices)
    .where(
      and(
        eq(invoices.workspace_id, workspace_id),
        before === null ? undefined : lt(invoices.month, before),
      ),
    )
    .orderBy(desc(invoices.month))
    .limit(limit);

export const selectInvoice = (db: Db, workspace_id: string, month: string) =>
  db
    .select()
    .from(invoices)
    .where(and(eq(invoices.workspace_id, workspace_id), eq(invoices.month, month)));

/** Stores an invoice unless the month has one, or the one before it is not the last. */
export const insertInvoice = (db: Db, row: InvoiceRow, last_ends_at: number | null) =>
  db.run(sql`insert into invoices (workspace_id, month, number, starts_at, ends_at, cost_nano_usd, calls, document, created_at)
    select ${row.workspace_id}, ${row.month}, ${row.number}, cast(${row.starts_at} as integer), cast(${row.ends_at} as integer),
      cast(${row.cost_nano_usd} as integer), cast(${row.calls} as integer), ${row.document}, cast(${row.created_at} as integer)
    where (select max(i.ends_at) from invoices i where i.workspace_id = ${row.workspace_id}) is ${last_ends_at}
      and exists (select 1 from workspaces w where w.id = ${row.workspace_id} and w.deleted_at is null)
    on conflict do nothing`);

/** Returns the settings of a workspace that its invoices show, with its last invoice. */
export const selectBilled = (db: Db, workspace_id: string) =>
  db
    .select({
      id: workspaces.id,
      name: workspaces.name,
      time_zone: workspaces.time_zone,
      billing: workspaces.billing,
      created_at: workspaces.created_at,
      last_month: sql<
        string | null
      >`(select max(i.month) from invoices i where i.workspace_id = workspaces.id)`.as(
        'last_month',
      ),
      last_ends_at: sql<
        number | null
      >`(select max(i.ends_at) from invoices i where i.workspace_id = workspaces.id)`.as(
        'last_ends_at',
      ),
    })
    .from(workspaces)
    .where(and(eq(workspaces.id, workspace_id), isNull(workspaces.deleted_at)));
export type BilledRow = NonNullable<Awaited<ReturnType<ReturnType<typeof selectBilled>['get']>>>;

/** Returns workspaces whose last invoice, or creation, is so long ago that a month may have ended. */
export const selectDue = (db: Db, after: string, before: number, limit: number) =>
  db.all<{ id: string }>(sql`
    select w.id from workspaces w where w.id > ${after} and w.deleted_at is null
      and coalesce((select max(i.ends_at) from invoices i where i.workspace_id = w.id), 0) < ${before}
    order by w.id limit ${limit}`);

/** Returns workspaces after an id, newest first, with the stored invoice of a month. */
export const selectBilledOfMonth = (db: Db, month: string, before: string, limit: number) =>
  db.all<
    BilledRow & {
      suspended_at: number | null;
      calls: number | null;
      cost_nano_usd: number | null;
    }
  >(sql`
    select w.id, w.name, w.time_zone, null as billing, w.created_at, w.suspended_at, s.calls, s.cost_nano_usd,
      (select max(i.month) from invoices i where i.workspace_id = w.id) as last_month,
      (select max(i.ends_at) from invoices i where i.workspace_id = w.id) as last_ends_at
    from workspaces w left join invoices s on s.workspace_id = w.id and s.month = ${month}
    where w.id < ${before} and w.deleted_at is null order by w.id desc limit ${limit}`);

export interface SumRow {
  readonly agent_id: string | null;
  readonly provider: string;
  readonly model: string;
  readonly operation: string;
  readonly calls: number;
  readonly unpriced_calls: number;
  readonly input_tokens: number;
  readonly cache_read_tokens: number;
  readonly cache_write_tokens: number;
  readonly output_tokens: number;
  readonly cost_nano_usd: number;
}

/** Returns sums of calls that are in the database. Integers, so the sums are exact. */
export const selectSums = (db: Db, workspace_id: string, from: number, to: number) =>
  db.all<SumRow>(sql`
    select agent_id, provider, model, operation, count(*) as calls,
      sum(cost_nano_usd is null) as unpriced_calls, coalesce(sum(input_tokens), 0) as input_tokens,
      coalesce(sum(cache_read_tokens), 0) as cache_read_tokens, coalesce(sum(cache_write_tokens), 0) as cache_write_tokens,
      coalesce(sum(output_tokens), 0) as output_tokens, coalesce(sum(cost_nano_usd), 0) as cost_nano_usd
    from usage where workspace_id = ${workspace_id} and created_at >= ${from} and created_at < ${to}
    group by agent_id, provider, model, operation`);

/** Archives of days that overlap a period. */
export const selectArchives = (db: Db, workspace_id: string, from: number, to: number) =>
  db
    .select({ id: usage_archives.id, object_key: usage_archives.object_key })
    .from(usage_archives)
    .where(
      and(
        eq(usage_archives.workspace_id, workspace_id),
        gt(usage_archives.day, from),
        lt(usage_archives.day, to),
      ),
    )
    .orderBy(asc(usage_archives.day), asc(usage_archives.part));

/** Returns names of agents, deleted ones included. */
export const selectNames = (db: Db, workspace_id: string, ids: readonly string[]) =>
  db.all<{ id: string; name: string }>(sql`
    select id, name from agents where workspace_id = ${workspace_id} and id in (select value from json_each(${JSON.stringify(ids)}))`);
