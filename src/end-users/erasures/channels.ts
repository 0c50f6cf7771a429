import { sql } from 'drizzle-orm';
import { batch } from '../../db/client.ts';
import type { Step } from './step.ts';

const threadsAtOnce = 20;

const valuesOf = (ids: readonly string[]) =>
  sql`(select value from json_each(${JSON.stringify(ids)}))`;

/**
 * Erases conversations of channels with what waits to be answered or sent. This comes before their sessions, with which the
 * rows would go, but not the files.
 */
export const channelThreads: Step = async ({ db, files, workspace_id }, { end_user_id }) => {
  const rows = await db.all<{ id: string }>(sql`select id from channel_threads
    where workspace_id = ${workspace_id} and end_user_id = ${end_user_id} limit ${threadsAtOnce}`);
  if (rows.length === 0) return { counts: {}, position: null };
  const ids = valuesOf(rows.map(({ id }) => id));
  const objects = await db.all<{
    object_key: string;
  }>(sql`select f.value ->> 'object_key' as object_key
      from channel_messages m, json_each(m.files) f where m.thread_id in ${ids} and f.value ->> 'object_key' is not null`);
  if (objects.length > 0) await files.remove(objects.map(({ object_key }) => object_key));
  await batch(db, [
    db.run(sql`delete from channel_deliveries where thread_id in ${ids}`),
    db.run(sql`delete from channel_messages where thread_id in ${ids}`),
    db.run(sql`delete from channel_threads where id in ${ids}`),
  ]);
  return { counts: { channel_threads: rows.length }, position: 'more' };
};
