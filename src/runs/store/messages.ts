import { and, asc, eq, sql } from 'drizzle-orm';
import type { Db } from '../../db/client.ts';
import { messages, sessions } from '../../db/schema/sessions.ts';

/** A message of a session, or of a one-off run, which has no session. */
export type AnyMessageRow = Omit<typeof messages.$inferSelect, 'session_id'> & {
  readonly session_id: string | null;
  /** True for an answer whose content the reader may not read. */
  readonly is_withheld?: boolean;
};

/** Messages of a run, without their copies in forked sessions. */
const ofRun = (workspace_id: string, run_id: string) =>
  and(
    eq(messages.workspace_id, workspace_id),
    eq(messages.run_id, run_id),
    sql`${messages.session_id} = (select r.session_id from runs r where r.id = ${run_id})`,
  );

/** The answer of a run in a session. */
export const selectSessionAnswer = (db: Db, workspace_id: string, run_id: string) =>
  db
    .select()
    .from(messages)
    .where(and(ofRun(workspace_id, run_id), eq(messages.role, 'assistant')));

export const selectMessagesOfRun = (db: Db, workspace_id: string, run_id: string) =>
  db.select().from(messages).where(ofRun(workspace_id, run_id)).orderBy(asc(messages.seq));

/** The columns of a run's session that are part of the run. */
export const selectSessionOfRun = (db: Db, workspace_id: string, run_id: string) =>
  db
    .select({
      created_by: sessions.created_by,
      end_user_id: sessions.end_user_id,
      inputs: sessions.inputs,
      metadata: sessions.metadata,
    })
    .from(sessions)
    .where(
      and(
        eq(sessions.workspace_id, workspace_id),
        sql`${sessions.id} = (select r.session_id from runs r where r.id = ${run_id} and r.workspace_id = ${workspace_id})`,
      ),
    );
