import { and, asc, eq, sql } from 'drizzle-orm';
import type { Db } from '../../db/client.ts';
import { conversation_items, conversations } from '../../db/schema/openai.ts';
import { day } from '../../shared/time.ts';

export type ConversationRow = typeof conversations.$inferSelect;
export type WaitingItemRow = typeof conversation_items.$inferSelect;

const own = (workspace_id: string, id: string) =>
  and(eq(conversations.workspace_id, workspace_id), eq(conversations.id, id));

const itemsOf = (workspace_id: string, id: string) =>
  and(
    eq(conversation_items.workspace_id, workspace_id),
    eq(conversation_items.conversation_id, id),
  );

export const insertConversation = (db: Db, row: ConversationRow) =>
  db.insert(conversations).values(row);

export const selectConversation = (db: Db, workspace_id: string, id: string) =>
  db.select().from(conversations).where(own(workspace_id, id));

export const updateConversation = (
  db: Db,
  workspace_id: string,
  id: string,
  metadata: Record<string, string>,
) => db.update(conversations).set({ metadata }).where(own(workspace_id, id)).returning();

/** Returns the statements that delete a conversation and, before it, its items. */
export const deleteConversation = (db: Db, workspace_id: string, id: string) => [
  db.delete(conversation_items).where(itemsOf(workspace_id, id)),
  db.delete(conversations).where(own(workspace_id, id)),
];

/**
 * Inserts an item after the other waiting items. Violates a NOT NULL constraint when the
 * conversation does not exist.
 */
export const insertItem = (db: Db, { position: _, ...row }: WaitingItemRow) =>
  db.insert(conversation_items).values({
    ...row,
    conversation_id: sql`(select c.id from conversations c where c.id = ${row.conversation_id} and c.workspace_id = ${row.workspace_id})`,
    position: sql`(select coalesce(max(i.position), 0) + 1 from conversation_items i where i.conversation_id = ${row.conversation_id})`,
  });

export const selectItems = (db: Db, workspace_id: string, id: string) =>
  db
    .select()
    .from(conversation_items)
    .where(itemsOf(workspace_id, id))
    .orderBy(asc(conversation_items.position));

export const deleteItem = (db: Db, workspace_id: string, conversation_id: string, id: string) =>
  db
    .delete(conversation_items)
    .where(and(itemsOf(workspace_id, conversation_id), eq(conversation_items.id, id)))
    .returning({ id: conversation_items.id });

/** Selects conversations of all workspaces that have no session and exceed the retention of their workspace. */
export const selectDueConversations = (db: Db, now: number, limit: number) =>
  db.all<Pick<ConversationRow, 'id' | 'workspace_id'>>(sql`
    select c.id, c.workspace_id from workspaces w
    join conversations c on c.workspace_id = w.id and c.created_at <= ${now} - w.retention_days * ${day}
    where w.retention_days > 0 and not exists (select 1 from sessions s where s.id = replace(c.id, 'conv_', 'ses_'))
    limit ${limit}`);
