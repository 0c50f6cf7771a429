import { sql } from 'drizzle-orm';
import { deleting, once, type Step, valuesOf } from './step.ts';

const messagesAtOnce = 500;

/**
 * Erases the conversations of channels, with messages that no session has yet and their files. Before the sessions, which
 * take the rows of their conversations with them, but not the objects.
 */
export const channels: Step = async ({ db, files, workspace_id }, { end_user_id }) => {
  const threads = sql`(select id from channel_threads where workspace_id = ${workspace_id} and end_user_id = ${end_user_id})`;
  const messages = await db.all<{ id: string; files: string }>(sql`select id, files
    from channel_messages where thread_id in ${threads} limit ${messagesAtOnce}`);
  const ids = messages.map(({ id }) => id);
  const keys = messages.flatMap((row) =>
    (JSON.parse(row.files) as { object_key?: string }[]).flatMap(
      ({ object_key }) => object_key ?? [],
    ),
  );
  if (keys.length > 0) await files.remove(keys);
  await db.run(sql`delete from channel_messages where id in ${valuesOf(ids)}`);
  const counts = { channel_messages: ids.length };
  if (ids.length === messagesAtOnce) return { counts, position: 'more' };
  await db.run(sql`delete from channel_deliveries where thread_id in ${threads}`);
  await db.run(sql`delete from channel_threads where id in ${threads}`);
  return { counts, position: null };
};

/** The steps for how a person came and what is remembered, by the name under which an erasure continues. */
export const contacts: Readonly<Record<string, Step>> = {
  hand_overs: deleting(
    'hand_overs',
    'hand_overs',
    ({ end_user_id }) => sql`end_user_id = ${end_user_id}`,
  ),
  memories: deleting(
    'memories',
    'memories',
    ({ end_user_id }) => sql`end_user_id = ${end_user_id}`,
  ),
  share_visitors: once('visits', (workspace_id, { end_user_id }) => {
    const visitor = sql`v.workspace_id = ${workspace_id} and v.id = ${end_user_id}`;
    return [
      sql`delete from share_codes where workspace_id = ${workspace_id}
        and (link_id, email) in (select v.link_id, v.email from share_visitors v where ${visitor})`,
      sql`delete from share_visitors as v where ${visitor}`,
    ];
  }),
};
