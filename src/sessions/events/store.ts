import { and, desc, eq, lt, sql } from 'drizzle-orm';
import type { Db, Statement } from '../../db/client.ts';
import { session_events } from '../../db/schema/experiments.ts';
import type { SessionEventRow } from './schema.ts';

/** Inserts an event. Violates `session_events.session_id` when the session is gone, and `session_events.name` when it has `max` events. */
export const insertEvent = (db: Db, row: SessionEventRow, max: number): Statement =>
  db.insert(session_events).values({
    ...row,
    session_id: sql`(select id from sessions where id = ${row.session_id} and workspace_id = ${row.workspace_id})`,
    name: sql`iif((select count(*) from session_events e where e.session_id = ${row.session_id}) < ${max}, ${row.name}, null)`,
  });

/** Selects the events of a session, newest first. */
export const selectEvents = (
  db: Db,
  workspace_id: string,
  session_id: string,
  name: string | undefined,
  after: string | null,
  limit: number,
) =>
  db
    .select()
    .from(session_events)
    .where(
      and(
        eq(session_events.session_id, session_id),
        eq(session_events.workspace_id, workspace_id),
        name === undefined ? undefined : eq(session_events.name, name),
        after === null ? undefined : lt(session_events.id, after),
      ),
    )
    .orderBy(desc(session_events.id))
    .limit(limit);

export const deleteEventsOfSession = (db: Db, workspace_id: string, session_id: string) =>
  db
    .delete(session_events)
    .where(
      and(eq(session_events.session_id, session_id), eq(session_events.workspace_id, workspace_id)),
    );
