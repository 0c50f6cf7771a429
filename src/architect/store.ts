import { and, asc, desc, eq, lt, sql } from 'drizzle-orm';
import type { Db } from '../db/client.ts';
import { architect_messages, architect_sessions } from '../db/schema/architect.ts';
import { files } from '../db/schema/knowledge.ts';
import { day } from '../shared/time.ts';

export type SessionRow = typeof architect_sessions.$inferSelect;
export type MessageRow = typeof architect_messages.$inferSelect;

const own = (workspace_id: string, id: string) =>
  and(eq(architect_sessions.workspace_id, workspace_id), eq(architect_sessions.id, id));

export const insertSession = (db: Db, row: SessionRow) => db.insert(architect_sessions).values(row);

export const selectSession = (db: Db, workspace_id: string, id: string) =>
  db.select().from(architect_sessions).where(own(workspace_id, id));

/** Sessions, newest first; `after` is the id of the last one of the page before. */
export const selectSessions = (db: Db, workspace_id: string, after: string | null, limit: number) =>
  db
    .select()
    .from(architect_sessions)
    .where(
      and(
        eq(architect_sessions.workspace_id, workspace_id),
        after === null ? undefined : lt(architect_sessions.id, after),
      ),
    )
    .orderBy(desc(architect_sessions.id))
    .limit(limit);

/** Reserves a session until `busy_until`. Returns no row while another request has it, or when it has ended. */
export const claimSession = (
  db: Db,
  workspace_id: string,
  id: string,
  now: number,
  busy_until: number,
) =>
  db
    .update(architect_sessions)
    .set({ busy_until, revision: sql`${architect_sessions.revision} + 1` })
    .where(
      and(
        own(workspace_id, id),
        sql`${architect_sessions.busy_until} <= ${now}`,
        sql`${architect_sessions.agent_id} is null`,
      ),
    )
    .returning();

/** Changes a claimed session and releases it. Violates `architect_sessions.revision` if the claim was lost. */
export const updateSession = (
  db: Db,
  { workspace_id, id, revision }: SessionRow,
  changes: Partial<SessionRow>,
) =>
  db
    .update(architect_sessions)
    .set({
      ...changes,
      busy_until: 0,
      revision: sql`iif(${architect_sessions.revision} = ${revision}, ${revision + 1}, null)`,
    })
    .where(own(workspace_id, id));

/** Releases a claimed session without a change; does nothing if the claim was lost. */
export const releaseSession = (db: Db, { workspace_id, id, revision }: SessionRow) =>
  db
    .update(architect_sessions)
    .set({ busy_until: 0 })
    .where(and(own(workspace_id, id), eq(architect_sessions.revision, revision)));

/** Releases the claim of a request that does not know whether it has one. */
export const releaseClaim = (db: Db, workspace_id: string, id: string, busy_until: number) =>
  db
    .update(architect_sessions)
    .set({ busy_until: 0 })
    .where(and(own(workspace_id, id), eq(architect_sessions.busy_until, busy_until)));

/** Stores the base of a session while it is claimed. */
export const setBase = (db: Db, { workspace_id, id }: SessionRow, base_id: string) =>
  db.update(architect_sessions).set({ base_id }).where(own(workspace_id, id));

/** Violates `architect_messages.session_id` when the session is gone. */
export const insertMessage = (db: Db, row: MessageRow) =>
  db.insert(architect_messages).values({
    ...row,
    session_id: sql`(select id from architect_sessions where id = ${row.session_id} and workspace_id = ${row.workspace_id})`,
  });

export const selectMessages = (db: Db, workspace_id: string, session_id: string) =>
  db
    .select()
    .from(architect_messages)
    .where(
      and(
        eq(architect_messages.workspace_id, workspace_id),
        eq(architect_messages.session_id, session_id),
      ),
    )
    .orderBy(asc(architect_messages.id));

/** Deletes sessions with their messages. */
export const deleteSessions = (db: Db, workspace_id: string, ids: readonly string[]) => {
  const some = sql`(select value from json_each(${JSON.stringify(ids)}))`;
  return [
    db
      .delete(architect_messages)
      .where(
        and(
          eq(architect_messages.workspace_id, workspace_id),
          sql`${architect_messages.session_id} in ${some}`,
        ),
      ),
    db
      .delete(architect_sessions)
      .where(
        and(
          eq(architect_sessions.workspace_id, workspace_id),
          sql`${architect_sessions.id} in ${some}`,
        ),
      ),
  ];
};

export interface DueSession {
  readonly id: string;
  readonly workspace_id: string;
  readonly base_id: string | null;
  readonly agent_id: string | null;
}

/** Sessions that have expired, or are older than the retention of their workspace. */
export const selectDue = (db: Db, now: number, limit: number) =>
  db.all<DueSession>(sql`
    select s.id, s.workspace_id, s.base_id, s.agent_id from architect_sessions s where s.expires_at <= ${now} and s.busy_until <= ${now}
    union all
    select s.id, s.workspace_id, s.base_id, s.agent_id from workspaces w
    join architect_sessions s on s.workspace_id = w.id and s.created_at <= ${now} - w.retention_days * ${day}
    where w.retention_days > 0 and s.busy_until <= ${now}
    limit ${limit}`);

/** Counts the files of some bases that are still processed. */
export const countPendingFiles = (db: Db, workspace_id: string, base_ids: readonly string[]) =>
  db
    .select({ count: sql<number>`count(*)`.as('count') })
    .from(files)
    .where(
      and(
        eq(files.workspace_id, workspace_id),
        sql`${files.base_id} in (select value from json_each(${JSON.stringify(base_ids)}))`,
        sql`${files.status} not in ('ready', 'failed')`,
        sql`${files.deleted_at} is null`,
      ),
    );
