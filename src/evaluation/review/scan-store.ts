import { sql } from 'drizzle-orm';
import type { Db, Statement } from '../../db/client.ts';
import type { review_scans } from '../../db/schema/reviews.ts';
import type { Coverage, RunStatus } from '../../db/schema/runs.ts';
import { day } from '../../shared/time.ts';
import type { Selection } from './match.ts';

export type ScanRow = typeof review_scans.$inferSelect;

/** Scans of the agents that were looked at the longest ago. */
export const selectScans = (db: Db, before: number, limit: number) =>
  db.all<ScanRow>(
    sql`select * from review_scans where scanned_at <= ${before} order by scanned_at limit ${limit}`,
  );

/** Ends the scan of an agent without an enabled rule. */
export const endScan = (db: Db, { workspace_id, agent_id }: ScanRow) =>
  db.run(sql`delete from review_scans where agent_id = ${agent_id} and workspace_id = ${workspace_id}
    and not exists (select 1 from review_rules r where r.workspace_id = ${workspace_id} and r.agent_id = ${agent_id} and r.enabled)`);

export interface EndedRun {
  readonly id: string;
  readonly version_id: string;
  readonly session_id: string | null;
  readonly message_id: string | null;
  readonly ended_at: number;
  readonly is_counted: number;
  readonly status: RunStatus;
  readonly confidence: number | null;
  readonly coverage: Coverage | null;
  readonly cost_nano_usd: number | null;
  readonly has_failed_tool: number;
  readonly question: string | null;
  readonly answer: string | null;
}

/** True for a run `r` that answered a real message: no preview. */
const isReal = sql`r.is_preview = 0`;

/** Selects the runs of an agent that ended after the position of its scan, in order. */
export const selectEnded = (
  db: Db,
  scan: ScanRow,
  until: number,
  reads: { readonly texts: boolean; readonly tools: boolean },
  limit: number,
) =>
  db.all<EndedRun>(sql`
    select r.id, r.version_id, r.session_id, r.ended_at, ${isReal} as is_counted, r.status, r.confidence, r.coverage, r.cost_nano_usd,
      coalesce(a.id, iif(c.answered_at is null, c.question_id, c.answer_id), r.input_message_id) as message_id,
      ${reads.tools ? sql`exists (select 1 from run_steps s where s.run_id = r.id and s.type = 'tool' and s.error is not null)` : sql`0`} as has_failed_tool,
      ${reads.texts ? sql`coalesce((select q.text from messages q where q.id = r.input_message_id), c.question)` : sql`null`} as question,
      ${reads.texts ? sql`coalesce(a.text, c.answer)` : sql`null`} as answer
    from runs r left join messages a on a.run_id = r.id and a.session_id = r.session_id and a.role = 'assistant'
    left join run_contents c on c.run_id = r.id
    where r.workspace_id = ${scan.workspace_id} and r.agent_id = ${scan.agent_id} and r.ended_at is not null
      and (r.ended_at, r.id) > (${scan.run_ended_at}, ${scan.run_id}) and r.ended_at <= ${until}
    order by r.ended_at, r.id limit ${limit}`);

export interface GivenFeedback {
  readonly id: string;
  readonly run_id: string;
  readonly version_id: string;
  readonly session_id: string | null;
  readonly message_id: string;
  readonly updated_at: number;
  readonly is_down_vote: number;
  readonly status: RunStatus;
}

/** Selects the feedback on an agent after the position of its scan, in order. */
export const selectFeedbackAfter = (db: Db, scan: ScanRow, until: number, limit: number) =>
  db.all<GivenFeedback>(sql`
    select f.id, f.run_id, f.version_id, f.session_id, f.message_id, f.updated_at, r.status,
      f.rating in ('down', '1', '2') and ${isReal} as is_down_vote
    from feedback f join runs r on r.id = f.run_id
    where f.workspace_id = ${scan.workspace_id} and f.agent_id = ${scan.agent_id}
      and (f.updated_at, f.id) > (${scan.feedback_updated_at}, ${scan.feedback_id}) and f.updated_at <= ${until}
    order by f.updated_at, f.id limit ${limit}`);

/** Moves a scan to its next position. Violates `review_scans.scanned_at` when another tick has moved it. */
export const moveScan = (db: Db, former: ScanRow, next: ScanRow) =>
  db.run(sql`update review_scans set run_ended_at = ${next.run_ended_at}, run_id = ${next.run_id},
    feedback_updated_at = ${next.feedback_updated_at}, feedback_id = ${next.feedback_id},
    scanned_at = iif(run_ended_at = ${former.run_ended_at} and run_id = ${former.run_id}
      and feedback_updated_at = ${former.feedback_updated_at} and feedback_id = ${former.feedback_id}, ${next.scanned_at}, null)
    where agent_id = ${former.agent_id}`);

/** Adds turns that still exist to the queue; one that is there gets the new reasons. */
export function addItems(
  db: Db,
  { workspace_id, agent_id }: ScanRow,
  { items, counts }: Selection,
  newId: () => string,
  now: number,
): Statement[] {
  if (items.length === 0) return [];
  const rows = JSON.stringify(items.map((item) => ({ ...item, id: newId() })));
  const today = Math.floor(now / day);
  return [
    db.run(sql`insert into review_items (id, workspace_id, agent_id, version_id, session_id, run_id, message_id, reasons, status, assignee,
        due_at, revision, created_at, updated_at)
      select n.value ->> 'id', ${workspace_id}, ${agent_id}, n.value ->> 'version_id', n.value ->> 'session_id', r.id,
        n.value ->> 'message_id', n.value -> 'reasons', 'open', n.value ->> 'assignee', n.value ->> 'due_at', 1, ${now}, ${now}
      from json_each(${rows}) n join runs r on r.id = n.value ->> 'run_id' and r.workspace_id = ${workspace_id}
      where true
      on conflict (run_id) do update set revision = revision + 1, updated_at = excluded.updated_at,
        reasons = (select json_group_array(json(value)) from (
          select o.value from json_each(review_items.reasons) o
          union select e.value from json_each(excluded.reasons) e))
      where exists (select 1 from json_each(excluded.reasons) e
        where e.value not in (select o.value from json_each(review_items.reasons) o))`),
    ...[...counts].map(([id, count]) =>
      db.run(
        sql`update review_rules set counted_day = ${today}, day_count = ${count} where id = ${id} and workspace_id = ${workspace_id}`,
      ),
    ),
  ];
}
