import { and, eq, sql } from 'drizzle-orm';
import type { Db } from '../../db/client.ts';
import { runs } from '../../db/schema/runs.ts';
import { messages, sessions } from '../../db/schema/sessions.ts';

/** Gives a session a title by rule, unless it has got one meanwhile: of a person, of a model, or another than `known`. */
export const titleByRule = (
  db: Db,
  workspace_id: string,
  session_id: string,
  title: string,
  known: string | null,
) =>
  db
    .update(sessions)
    .set({ title, titled_by: 'rule' })
    .where(
      and(
        eq(sessions.workspace_id, workspace_id),
        eq(sessions.id, session_id),
        sql`${sessions.title} is ${known}`,
        sql`coalesce(${sessions.titled_by}, 'rule') = 'rule'`,
      ),
    );

/** Puts a model's title in the place of one by rule, and of no other: a person may have given or removed one meanwhile. */
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

/** A run's question and answer. */
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
