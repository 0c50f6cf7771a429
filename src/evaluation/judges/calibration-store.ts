import { sql } from 'drizzle-orm';
import type { Db } from '../../db/client.ts';
import { judge_scores } from '../../db/schema/judges.ts';
import type { KnownJudge } from './judge-answer.ts';

export type JudgeScoreRow = typeof judge_scores.$inferSelect;

/** Reviewed turns that one calibration compares, the newest first. */
const maxPairs = 5000;

interface Selected {
  readonly judge_id: string;
  readonly revision: number;
  /** Agents whose turns count; null for all. */
  readonly agent_ids: readonly string[] | null;
}

const ofAgents = (agent_ids: readonly string[] | null) =>
  agent_ids === null
    ? sql`true`
    : sql`i.agent_id in (select value from json_each(${JSON.stringify(agent_ids)}))`;

const hasVerdict = sql`exists (select 1 from review_verdicts v where v.item_id = i.id)`;

export interface ScoredVerdicts {
  readonly score: number | null;
  readonly passed: number | null;
  readonly good: number;
  readonly partly: number;
  readonly bad: number;
  readonly human_score: number;
}

/** Selects the scores of a revision with the verdicts of people on the same turns. */
export const selectScoredVerdicts = (
  db: Db,
  workspace_id: string,
  { judge_id, revision, agent_ids }: Selected,
) =>
  db.all<ScoredVerdicts>(sql`
    select s.score, s.passed, sum(v.verdict = 'good') as good, sum(v.verdict = 'partly') as partly, sum(v.verdict = 'bad') as bad,
      avg(coalesce(v.score, case v.verdict when 'good' then 1 when 'partly' then 0.5 else 0 end)) as human_score
    from judge_scores s join review_items i on i.run_id = s.run_id and i.workspace_id = s.workspace_id
    join review_verdicts v on v.item_id = i.id
    where s.judge_id = ${judge_id} and s.revision = ${revision} and s.workspace_id = ${workspace_id} and ${ofAgents(agent_ids)}
    group by s.run_id order by s.run_id desc limit ${maxPairs}`);

export interface PendingTurn {
  readonly run_id: string;
  readonly message_id: string;
}

/** Selects reviewed turns that a revision has not scored, the newest first. */
export const selectPendingTurns = (
  db: Db,
  workspace_id: string,
  { judge_id, revision, agent_ids }: Selected,
  limit: number,
) =>
  db.all<PendingTurn>(sql`
    select i.run_id, i.message_id from review_items i
    where i.workspace_id = ${workspace_id} and i.content_erased = 0 and ${hasVerdict} and ${ofAgents(agent_ids)}
      and not exists (select 1 from judge_scores s where s.judge_id = ${judge_id} and s.revision = ${revision} and s.run_id = i.run_id)
    order by i.id desc limit ${limit}`);

/** Inserts the score of a run, unless the revision has scored it. */
export const insertJudgeScore = (db: Db, row: JudgeScoreRow) =>
  db.insert(judge_scores).values(row).onConflictDoNothing();

export const selectedOf = (
  { judge_id, revision }: KnownJudge,
  agent_ids: readonly string[] | null,
): Selected => ({ judge_id: judge_id ?? '', revision: revision ?? 0, agent_ids });
