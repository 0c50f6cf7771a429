import { isGuardViolation } from '../../db/errors.ts';
import type { QueuedJob } from '../../platform/commit.ts';
import { commit } from '../../platform/commit.ts';
import { actorId, type Ctx, payingKey } from '../../platform/context.ts';
import { Failure, notFound } from '../../shared/failure.ts';
import { type Page, type PageQuery, readPage } from '../../shared/page.ts';
import { findBase } from '../bases.ts';
import { checkRevision } from '../history/check-revision.ts';
import {
  cancelEvaluation as cancelRow,
  countQuestions,
  deleteOldEvaluations,
  type EvaluationRow,
  insertEvaluation,
  insertPossibleEvaluation,
  selectEvaluation,
  selectEvaluations,
  selectResults,
  settingsOfLast,
} from './evaluation-store.ts';
import {
  type Evaluation,
  type EvaluationResult,
  type ResultQuery,
  SearchSettings,
  toEvaluation,
  toResult,
} from './schema.ts';

type Cause = Pick<EvaluationRow, 'trigger' | 'agent_id' | 'version_id'>;

const newEvaluation = (
  ctx: Ctx,
  base_id: string,
  settings: SearchSettings,
  cause: Cause = { trigger: 'request', agent_id: null, version_id: null },
): EvaluationRow => ({
  ...cause,
  id: ctx.newId('rev'),
  workspace_id: ctx.workspace_id,
  base_id,
  settings,
  status: 'queued',
  question_count: 0,
  evaluated_count: 0,
  cursor: '',
  metrics: null,
  error_code: null,
  error_detail: null,
  created_by: actorId(ctx.actor),
  created_at: ctx.now(),
  ended_at: null,
});

/** The job of the next step of an evaluation. There is one at most. */
export const evaluationJob = (ctx: Ctx, { id, base_id }: EvaluationRow): QueuedJob => ({
  job: { type: 'retrieval.evaluate', evaluation_id: id, api_key_id: payingKey(ctx.actor) },
  lane: base_id,
  id: id.replace('rev_', 'job_'),
});

/** Starts an evaluation of the golden questions. Throws `not_found`, `revision_purged`, and `conflict` for a base without any. */
export async function createEvaluation(
  ctx: Ctx,
  base_id: string,
  settings: SearchSettings,
): Promise<Evaluation> {
  const base = await findBase(ctx, base_id);
  if (settings.revision !== null) checkRevision(base, settings.revision);
  const { question_count } = await countQuestions(ctx.db, ctx.workspace_id, base_id);
  const row = { ...newEvaluation(ctx, base_id, settings), question_count };
  const reply = toEvaluation(row);
  try {
    await commit(ctx, {
      statements: [
        insertEvaluation(ctx.db, row),
        deleteOldEvaluations(ctx.db, ctx.workspace_id, base_id),
      ],
      audit: [
        {
          action: 'retrieval_evaluation.create',
          target_type: 'knowledge_base',
          target_id: base_id,
          detail: { ...settings },
        },
      ],
      jobs: [evaluationJob(ctx, row)],
      reply,
    });
    return reply;
  } catch (error) {
    if (!isGuardViolation(error, 'retrieval_evaluations.question_count')) throw error;
    throw new Failure(
      'conflict',
      'The knowledge base has no golden questions. Add some with `POST /knowledge-bases/{kb}/golden-questions`.',
    );
  }
}

async function findEvaluation(ctx: Ctx, base_id: string, id: string): Promise<EvaluationRow> {
  await findBase(ctx, base_id);
  const row = await selectEvaluation(ctx.db, ctx.workspace_id, base_id, id).get();
  if (row === undefined) throw notFound('evaluation');
  return row;
}

export const getEvaluation = async (ctx: Ctx, base_id: string, id: string): Promise<Evaluation> =>
  toEvaluation(await findEvaluation(ctx, base_id, id));

export async function listEvaluations(
  ctx: Ctx,
  base_id: string,
  query: PageQuery,
): Promise<Page<Evaluation>> {
  await findBase(ctx, base_id);
  return readPage(
    {
      secret: ctx.config.signing_secret,
      workspace_id: ctx.workspace_id,
      list: `retrieval-evaluations:${base_id}`,
    },
    query,
    (after, limit) => selectEvaluations(ctx.db, ctx.workspace_id, base_id, after, limit).all(),
    ({ id }) => id,
    toEvaluation,
  );
}

/** Cancels an evaluation; its results remain. Returns one that has ended unchanged. */
export async function cancelEvaluation(ctx: Ctx, base_id: string, id: string): Promise<Evaluation> {
  const found = await findEvaluation(ctx, base_id, id);
  const ended_at = ctx.now();
  const isOpen = found.status === 'queued' || found.status === 'running';
  const reply = toEvaluation(isOpen ? { ...found, status: 'cancelled', ended_at } : found);
  await commit(ctx, {
    statements: isOpen ? [cancelRow(ctx.db, ctx.workspace_id, base_id, id, ended_at)] : [],
    audit: isOpen
      ? [
          {
            action: 'retrieval_evaluation.cancel',
            target_type: 'knowledge_base',
            target_id: base_id,
            detail: { evaluation_id: id },
          },
        ]
      : [],
    reply,
  });
  return reply;
}

export async function listResults(
  ctx: Ctx,
  base_id: string,
  id: string,
  { limit, cursor, ...filters }: ResultQuery,
): Promise<Page<EvaluationResult>> {
  await findEvaluation(ctx, base_id, id);
  if (filters.baseline !== undefined) await findEvaluation(ctx, base_id, filters.baseline);
  return readPage(
    {
      secret: ctx.config.signing_secret,
      workspace_id: ctx.workspace_id,
      list: `retrieval-results:${id}`,
      filters,
    },
    { limit, cursor },
    (after, count) =>
      selectResults(ctx.db, ctx.workspace_id, id, { ...filters, after }, count).all(),
    ({ result }) => result.question_id,
    toResult,
  );
}

/**
 * Statements and jobs that evaluate a base whose vectors are switched, with the settings of its last evaluation, so that both
 * can be compared.
 */
export function evaluationOfSwitch(ctx: Ctx, base_id: string) {
  const settings = SearchSettings.parse({});
  const row = newEvaluation(ctx, base_id, settings, {
    ...{ trigger: 'embedding', agent_id: null, version_id: null },
  });
  return {
    statements: [insertPossibleEvaluation(ctx.db, row, settingsOfLast(row))],
    jobs: [evaluationJob(ctx, row)],
  };
}

/** Statements and jobs that evaluate the bases with golden questions that an activated version searches. */
export function evaluationsOfActivation(
  ctx: Ctx,
  version: { readonly agent_id: string; readonly version_id: string },
  searches: ReadonlyMap<string, SearchSettings>,
) {
  const rows = [...searches].map(([base_id, settings]) =>
    newEvaluation(ctx, base_id, settings, { trigger: 'activation', ...version }),
  );
  return {
    statements: rows.map((row) => insertPossibleEvaluation(ctx.db, row)),
    jobs: rows.map((row) => evaluationJob(ctx, row)),
  };
}
