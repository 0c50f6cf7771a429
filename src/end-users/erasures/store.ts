import { and, desc, eq, lt, sql } from 'drizzle-orm';
import type { Db } from '../../db/client.ts';
import { end_users, erasures } from '../../db/schema/end-users.ts';

export type ErasureRow = typeof erasures.$inferSelect;

/** Inserts an erasure, or restarts the one of the end user that has failed. Returns the one that runs. */
export const insertErasure = (db: Db, row: ErasureRow) =>
  db
    .insert(erasures)
    .values({
      ...row,
      is_known: sql`exists (select 1 from end_users u where u.workspace_id = ${row.workspace_id} and u.id = ${row.end_user_id})`,
    })
    .onConflictDoUpdate({
      target: [erasures.workspace_id, erasures.end_user_id],
      targetWhere: sql`end_user_id is not null`,
      set: { status: 'running' },
    })
    .returning();

/** Inserts the row that stands for an erased end user, so that older tokens stay invalid. */
export const insertTombstone = (db: Db, workspace_id: string, id: string, now: number) =>
  db
    .insert(end_users)
    .values({ workspace_id, id, first_seen_at: now, last_seen_at: now, tokens_not_before: now })
    .onConflictDoUpdate({
      target: [end_users.workspace_id, end_users.id],
      set: { tokens_not_before: now, last_seen_at: now },
    });

export const selectErasure = (db: Db, workspace_id: string, id: string) =>
  db
    .select()
    .from(erasures)
    .where(and(eq(erasures.workspace_id, workspace_id), eq(erasures.id, id)));

export const selectErasures = (db: Db, workspace_id: string, after: string | null, limit: number) =>
  db
    .select()
    .from(erasures)
    .where(
      and(
        eq(erasures.workspace_id, workspace_id),
        after === null ? undefined : lt(erasures.id, after),
      ),
    )
    .orderBy(desc(erasures.id))
    .limit(limit);

/** Changes an erasure that is still running. */
export const updateRunning = (
  db: Db,
  workspace_id: string,
  id: string,
  changes: Partial<ErasureRow>,
) =>
  db
    .update(erasures)
    .set(changes)
    .where(
      and(
        eq(erasures.workspace_id, workspace_id),
        eq(erasures.id, id),
        eq(erasures.status, 'running'),
      ),
    );
