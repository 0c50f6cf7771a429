import { type SQL, sql } from 'drizzle-orm';

/** The newest of the messages that follow `message_id`, or itself: always the end of a branch. */
const newestBelow = (workspace_id: string, session_id: string, message_id: string): SQL => sql`(
  with recursive below as (
    select m.id, m.seq from messages m where m.id = ${message_id} and m.session_id = ${session_id} and m.workspace_id = ${workspace_id}
    union all select m.id, m.seq from below join messages m on m.session_id = ${session_id} and m.parent_id = below.id
  ) select below.id from below order by below.seq desc limit 1)`;

/**
 * What makes a session show the branch through a message, down to its newest. While a run goes on, or
 * where there is no such message, `updated_at` is null, which the table refuses, and the whole batch with it.
 */
export function branchThrough(
  workspace_id: string,
  session_id: string,
  message_id: string,
  now: number,
) {
  const isThere = sql`exists (select 1 from messages m where m.id = ${message_id} and m.session_id = ${session_id} and m.workspace_id = ${workspace_id})`;
  return {
    head_id: sql`${newestBelow(workspace_id, session_id, message_id)}`,
    updated_at: sql<number>`iif(active_run_id is null and ${isThere}, ${now}, null)`,
  };
}
