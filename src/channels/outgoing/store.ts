import { and, eq, lte, sql } from 'drizzle-orm';
import type { Db } from '../../db/client.ts';
import { channel_deliveries } from '../../db/schema/channels.ts';
import type { DeliveryRow } from '../store.ts';

/** Adds a delivery, or makes the existing one of the same source due, unless it has ended. */
export const upsertDelivery = (db: Db, row: DeliveryRow) =>
  db
    .insert(channel_deliveries)
    .values(row)
    .onConflictDoUpdate({
      target: [channel_deliveries.thread_id, channel_deliveries.source_id],
      set: { next_attempt_at: row.next_attempt_at, updated_at: row.updated_at },
      setWhere: eq(channel_deliveries.status, 'pending'),
    })
    .returning();

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
      and(eq(channel_deliveries.status, 'pending'), lte(channel_deliveries.next_attempt_at, now)),
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
