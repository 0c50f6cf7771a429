import { and, eq, sql } from 'drizzle-orm';
import type { Db, Statement } from '../../db/client.ts';
import { conversation_items, conversations } from '../../db/schema/openai.ts';

/**
 * Removes items that were waiting for the next run of a conversation, since its message now
 * contains them. Violates `conversations.metadata` when another run has taken one of them, or it
 * was deleted.
 */
export function takeItems(
  db: Db,
  workspace_id: string,
  session_id: string,
  ids: readonly string[],
): Statement[] {
  const taken = sql`(select value from json_each(${JSON.stringify(ids)}))`;
  const isAll = sql`(select count(*) from conversation_items i where i.id in ${taken}) = ${ids.length}`;
  const conversation = and(
    eq(conversations.workspace_id, workspace_id),
    eq(conversations.id, session_id.replace('ses_', 'conv_')),
  );
  return [
    db
      .update(conversations)
      .set({ metadata: sql`iif(${isAll}, ${conversations.metadata}, null)` })
      .where(conversation),
    db
      .delete(conversation_items)
      .where(
        and(
          eq(conversation_items.workspace_id, workspace_id),
          sql`${conversation_items.id} in ${taken}`,
        ),
      ),
  ];
}
