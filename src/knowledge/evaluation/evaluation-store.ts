import { and, asc, desc, eq, gt, inArray, lt, type SQL, sql } from 'drizzle-orm';
import { alias } from 'drizzle-orm/sqlite-core';
import type { Db } from '../../db/client.ts';
import { parametersOf } from '../../db/json-values.ts';
import { retrieval_evaluations, retrieval_results } from '../../db/schema/retrieval.ts';

export type EvaluationRow = typeof retrieval_evaluations.$inferSelect;
export type NewResult = typeof retrieval_results.$inferInsert;

/** Evaluations that a base keeps. */
const keptEvaluations = 200;

const questionsOf = (workspace_id: string, base_id: string) =>
  sql`(select count(*) from golden_questions g where g.workspace_id = ${workspace_id} and g.base_id = ${base_id})`;

export const countQuestions = async (db: Db, workspace_id: string, base_id: string) =>
  (await db.get<{ question_count: number }>(
    sql`select ${questionsOf(workspace_id, base_id)} as question_count`,
  )) ?? { question_count: 0 };

/** Inserts an evaluation of the current questions. Fails on the NOT NULL `retrieval_evaluations.question_count` when the base has none. */
export const insertEvaluation = (db: Db, row: EvaluationRow) =>
  db.insert(retrieval_evaluations).values({
    ...row,
    question_count: sql`nullif(${questionsOf(row.workspace_id, row.base_id)}, 0)`,
  });

/** Inserts an evaluation if the base is there and has questions; does nothing otherwise. */
export const insertPossibleEvaluation = (
  db: Db,
  row: EvaluationRow,
  settings = sql`${JSON.stringify(row.settings)}`,
) => {
  const { id, workspace_id, base_id, trigger, agent_id, version_id } = row;
  return db.run(sql`
    insert into retrieval_evaluations (id, workspace_id, base_id, settings, trigger, agent_id, version_id, status,
      question_count, evaluated_count, cursor, created_by, created_at)
    select ${id}, ${workspace_id}, b.id, ${settings}, ${trigger}, ${agent_id}, ${version_id}, ${row.status},
      ${questionsOf(workspace_id, base_id)}, 0, '', ${row.created_by}, cast(${row.created_at} as integer)
    from knowledge_bases b where b.id = ${base_id} and b.workspace_id = ${workspace_id} and b.deleted_at is null
      and ${questionsOf(workspace_id, base_id)} > 0`);
};

/** The settings of the last evaluation of a base, at its latest revision; those of `row` without one. */
export const settingsOfLast = ({ workspace_id, base_id, settings }: EvaluationRow): SQL =>
  sql`coalesce((select json_set(e.settings, '$.revision', null) from retrieval_evaluations e
    where e.workspace_id = ${workspace_id} and e.base_id = ${base_id} order by e.id desc limit 1), ${JSON.stringify(settings)})`;

/** Deletes the oldest evaluations beyond `keptEvaluations`; a trigger deletes their results. */
export const deleteOldEvaluations = (db: Db, workspace_id: string, base_id: string) =>
  db.run(sql`
    delete from retrieval_evaluations where id in (select e.id from retrieval_evaluations e
      where e.workspace_id = ${workspace_id} and e.base_id = ${base_id} order by e.id desc limit -1 offset ${keptEvaluations})`);

const own = (workspace_id: string, base_id: string, id: string) =>
  and(
    eq(retrieval_evaluations.workspace_id, workspace_id),
    eq(retrieval_evaluations.base_id, base_id),
    eq(retrieval_evaluations.id, id),
  );

export const selectEvaluation = (db: Db, workspace_id: string, base_id: string, id: string) =>
  db
    .select()
    .from(retrieval_evaluations)
    .where(own(workspace_id, base_id, id));

/** Selects an evaluation of any base. */
export const selectEvaluationById = (db: Db, workspace_id: string, id: string) =>
  db
    .select()
    .from(retrieval_evaluations)
    .where(
      and(eq(retrieval_evaluations.workspace_id, workspace_id), eq(retrieval_evaluations.id, id)),
    );

export const selectEvaluations = (
  db: Db,
  workspace_id: string,
  base_id: string,
  after: string | null,
  limit: number,
) =>
  db
    .select()
    .from(retrieval_evaluations)
    .where(
      and(
        eq(retrieval_evaluations.workspace_id, workspace_id),
        eq(retrieval_evaluations.base_id, base_id),
        after === null ? undefined : lt(retrieval_evaluations.id, after),
      ),
    )
    .orderBy(desc(retrieval_evaluations.id))
    .limit(limit);

