import { and, eq, sql } from 'drizzle-orm';
import type { SQLiteUpdateSetSource } from 'drizzle-orm/sqlite-core';
import type { Db, Statement } from '../../db/client.ts';
import { conversation_items, conversations } from '../../db/schema/openai.ts';
import { run_steps, runs, suspended_runs } from '../../db/schema/runs.ts';
import { messages, sessions } from '../../db/schema/sessions.ts';
import { eraseAttachments } from '../attachments/store.ts';
import { dropSummaries } from '../background/summary-store.ts';
import { deleteEventsOfSession } from '../events/store.ts';
import { deleteFeedbackOfSession } from '../feedback/store.ts';
import { nextIndexNumber, unindexSession } from '../search/index-store.ts';

/** A session without its number in the keyword index (search/index-store.ts). */
export type SessionRow = Omit<typeof sessions.$inferSelect, 'index_number'>;

export const insertSession = (db: Db, row: SessionRow) =>
  db.insert(sessions).values({ ...row, index_number: nextIndexNumber });

export const selectSession = (db: Db, workspace_id: string, id: string) =>
  db
    .select()
    .from(sessions)
    .where(and(eq(sessions.workspace_id, workspace_id), eq(sessions.id, id)));

export const updateSession = (
  db: Db,
  workspace_id: string,
  id: string,
  changes: SQLiteUpdateSetSource<typeof sessions>,
) =>
  db
    .update(sessions)
    .set(changes)
    .where(and(eq(sessions.workspace_id, workspace_id), eq(sessions.id, id)))
    .returning();

/** Deletes everything of a session, children first. The usage rows stay, without text. */
export function deleteSession(db: Db, workspace_id: string, id: string, now: number): Statement[] {
  const ownRuns = sql`(select id from runs where workspace_id = ${workspace_id} and session_id = ${id})`;
  const conversation_id = id.replace('ses_', 'conv_');
  return [
    ...eraseAttachments(db, workspace_id, id, now),
    unindexSession(db, workspace_id, id),
    deleteFeedbackOfSession(db, workspace_id, id),
    deleteEventsOfSession(db, workspace_id, id),
    db.delete(run_steps).where(sql`${run_steps.run_id} in ${ownRuns}`),
    db.delete(suspended_runs).where(sql`${suspended_runs.run_id} in ${ownRuns}`),
    db
      .delete(messages)
      .where(and(eq(messages.workspace_id, workspace_id), eq(messages.session_id, id))),
    db.delete(runs).where(and(eq(runs.workspace_id, workspace_id), eq(runs.session_id, id))),
    dropSummaries(db, workspace_id, id),
    db
      .delete(conversation_items)
      .where(
        and(
          eq(conversation_items.workspace_id, workspace_id),
          eq(conversation_items.conversation_id, conversation_id),
        ),
      ),
    db
      .delete(conversations)
      .where(
        and(eq(conversations.workspace_id, workspace_id), eq(conversations.id, conversation_id)),
      ),
    db.delete(sessions).where(and(eq(sessions.workspace_id, workspace_id), eq(sessions.id, id))),
  ];
}
