import { and, asc, eq, type SQL, sql } from 'drizzle-orm';
import type { Db } from '../../db/client.ts';
import { evaluation_results, type TaskOutcome } from '../../db/schema/evaluations.ts';
import type { EvaluationRow } from './store.ts';

export type ResultRow = typeof evaluation_results.$inferSelect;
export type TaskKey = Pick<ResultRow, 'evaluation_id' | 'ordinal' | 'target' | 'repetition'>;

/** The figures of a result, without its texts. */
export type ResultFigures = Pick<
  ResultRow,
  | 'ordinal'
  | 'target'
  | 'repetition'
  | 'outcome'
  | 'scores'
  | 'score'
  | 'passed'
  | 'run_cost_nano_usd'
  | 'score_cost_nano_usd'
  | 'lost_nano_usd'
  | 'input_tokens'
  | 'output_tokens'
  | 'latency_ms'
  | 'first_token_ms'
>;

const columns = evaluation_results;

/** Selects the figures of all results that have ended, in pages. */
export async function selectFigures(db: Db, evaluation_id: string): Promise<ResultFigures[]> {
  const found: ResultFigures[] = [];
  const pageSize = 2000;
  for (;;) {
    const last = found.at(-1);
    const page: ResultFigures[] = await db
      .select({
        ordinal: columns.ordinal,
        target: columns.target,
        repetition: columns.repetition,
        outcome: columns.outcome,
        scores: columns.scores,
        score: columns.score,
        passed: columns.passed,
        run_cost_nano_usd: columns.run_cost_nano_usd,
        score_cost_nano_usd: columns.score_cost_nano_usd,
        lost_nano_usd: columns.lost_nano_usd,
        input_tokens: columns.input_tokens,
        output_tokens: columns.output_tokens,
        latency_ms: columns.latency_ms,
        first_token_ms: columns.first_token_ms,
      })
      .from(evaluation_results)
      .where(
        and(
          eq(columns.evaluation_id, evaluation_id),
          eq(columns.state, 'done'),
          last === undefined ? undefined : isAfter(last),
        ),
      )
      .orderBy(...inOrder)
      .limit(pageSize)
      .all();
    found.push(...page);
    if (page.length < pageSize) return found;
  }
}

const inOrder = [asc(columns.ordinal), asc(columns.target), asc(columns.repetition)];

const isAfter = ({ ordinal, target, repetition }: Omit<TaskKey, 'evaluation_id'>): SQL =>
  sql`(${columns.ordinal}, ${columns.target}, ${columns.repetition}) > (${ordinal}, ${target}, ${repetition})`;

export interface ResultFilter {
  readonly target?: number | undefined;
  /** Position of a scorer that the result did not pass. */
  readonly failed_scorer?: number | undefined;
  readonly passed?: boolean | undefined;
  readonly outcome?: TaskOutcome | undefined;
  readonly tag?: string | undefined;
  readonly case?: string | undefined;
  readonly q?: string | undefined;
}

/** Selects results with the contents of their cases, in order. */
export const selectResults = (
  db: Db,
  { id, dataset_id, dataset_revision, workspace_id }: EvaluationRow,
  { target, failed_scorer, passed, outcome, tag, case: case_id, q }: ResultFilter,
  after: Omit<TaskKey, 'evaluation_id'> | null,
  limit: number,
) =>
  db
    .select({
      result: evaluation_results,
      content: sql<string | null>`c.content`.as('content'),
      is_of_turn: sql<number | null>`c.source is not null`.as('is_of_turn'),
    })
    .from(evaluation_results)
    .leftJoin(
      sql`dataset_cases c`,
      sql`c.id = ${columns.case_id} and c.dataset_id = ${dataset_id} and c.from_revision <= ${dataset_revision}
        and (c.until_revision is null or c.until_revision > ${dataset_revision})`,
    )
    .where(
      and(
        // By the key of the evaluation, not by an index of the workspace.
        sql`+${columns.workspace_id} = ${workspace_id}`,
        eq(columns.evaluation_id, id),
        target === undefined ? undefined : eq(columns.target, target),
        passed === undefined ? undefined : sql`${columns.passed} is ${passed ? 1 : 0}`,
        outcome === undefined ? undefined : eq(columns.outcome, outcome),
        case_id === undefined ? undefined : eq(columns.case_id, case_id),
        failed_scorer === undefined
          ? undefined
          : sql`json_extract(${columns.scores}, ${`$."${failed_scorer}".passed`}) = 0`,
        tag === undefined
          ? undefined
          : sql`exists (select 1 from json_each(${columns.tags}) t where t.value = ${tag})`,
        q === undefined
          ? undefined
          : sql`(instr(lower(c.content ->> '$.input'), lower(${q})) > 0 or instr(lower(${columns.answer}), lower(${q})) > 0)`,
        after === null ? undefined : isAfter(after),
      ),
    )
    .orderBy(...inOrder)
    .limit(limit);

/** Counts the tasks that have not ended, and reads when the first of them is available. */
export const selectOpen = (db: Db, evaluation_id: string) =>
  db.all<{ n: number; available_at: number | null }>(sql`
    select count(*) as n, min(available_at) as available_at from evaluation_results
    where evaluation_id = ${evaluation_id} and state <> 'done'`);

/** Selects the runs of tasks that are in progress. */
export const selectRunning = (db: Db, evaluation_id: string) =>
  db.all<{ run_id: string }>(sql`
    select run_id from evaluation_results where evaluation_id = ${evaluation_id} and state = 'running' and run_id is not null`);