/** Changes an evaluation that has not ended and is at `cursor`. Returns no row otherwise. */
export const updateEvaluation = (
  db: Db,
  { workspace_id, base_id, id, cursor }: EvaluationRow,
  changes: Partial<EvaluationRow>,
) =>
  db
    .update(retrieval_evaluations)
    .set(changes)
    .where(
      and(
        own(workspace_id, base_id, id),
        eq(retrieval_evaluations.cursor, cursor),
        inArray(retrieval_evaluations.status, ['queued', 'running']),
      ),
    )
    .returning({ id: retrieval_evaluations.id });

export const cancelEvaluation = (
  db: Db,
  workspace_id: string,
  base_id: string,
  id: string,
  now: number,
) =>
  db
    .update(retrieval_evaluations)
    .set({ status: 'cancelled', ended_at: now })
    .where(
      and(
        own(workspace_id, base_id, id),
        inArray(retrieval_evaluations.status, ['queued', 'running']),
      ),
    )
    .returning();

/** Ends an evaluation with the means of its results, which are there before. */
export const finishEvaluation = (db: Db, row: EvaluationRow, now: number) =>
  db
    .update(retrieval_evaluations)
    .set({
      status: 'ready',
      ended_at: now,
      evaluated_count: sql`(select count(*) from retrieval_results r where r.evaluation_id = ${row.id})`,
      metrics: sql`(select json_object('answerable', coalesce(sum(r.is_answerable), 0),
        'unanswerable', coalesce(sum(not r.is_answerable), 0),
        'hit_rate', avg(iif(r.is_answerable, r.rank is not null, null)),
        'recall', avg(r.recall), 'mrr', avg(r.reciprocal_rank), 'ndcg', avg(r.ndcg),
        'not_found_precision', avg(iif(r.coverage = 'none', not r.is_answerable, null)),
        'not_found_recall', avg(iif(r.is_answerable, null, r.coverage = 'none')))
        from retrieval_results r where r.evaluation_id = ${row.id})`,
    })
    .where(
      and(
        own(row.workspace_id, row.base_id, row.id),
        inArray(retrieval_evaluations.status, ['queued', 'running']),
      ),
    );

/** Inserts results; those that are there already remain. */
export const insertResults = (db: Db, workspace_id: string, rows: readonly NewResult[]) =>
  parametersOf(rows).map((some) =>
    db.run(sql`
      insert into retrieval_results (evaluation_id, question_id, workspace_id, question, is_answerable, hits, rank, recall,
        reciprocal_rank, ndcg, coverage, confidence)
      select r.value ->> 'evaluation_id', r.value ->> 'question_id', ${workspace_id}, r.value ->> 'question', r.value ->> 'is_answerable',
        r.value -> 'hits', r.value ->> 'rank', r.value ->> 'recall', r.value ->> 'reciprocal_rank', r.value ->> 'ndcg',
        r.value ->> 'coverage', r.value ->> 'confidence'
      from json_each(${some}) r where true on conflict (evaluation_id, question_id) do nothing`),
  );

export type ResultRow = Awaited<ReturnType<ReturnType<typeof selectResults>['all']>>[number];

export interface ResultFilters {
  readonly outcome?: 'found' | 'missed' | 'declined' | 'not_declined' | undefined;
  readonly baseline?: string | undefined;
  readonly after: string | null;
}

const outcomeOf = {
  found: sql`${retrieval_results.rank} is not null`,
  missed: sql`${retrieval_results.is_answerable} and ${retrieval_results.rank} is null`,
  declined: sql`${retrieval_results.coverage} = 'none'`,
  not_declined: sql`not ${retrieval_results.is_answerable} and ${retrieval_results.coverage} <> 'none'`,
} as const;

/** Selects results by question; with a baseline those whose rank differs from it. */
export const selectResults = (
  db: Db,
  workspace_id: string,
  evaluation_id: string,
  { outcome, baseline, after }: ResultFilters,
  limit: number,
) => {
  const former = alias(retrieval_results, 'former');
  return db
    .select({
      result: retrieval_results,
      baseline_rank: sql<number | null>`${former.rank}`.as('baseline_rank'),
    })
    .from(retrieval_results)
    .leftJoin(
      former,
      and(
        eq(former.evaluation_id, baseline ?? ''),
        eq(former.question_id, retrieval_results.question_id),
      ),
    )
    .where(
      and(
        eq(retrieval_results.evaluation_id, evaluation_id),
        sql`+${retrieval_results.workspace_id} = ${workspace_id}`,
        outcome === undefined ? undefined : outcomeOf[outcome],
        baseline === undefined
          ? undefined
          : sql`${former.question_id} is not null and ${former.rank} is not ${retrieval_results.rank}`,
        after === null ? undefined : gt(retrieval_results.question_id, after),
      ),
    )
    .orderBy(asc(retrieval_results.question_id))
    .limit(limit);
};
