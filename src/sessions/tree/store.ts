import { type SQL, sql } from 'drizzle-orm';

/** The newest message below `message_id`, or the message itself: always the end of a branch. */
const newestBelow = (workspace_id: string, session_id: string, message_id: string): SQL => sql`(
  with recursive below as (
    select m.id, m.seq from messages m where m.id = ${message_id} and m.session_id = ${session_id} and m.workspace_id = ${workspace_id}
    union all select m.id, m.seq from below join messages m on m.session_id = ${session_id} and m.parent_id = below.id
  ) select below.id from below order by below.seq desc limit 1)`;

/**
 * Selects the branch through a message, down to its newest message. While a run is active, or when
 * the message does not exist, `updated_at` becomes null, which violates a constraint and fails the
 * batch.
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
