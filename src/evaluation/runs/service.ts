import { findAgentId } from '../../agents/index.ts';
import { batch } from '../../db/client.ts';
import { mayUse } from '../../identity/index.ts';
import { commit } from '../../platform/commit.ts';
import {
  actorId,
  type Ctx,
  coveredAgents,
  coversAgent,
  payingKey,
} from '../../platform/context.ts';
import { repeatBounded } from '../../platform/repeat-bounded.ts';
import { stopRun } from '../../runs/index.ts';
import { Failure, invalid, notFound } from '../../shared/failure.ts';
import { fromUsd } from '../../shared/money.ts';
import { type Page, readPage } from '../../shared/page.ts';
import { findDataset } from '../datasets/change.ts';
import { checkScorers, withJudgeRevisions } from '../scorers/check-scorers.ts';
import { selectRunning } from './result-store.ts';
import {
  type CreateEvaluation,
  type Evaluation,
  type EvaluationQuery,
  maxTasks,
  type ResumeEvaluation,
} from './schema.ts';
import { withNames } from './scorer-names.ts';
import {
  type CaseSelection,
  countCases,
  deleteSome,
  type EvaluationRow,
  insertEvaluation,
  insertTasks,
  markDeleted,
  selectEvaluation,
  selectEvaluations,
  updateEvaluation,
} from './store.ts';
import { pinTargets } from './targets.ts';
import { toEvaluation } from './to-evaluation.ts';

/** The job that runs an evaluation. There is one at most. */
export const evaluationJob = (ctx: Ctx, id: string) => ({
  job: { type: 'evaluation.run', evaluation_id: id, api_key_id: payingKey(ctx.actor) } as const,
  lane: `evaluations:${ctx.workspace_id}`,
  id: id.replace('eval_', 'job_'),
});

/**
 * Starts an evaluation: its cases and versions are pinned, and its tasks are stored with it. Throws `not_found`, `agent_archived`,
 * `validation_failed`, `forbidden` and `quota_exceeded`.
 */
export async function createEvaluation(
  ctx: Ctx,
  dataset_id: string,
  input: CreateEvaluation,
): Promise<Evaluation> {
  const dataset = await findDataset(ctx, dataset_id);
  if (input.execute_tools && !mayUse(ctx.actor, 'tools:write'))
    throw new Failure(
      'forbidden',
      '`execute_tools` requires the permission tools:write, which this credential does not have.',
    );
  const named = withNames(input.scorers);
  await checkScorers(ctx, named, '/scorers');
  const scorers = await withJudgeRevisions(ctx, named);
  const { agent_id, targets } = await pinTargets(ctx, input);
  const selection: CaseSelection = {
    workspace_id: ctx.workspace_id,
    dataset_id,
    revision: dataset.revision,
    tags: input.tags ?? null,
    sample: input.sample ?? null,
  };
  const case_count = (await countCases(ctx.db, selection))[0]?.n ?? 0;
  const task_count = case_count * targets.length * input.repetitions;
  checkSize(input, case_count, task_count);
  const now = ctx.now();
  const row: EvaluationRow = {
    id: ctx.newId('eval'),
    workspace_id: ctx.workspace_id,
    ...{ agent_id, dataset_id, dataset_revision: dataset.revision, targets, scorers },
    ...{ case_count, task_count, done_count: 0, spent_nano_usd: 0, highest_nano_usd: 0 },
    label: input.label,
    status: 'running',
    repetitions: input.repetitions,
    concurrency: input.concurrency,
    max_cost_nano_usd: input.max_cost_usd === null ? null : fromUsd(input.max_cost_usd),
    execute_tools: input.execute_tools,
    sample: selection.sample,
    tags: selection.tags,
    has_unknown_cost: false,
    ...{ summary: null, error_code: null, error_detail: null },
    api_key_id: payingKey(ctx.actor),
    created_by: actorId(ctx.actor),
    ...{ created_at: now, updated_at: now, ended_at: null, deleted_at: null },
  };
  const reply = toEvaluation(row);
  await commit(ctx, {
    statements: [insertEvaluation(ctx.db, row), insertTasks(ctx.db, row, selection)],
    audit: [auditOf('create', row.id, { agent_id, dataset_id, tasks: task_count })],
    jobs: [evaluationJob(ctx, row.id)],
    reply,
  });
  return reply;
}

const auditOf = (action: string, id: string, detail?: Readonly<Record<string, unknown>>) => ({
  action: `evaluation.${action}`,
  target_type: 'evaluation',
  target_id: id,
  ...(detail === undefined ? {} : { detail }),
});

function checkSize({ tags }: CreateEvaluation, cases: number, tasks: number): void {
  if (cases === 0)
    throw invalid(
      tags === undefined ? '' : '/tags',
      tags === undefined ? 'The dataset has no cases.' : 'No case has one of these tags.',
    );
  if (tasks > maxTasks)
    throw invalid(
      '',
      `${cases} cases, for each target and repetition, are ${tasks} runs; at most ${maxTasks}. Set a \`sample\`, or evaluate fewer versions.`,
    );
}

