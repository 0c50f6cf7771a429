import { sql } from 'drizzle-orm';
import type { Db } from '../../db/client.ts';
import { messages } from '../../db/schema/sessions.ts';
import { guardedFiles } from '../attachments/store.ts';
import type { MessageRow } from '../store/messages.ts';

/** A message of the time in which a person handles a session; its place follows from the session. */
type PersonMessage = Omit<
  MessageRow,
  'seq' | 'parent_id' | 'depth' | 'citations' | 'prompt' | 'run_id'
>;

/**
 * Appends a message to the active branch, and returns it. Violates `messages.seq` unless a person handles the session,
 * no run is active, and it is neither archived nor expired; and `messages.attachments` when one of its files was deleted.
 */
export const appendMessage = (db: Db, { attachments, ...message }: PersonMessage) => {
  const { id, workspace_id, session_id, created_at } = message;
  const own = sql`s.id = ${session_id} and s.workspace_id = ${workspace_id}`;
  const isOpen = sql`s.handled_by = 'human' and s.active_run_id is null and s.archived_at is null
    and (s.expires_at is null or s.expires_at > ${created_at})`;
  return [
    db
      .insert(messages)
      .values({
        ...message,
        ...{ citations: [], run_id: id },
        attachments: guardedFiles(attachments, id),
        seq: sql`(select s.message_seq + 1 from sessions s where ${own} and ${isOpen})`,
        parent_id: sql`(select s.head_id from sessions s where ${own})`,
        depth: sql`1 + coalesce((select h.depth from sessions s join messages h on h.id = s.head_id where ${own}), 0)`,
      })
      .returning(),
    db.run(
      sql`update sessions as s set message_seq = message_seq + 1, head_id = ${id}, updated_at = ${created_at} where ${own}`,
    ),
  ] as const;
};
