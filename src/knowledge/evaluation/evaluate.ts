import { batch, type Statement } from '../../db/client.ts';
import { commit } from '../../platform/commit.ts';
import type { Ctx } from '../../platform/context.ts';
import { Failure } from '../../shared/failure.ts';
import { isLasting } from '../lasting-failure.ts';
import type { Found } from '../search/input.ts';
import { searchKnowledge } from '../search/search.ts';
import {
  type EvaluationRow,
  finishEvaluation,
  insertResults,
  type NewResult,
  selectEvaluationById,
  updateEvaluation,
} from './evaluation-store.ts';
import { evaluationJob } from './evaluations.ts';
import { measure } from './measure.ts';
import { type QuestionRow, selectQuestions } from './question-store.ts';
import { SearchSettings } from './schema.ts';

/** Questions of one step. */
const questionsPerStep = 20;

/**
 * Evaluates the next questions and queues the next step. Results and the position are stored in one batch, so a step
 * that runs twice changes nothing. Returns true when `end` was committed.
 */
export async function evaluateStep(
  ctx: Ctx,
  id: string,
  end: Statement | undefined,
): Promise<boolean> {
  const { db, workspace_id } = ctx;
  const row = await selectEvaluationById(db, workspace_id, id).get();
  if (row === undefined || (row.status !== 'queued' && row.status !== 'running')) return false;
  const questions = await selectQuestions(
    db,
    workspace_id,
    row.base_id,
    { after: row.cursor, until: row.created_at },
    questionsPerStep,
  ).all();
  const searched = await evaluateAll(ctx, row, questions);
  if (searched instanceof Failure) {
    await failEvaluation(ctx, row, searched.code, searched.message);
    return false;
  }
  const isLast = questions.length < questionsPerStep;
  const statements = [
    updateEvaluation(db, row, {
      status: 'running',
      evaluated_count: row.evaluated_count + questions.length,
      cursor: questions.at(-1)?.id ?? row.cursor,
    }),
    ...insertResults(db, workspace_id, searched.results),
    ...searched.usage,
    ...(end === undefined ? [] : [end]),
    ...(isLast ? [finishEvaluation(db, row, ctx.now())] : []),
  ];
  await commit(ctx, { statements, jobs: isLast ? [] : [evaluationJob(ctx, row)] });
  return end !== undefined;
}

/** Searches one question after another, as a caller would. Returns a failure that lasts. */
async function evaluateAll(ctx: Ctx, row: EvaluationRow, questions: readonly QuestionRow[]) {
  const { revision, ...settings } = SearchSettings.parse(row.settings);
  const revisions = revision === null ? null : { [row.base_id]: revision };
  const results: NewResult[] = [];
  const usage: Statement[] = [];
  for (const question of questions) {
    try {
      const found = await searchKnowledge(
        ctx,
        { ...settings, revisions, base_ids: [row.base_id], query: question.question },
        { call_key: `${row.id}:${question.id}` },
      );
      usage.push(...found.usage);
      results.push(resultOf(row, question, found, settings.top_k));
    } catch (error) {
      if (isLasting(error)) return error;
      throw error;
    }
  }
  return { results, usage };
}

const resultOf = (
  { id, workspace_id }: EvaluationRow,
  { id: question_id, question, expected }: QuestionRow,
  { hits, coverage, confidence }: Found,
  limit: number,
): NewResult => ({
  ...{ evaluation_id: id, question_id, workspace_id, question, coverage, confidence },
  is_answerable: expected.length > 0,
  ...measure(expected, hits, limit),
});

const failEvaluation = (ctx: Ctx, row: EvaluationRow, error_code: string, error_detail: string) =>
  batch(ctx.db, [
    updateEvaluation(ctx.db, row, {
      status: 'failed',
      error_code,
      error_detail,
      ended_at: ctx.now(),
    }),
  ]);

/** Marks an evaluation as failed whose job was given up. */
export async function failExhausted(ctx: Ctx, id: string): Promise<void> {
  const row = await selectEvaluationById(ctx.db, ctx.workspace_id, id).get();
  if (row !== undefined)
    await failEvaluation(
      ctx,
      row,
      'internal',
      'The evaluation was interrupted repeatedly. Start another one.',
    );
}
