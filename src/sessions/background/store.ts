import { and, eq, sql } from 'drizzle-orm';
import type { Db } from '../../db/client.ts';
import { runs } from '../../db/schema/runs.ts';
import { messages, sessions } from '../../db/schema/sessions.ts';

/**
 * Sets a title by rule, unless the session has received another one in the meantime: from a person,
 * from a model, or any title but `previous`.
 */
export const titleByRule = (
  db: Db,
  workspace_id: string,
  session_id: string,
  title: string,
  previous: string | null,
) =>
  db
    .update(sessions)
    .set({ title, titled_by: 'rule' })
    .where(
      and(
        eq(sessions.workspace_id, workspace_id),
        eq(sessions.id, session_id),
        sql`${sessions.title} is ${previous}`,
        sql`coalesce(${sessions.titled_by}, 'rule') = 'rule'`,
      ),
    );

/**
 * Replaces a title by rule with a model's title. Leaves a title that a person has set or removed in
 * the meantime.
 */
export const titleByModel = (db: Db, workspace_id: string, session_id: string, title: string) =>
  db
    .update(sessions)
    .set({ title, titled_by: 'model' })
    .where(
      and(
        eq(sessions.workspace_id, workspace_id),
        eq(sessions.id, session_id),
        eq(sessions.titled_by, 'rule'),
      ),
    );

/** The question and the answer of a run. */
export const selectExchange = (db: Db, workspace_id: string, run_id: string) =>
  db
    .select({ role: messages.role, text: messages.text, depth: messages.depth })
    .from(messages)
    .where(
      and(
        eq(messages.workspace_id, workspace_id),
        sql`(${messages.run_id} = ${run_id} or ${messages.id} = (select r.input_message_id from ${runs} r where r.id = ${run_id} and r.workspace_id = ${workspace_id}))`,
      ),
    )
    .orderBy(messages.depth);
