import { sql } from 'drizzle-orm';
import type { Db, Statement } from '../../db/client.ts';

/**
 * Erases what was made of a turn of a session: cases of datasets that hold its messages, replays, and texts of reviews and scores. Triggers do
 * the same when the whole session is deleted.
 */
export function eraseCopies(
  db: Db,
  workspace_id: string,
  session_id: string,
  run_id: string,
): Statement[] {
  const cases = sql`dataset_cases c where c.source_session_id = ${session_id} and c.workspace_id = ${workspace_id}
    and exists (select 1 from json_each(c.source_run_ids) r where r.value = ${run_id})`;
  const items = sql`select id from review_items
    where run_id = ${run_id} and session_id = ${session_id} and workspace_id = ${workspace_id}`;
  return [
    db.run(sql`update datasets set
      case_count = case_count - (select count(*) from ${cases} and c.dataset_id = datasets.id and c.until_revision is null),
      erased_count = erased_count + (select count(distinct c.id) from ${cases} and c.dataset_id = datasets.id)
      where id in (select c.dataset_id from ${cases})`),
    db.run(sql`delete from dataset_cases where rowid in (select c.rowid from ${cases})`),
    db.run(
      sql`update review_verdicts set note = null, better_answer = null where item_id in (${items})`,
    ),
    db.run(sql`update review_items set content_erased = 1 where id in (${items})`),
    // Later turns of the session have read this one.
    db.run(
      sql`delete from replay_turns where source_session_id = ${session_id} and workspace_id = ${workspace_id} and source_run_id >= ${run_id}`,
    ),
    db.run(
      sql`update answer_scores set reason = null where session_id = ${session_id} and workspace_id = ${workspace_id} and run_id >= ${run_id}`,
    ),
  ];
}
