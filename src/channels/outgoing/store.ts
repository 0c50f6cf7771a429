import { and, eq, getTableColumns, lte, sql } from 'drizzle-orm';
import type { Db, Statement } from '../../db/client.ts';
import { channel_deliveries } from '../../db/schema/channels.ts';
import { isOfServedWorkspace } from '../../db/served-workspace.ts';
import type { DeliveryRow } from '../store.ts';

/** An attempt in progress must not be repeated, and later ones have their time. */
const isUntried = sql`${channel_deliveries.status} = 'pending' and ${channel_deliveries.attempts} = 0`;

/** Adds a delivery, or makes the existing one of the same source due, unless an attempt at it has been made. */
export const upsertDelivery = (db: Db, row: DeliveryRow) =>
  db
    .insert(channel_deliveries)
    .values(row)
    .onConflictDoUpdate({
      target: [channel_deliveries.thread_id, channel_deliveries.source_id],
      set: { next_attempt_at: row.next_attempt_at, updated_at: row.updated_at },
      setWhere: isUntried,
    })
    .returning();

const columns = Object.keys(getTableColumns(channel_deliveries)) as (keyof DeliveryRow)[];

/**
 * Adds a notice, unless the user has received the same one since `since`. One for a run whose draft is shown is always
 * added, since it replaces the draft.
 */
export const insertNotice = (
  db: Db,
  row: DeliveryRow,
  {
    end_user_id,
    run_id,
    since,
  }: { readonly end_user_id: string; readonly run_id: string | null; readonly since: number },
): Statement<DeliveryRow[]> => {
  const values = columns.map((name) => (name === 'external_ids' ? sql`'[]'` : sql`${row[name]}`));
  return db
    .insert(channel_deliveries)
    .select(
      sql`select ${sql.join(values, sql`, `)} where
        exists (select 1 from channel_deliveries d where d.thread_id = ${row.thread_id} and d.source_id in (${row.source_id}, ${run_id}))
        or not exists (select 1 from channel_threads t join channel_deliveries d on d.thread_id = t.id
          where t.workspace_id = ${row.workspace_id} and t.end_user_id = ${end_user_id} and t.channel_id = ${row.channel_id}
          and d.notice = ${row.notice} and d.created_at > ${since})`,
    )
    .onConflictDoUpdate({
      target: [channel_deliveries.thread_id, channel_deliveries.source_id],
      set: {
        notice: row.notice,
        next_attempt_at: row.next_attempt_at,
        updated_at: row.updated_at,
      },
      setWhere: isUntried,
    })
    .returning() as unknown as Statement<DeliveryRow[]>;
};

/** Gives the draft of an answer to a notice, which replaces its text. The answer is then a message of its own. */
export const moveDraft = (db: Db, { thread_id, source_id }: DeliveryRow, run_id: string) => {
  const draft = and(
    eq(channel_deliveries.thread_id, thread_id),
    eq(channel_deliveries.source_id, run_id),
    isUntried,
  );
  return [
    db
      .update(channel_deliveries)
      .set({
        external_ids: sql`coalesce((select d.external_ids from channel_deliveries d where d.thread_id = ${thread_id} and d.source_id = ${run_id} and d.status = 'pending' and d.attempts = 0), '[]')`,
      })
      .where(
        and(
          eq(channel_deliveries.thread_id, thread_id),
          eq(channel_deliveries.source_id, source_id),
          isUntried,
        ),
      ),
    db.delete(channel_deliveries).where(draft),
  ] as const;
};

/** Claims a due delivery for one attempt, until `lease_until`; no row for any other. */
export const claimDelivery = (
  db: Db,
  workspace_id: string,
  id: string,
  now: number,
  lease_until: number,
) =>
  db
    .update(channel_deliveries)
    .set({
      attempts: sql`${channel_deliveries.attempts} + 1`,
      next_attempt_at: lease_until,
      updated_at: now,
    })
    .where(
      and(
        eq(channel_deliveries.workspace_id, workspace_id),
        eq(channel_deliveries.id, id),
        eq(channel_deliveries.status, 'pending'),
        lte(channel_deliveries.next_attempt_at, now),
      ),
    )
    .returning();

export const updateDelivery = (
  db: Db,
  { workspace_id, id }: Pick<DeliveryRow, 'workspace_id' | 'id'>,
  changes: Partial<DeliveryRow>,
) =>
  db
    .update(channel_deliveries)
    .set(changes)
    .where(and(eq(channel_deliveries.workspace_id, workspace_id), eq(channel_deliveries.id, id)));

export const selectDue = (db: Db, now: number, limit: number) =>
  db
    .select({ id: channel_deliveries.id, workspace_id: channel_deliveries.workspace_id })
    .from(channel_deliveries)
    .where(
      and(
        eq(channel_deliveries.status, 'pending'),
        lte(channel_deliveries.next_attempt_at, now),
        isOfServedWorkspace(channel_deliveries.workspace_id),
      ),
    )
    .orderBy(channel_deliveries.next_attempt_at)
    .limit(limit);

/** Makes a due delivery due later, so that concurrent sweeps queue it once. */
export const leaseDelivery = (db: Db, id: string, now: number, until: number) =>
  db
    .update(channel_deliveries)
    .set({ updated_at: until })
    .where(
      and(
        eq(channel_deliveries.id, id),
        lte(channel_deliveries.next_attempt_at, now),
        lte(channel_deliveries.updated_at, now),
      ),
    )
    .returning({ id: channel_deliveries.id });

/** Deletes rows that are older than `before`; the newest `limit` of them stay for the next call. */
export const deleteOld = (
  db: Db,
  table: 'channel_deliveries' | 'channel_messages',
  before: number,
  limit: number,
) =>
  db.run(sql`delete from ${sql.raw(table)} where rowid in (
    select rowid from ${sql.raw(table)} where created_at < ${before} and status in ('done', 'succeeded', 'failed') limit ${limit})`);