/** Returns an evaluation. Throws `not_found`, also for one of an agent that the key does not cover. */
export async function findEvaluation(ctx: Ctx, id: string): Promise<EvaluationRow> {
  const row = await selectEvaluation(ctx.db, ctx.workspace_id, id).get();
  if (row === undefined || !coversAgent(ctx.actor, row.agent_id)) throw notFound('evaluation');
  return row;
}

export const getEvaluation = async (ctx: Ctx, id: string): Promise<Evaluation> =>
  toEvaluation(await findEvaluation(ctx, id));

/** Lists evaluations, newest first; a key that is limited to agents sees theirs. */
export async function listEvaluations(
  ctx: Ctx,
  { limit, cursor, ...query }: EvaluationQuery,
): Promise<Page<Evaluation>> {
  const filters = { ...query, agent: await findAgentId(ctx, query.agent) };
  const only = coveredAgents(ctx.actor);
  return readPage(
    {
      secret: ctx.config.signing_secret,
      workspace_id: ctx.workspace_id,
      list: 'evaluations',
      filters: { ...filters, only: only?.join() },
    },
    { limit, cursor },
    (after, count) =>
      selectEvaluations(ctx.db, ctx.workspace_id, { ...filters, only }, after, count).all(),
    ({ id }) => id,
    toEvaluation,
  );
}

/** Stops an evaluation and its runs; what has ended is kept. Throws `conflict` when it does not run. */
export async function cancelEvaluation(ctx: Ctx, id: string): Promise<Evaluation> {
  const row = await findEvaluation(ctx, id);
  const now = ctx.now();
  const changes = { status: 'cancelled', ended_at: now, updated_at: now } as const;
  const reply = toEvaluation({ ...row, ...changes });
  const refused = new Failure('conflict', `The evaluation is ${row.status}, not running.`);
  if (row.status !== 'running') throw refused;
  const [rows] = await commit(ctx, {
    statements: [updateEvaluation(ctx.db, row, ['running'], changes)],
    audit: [auditOf('cancel', id)],
    reply,
  });
  if (rows.length === 0) throw new Failure('conflict', 'The evaluation has ended.');
  await stopRuns(ctx, id);
  return reply;
}

/** Stops the runs in progress. One that cannot be stopped ends by itself, and is not scored. */
async function stopRuns(ctx: Ctx, id: string): Promise<void> {
  const running = await selectRunning(ctx.db, id);
  const plain = { ...ctx, idempotency: null };
  const stopped = await Promise.allSettled(running.map(({ run_id }) => stopRun(plain, run_id)));
  for (const one of stopped)
    if (one.status === 'rejected' && !(one.reason instanceof Failure))
      ctx.log.error('run_of_evaluation_not_stopped', { evaluation_id: id, error: one.reason });
}

/** Continues an evaluation that has failed or was cancelled with the tasks that have not ended. Throws `conflict`. */
export async function resumeEvaluation(
  ctx: Ctx,
  id: string,
  { max_cost_usd }: ResumeEvaluation,
): Promise<Evaluation> {
  const row = await findEvaluation(ctx, id);
  if (row.status !== 'failed' && row.status !== 'cancelled')
    throw new Failure(
      'conflict',
      `The evaluation is ${row.status}. One that has failed or was cancelled can be resumed.`,
    );
  if (row.execute_tools && !mayUse(ctx.actor, 'tools:write'))
    throw new Failure('forbidden', 'The evaluation executes tools, which requires tools:write.');
  const changes = {
    status: 'running',
    ...{ error_code: null, error_detail: null, ended_at: null },
    api_key_id: payingKey(ctx.actor),
    updated_at: ctx.now(),
    ...(max_cost_usd === undefined
      ? {}
      : { max_cost_nano_usd: max_cost_usd === null ? null : fromUsd(max_cost_usd) }),
  } as const;
  const reply = toEvaluation({ ...row, ...changes });
  const [rows] = await commit(ctx, {
    statements: [updateEvaluation(ctx.db, row, ['failed', 'cancelled'], changes)],
    audit: [auditOf('resume', id, { max_cost_usd: max_cost_usd ?? null })],
    jobs: [evaluationJob(ctx, id)],
    reply,
  });
  if (rows.length === 0) throw new Failure('conflict', 'The evaluation was resumed already.');
  return reply;
}

/** Deletes an evaluation, which stops if it runs; a task removes its results. Throws `not_found`. */
export async function deleteEvaluation(ctx: Ctx, id: string): Promise<void> {
  await findEvaluation(ctx, id);
  await stopRuns(ctx, id);
  await commit(ctx, {
    statements: [markDeleted(ctx.db, ctx.workspace_id, id, ctx.now())],
    audit: [auditOf('delete', id)],
  });
}

/** Rows that one statement deletes, and statements of a tick. */
const rowsAtOnce = 1000;
const maxSteps = 10;

/** Removes the rows of deleted evaluations, of all workspaces. */
export const removeDeletedEvaluations = (ctx: Ctx): Promise<number> =>
  repeatBounded(maxSteps, rowsAtOnce, async () => {
    const [results] = await batch(ctx.db, deleteSome(ctx.db, rowsAtOnce));
    return results.meta.changes;
  });
