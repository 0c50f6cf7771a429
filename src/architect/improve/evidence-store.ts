import { sql } from 'drizzle-orm';
import type { Db } from '../../db/client.ts';

/** Maximum characters of a question or an answer. */
const excerpt = 600;
const maxPerSource = 40;

export interface FeedbackEvidence {
  readonly message_id: string;
  readonly comment: string | null;
  readonly tags: string;
  readonly question: string | null;
  readonly answer: string | null;
}

/** Bad ratings of an agent's answers, newest first. */
export const selectBadFeedback = (db: Db, workspace_id: string, agent_id: string, since: number) =>
  db.all<FeedbackEvidence>(sql`
    select f.message_id, substr(f.comment, 1, ${excerpt}) as comment, f.tags,
      substr(coalesce((select q.text from messages q where q.id = m.parent_id), c.question), 1, ${excerpt}) as question,
      substr(coalesce(m.text, c.answer), 1, ${excerpt}) as answer
    from feedback f left join messages m on m.id = f.message_id left join run_contents c on c.answer_id = f.message_id
    where f.workspace_id = ${workspace_id} and f.agent_id = ${agent_id} and f.updated_at >= ${since}
      and f.rating in ('down', '1', '2')
    order by f.updated_at desc limit ${maxPerSource}`);

export interface TurnEvidence {
  readonly message_id: string | null;
  readonly question: string | null;
  readonly confidence: number | null;
  readonly coverage: string | null;
}

/** Runs that an improvement looks at. */
const maxRuns = 1000;
/** Confidence below which an answer is weak. */
const weak = 0.35;

/** Answers that the documents do not seem to support, newest first; `runs` is the number of runs that were looked at. */
export const selectWeakTurns = (db: Db, workspace_id: string, agent_id: string, since: number) =>
  db.all<TurnEvidence & { readonly runs: number }>(sql`
    with recent as (
      select r.id, r.input_message_id, r.confidence, r.coverage, count(*) over () as runs from (
        select * from runs where workspace_id = ${workspace_id} and agent_id = ${agent_id} order by id desc limit ${maxRuns}
      ) r where r.created_at >= ${since} and r.is_preview = 0 and r.status = 'completed' and r.coverage is not null
    )
    select coalesce(m.id, c.answer_id) as message_id, substr(coalesce(q.text, c.question), 1, ${excerpt}) as question,
      r.confidence, r.coverage, r.runs from recent r
    left join messages q on q.id = r.input_message_id
    left join messages m on m.parent_id = q.id and m.run_id = r.id and m.role = 'assistant'
    left join run_contents c on c.run_id = r.id
    where r.coverage = 'none' or r.confidence < ${weak}
    order by r.id desc limit ${maxPerSource}`);

export interface EvaluationEvidence {
  readonly question_id: string;
  readonly question: string;
  readonly is_answerable: number;
}

/** Questions that the newest evaluation of each base got wrong. */
export const selectFailedResults = (db: Db, workspace_id: string, base_ids: readonly string[]) =>
  db.all<EvaluationEvidence>(sql`
    select r.question_id, substr(r.question, 1, ${excerpt}) as question, r.is_answerable
    from json_each(${JSON.stringify(base_ids)}) b
    join retrieval_evaluations e on e.id = (select max(n.id) from retrieval_evaluations n
      where n.workspace_id = ${workspace_id} and n.base_id = b.value and n.status = 'ready')
    join retrieval_results r on r.evaluation_id = e.id
    where (r.is_answerable and r.rank is null) or (not r.is_answerable and r.coverage <> 'none')
    order by r.question_id limit ${maxPerSource}`);
