import { and, eq, sql } from 'drizzle-orm';
import type { Db } from '../../db/client.ts';
import { channel_messages } from '../../db/schema/channels.ts';
import { outbox } from '../../db/schema/platform.ts';
import type { Ctx } from '../../platform/context.ts';
import { hour } from '../../shared/time.ts';
import { selectMessage } from './store.ts';

/** The longest time that a request needs to store its files and their message. */
const cleanupAfter = hour;

/** The trigger of deleted messages adds a job of the same id. */
const cleanupId = (message_id: string) => message_id.replace('chi_', 'job_');

/** Schedules the removal of the files of a message before they are written. */
export const insertCleanup = (
  db: Db,
  workspace_id: string,
  message_id: string,
  keys: readonly string[],
  now: number,
) =>
  db.insert(outbox).values({
    id: cleanupId(message_id),
    workspace_id,
    job: { type: 'channel.remove_files', message_id, keys: [...keys] },
    due_at: now + cleanupAfter,
    created_at: now,
  });

/** Cancels it for a message that was inserted. */
export const deleteCleanup = (db: Db, message_id: string) =>
  db
    .delete(outbox)
    .where(
      and(
        eq(outbox.id, cleanupId(message_id)),
        sql`exists (select 1 from ${channel_messages} where ${channel_messages.id} = ${message_id})`,
      ),
    );

/** Removes the files of a message that does not exist: it was never stored, or deleted with its conversation. */
export async function removeFiles(
  ctx: Ctx,
  message_id: string,
  keys: readonly string[],
): Promise<void> {
  const message = await selectMessage(ctx.db, ctx.workspace_id, message_id).get();
  if (message === undefined && keys.length > 0) await ctx.files.remove(keys);
}
