import { sql } from 'drizzle-orm';
import type { Db } from '../db/client.ts';
import { second } from '../shared/time.ts';

/** How far somebody has read the ended runs of an agent. */
export interface RunCursor {
  readonly read_until: number;
  readonly read_run_id: string;
}

export interface EndedRun {
  readonly id: string;
  readonly ended_at: number;
  readonly session_id: string | null;
  readonly version_id: string;
  readonly experiment_id: string | null;
  readonly variant_id: string | null;
  /** 1 for the answer of a real user, 0 for previews, evaluations, replays and runs without an answer. */
  readonly is_answer: number;
}

/** Runs that end are stored a moment after their time. */
const readLag = 5 * second;

/** Selects runs of an agent that have ended after a cursor, oldest first. */
export const selectEndedRuns = (
  db: Db,
  workspace_id: string,
  agent_id: string,
  { read_until, read_run_id }: RunCursor,
  now: number,
  limit: number,
) =>
  db.all<EndedRun>(sql`
    select r.id, r.ended_at, r.session_id, r.version_id, r.experiment_id, r.variant_id,
      r.is_preview = 0 and r.status = 'completed' and r.finish_reason is not 'tool-calls' as is_answer
    from runs r where r.workspace_id = ${workspace_id} and r.agent_id = ${agent_id} and r.ended_at is not null
      and r.ended_at >= ${read_until} and (r.ended_at > ${read_until} or r.id > ${read_run_id}) and r.ended_at <= ${now - readLag}
    order by r.ended_at, r.id limit ${limit}`);
