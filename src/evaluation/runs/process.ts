import { batch, type Statement } from '../../db/client.ts';
import { actAsKey } from '../../identity/index.ts';
import { type Ctx, coversAgent } from '../../platform/context.ts';
import { commitStep } from '../../platform/next-step.ts';
import { toWireUsd } from '../../shared/money.ts';
import { second } from '../../shared/time.ts';
import { claimTask, leaseFor, renewLeases, updateClaimed } from './claim-store.ts';
import { endWithout } from './end-task.ts';
import { type ResultRow, selectFigures, selectOpen } from './result-store.ts';
import type { NamedScorer } from './scorer-names.ts';
import { evaluationJob } from './service.ts';
import type { Step } from './step.ts';
import { type EvaluationRow, selectEvaluation, updateEvaluation } from './store.ts';
import { summarise } from './summary.ts';
import { readTarget } from './targets.ts';
import { runTask } from './task.ts';

/** A step starts tasks for this long, and then waits for those that run. */
const startsFor = 20 * second;
const waitsFor = 60 * second;
/** Until a worker that died is out of the way, or the workspace runs fewer tasks. */
const idleDelay = 2 * second;

/**
 * Runs some tasks of an evaluation and queues the next step. All state is in the database, so a step that was interrupted, or runs
 * twice, continues where the tasks show. Returns true when `end` was committed.
 */
export async function processEvaluation(
  ctx: Ctx,
  id: string,
  end: Statement | undefined,
): Promise<boolean> {
  const evaluation = await selectEvaluation(ctx.db, ctx.workspace_id, id).get();
  if (evaluation?.status !== 'running') return false;
  const acting = evaluation.api_key_id === null ? ctx : await actAsKey(ctx, evaluation.api_key_id);
  if (acting === null || !coversAgent(acting.actor, evaluation.agent_id)) {
    const message =
      'The API key that started the evaluation is revoked, expired or limited to other agents. Resume it with another one.';
    const refused = { code: 'unauthenticated', message } as const;
    await commitEnd(ctx, evaluation, endOf(ctx, refused), end);
    return end !== undefined;
  }
  const step = newStep({ ...acting, idempotency: null }, evaluation);
  await runTasks(step);
  const [[open = none], [now]] = await batch(ctx.db, [
    selectOpen(ctx.db, id),
    selectEvaluation(ctx.db, ctx.workspace_id, id),
  ]);
  if (open.n > 0 && now !== undefined) step.stop ??= costRefusal(now);
  if (step.stop !== null || open.n === 0) {
    await commitEnd(ctx, evaluation, endOf(ctx, step.stop), end);
    return end !== undefined;
  }
  const summary = await summaryOf(ctx, evaluation);
  const next_at = Math.max(open.available_at ?? 0, step.paused_until, ctx.now());
  const delay_ms = next_at - ctx.now();
  const progress = updateEvaluation(ctx.db, evaluation, ['running'], {
    summary,
    updated_at: ctx.now(),
  });
  const next = delay_ms > 0 || !step.has_run ? { delay_ms: Math.max(delay_ms, idleDelay) } : 'now';
  await commitStep(ctx, [progress], end ?? null, evaluationJob(ctx, id), next);
  return end !== undefined;
}

const none = { n: 0, available_at: null };

/** Returns why no further task may start: less is left than the costliest one needed. */
function costRefusal(row: EvaluationRow): Step['stop'] {
  const { max_cost_nano_usd, spent_nano_usd, highest_nano_usd, done_count } = row;
  if (max_cost_nano_usd === null || done_count === 0) return null;
  const left = max_cost_nano_usd - spent_nano_usd;
  if (left >= highest_nano_usd) return null;
  const message = `$${toWireUsd(Math.max(0, left))} of \`max_cost_usd\` is left, and a case has needed $${toWireUsd(highest_nano_usd)}. Resume the evaluation with a higher limit.`;
  return { code: 'budget_exceeded', message };
}

const newStep = (ctx: Ctx, evaluation: EvaluationRow): Step & { has_run: boolean } => {
  const targets = new Map<number, ReturnType<typeof readTarget>>();
  return {
    ctx,
    evaluation,
    scorers: evaluation.scorers as unknown as NamedScorer[],
    targetOf: (index) => {
      const target = evaluation.targets[index];
      if (target === undefined) return Promise.resolve(null);
      const found = targets.get(index) ?? readTarget(ctx, evaluation.agent_id, target);
      targets.set(index, found);
      return found;
    },
    until: ctx.now() + startsFor + waitsFor,
    paused_until: 0,
    stop: null,
    has_run: false,
  };
};

/** Claims and runs tasks, as many at a time as the evaluation allows, until the time of the step is over. */
async function runTasks(step: Step & { has_run: boolean }): Promise<void> {
  const { ctx, evaluation } = step;
  const started = ctx.now();
  const active = new Map<Promise<void>, ResultRow>();
  const renew = () =>
    ctx.defer(
      renewLeases(
        ctx.db,
        evaluation.id,
        [...active.values()],
        ctx.now() + leaseFor,
      ) as Promise<unknown>,
    );
  const heartbeat = setInterval(renew, leaseFor / 3);
  try {
    while (step.stop === null && step.paused_until === 0 && ctx.now() - started < startsFor) {
      const task =
        active.size < evaluation.concurrency
          ? await claimTask(ctx.db, evaluation, ctx.newId('run'), ctx.now())
          : undefined;
      if (task !== undefined) {
        step.has_run = true;
        const running = runOrRelease(step, task).finally(() => active.delete(running));
        active.set(running, task);
      } else if (active.size === 0) break;
      else await Promise.race(active.keys());
    }
    await Promise.all(active.keys());
  } finally {
    clearInterval(heartbeat);
  }
}

/** A task that fails this often, for a reason that nobody knows, does not keep the others. */
const maxClaims = 50;
const unexpected = { code: 'internal', message: 'The task failed repeatedly.' };

/** Runs a task. After an error it is released, so that the next step need not wait for its lease. */
async function runOrRelease(step: Step, task: ResultRow): Promise<void> {
  const { ctx } = step;
  try {
    await runTask(step, task);
  } catch (error) {
    ctx.log.error('task_of_evaluation_failed', { evaluation_id: task.evaluation_id, error });
    if (task.claims >= maxClaims) return void (await endWithout(step, task, 'failed', unexpected));
    const released = updateClaimed(ctx.db, task, { available_at: ctx.now() + second });
    await batch(ctx.db, [released]).catch(() => null);
  }
}

const summaryOf = async (ctx: Ctx, { id, targets, scorers }: EvaluationRow) =>
  summarise(
    targets,
    scorers as unknown as NamedScorer[],
    await selectFigures(ctx.db, id),
  ) as unknown as EvaluationRow['summary'];

const endOf = (ctx: Ctx, stop: Step['stop']): Partial<EvaluationRow> => ({
  status: stop === null ? 'completed' : 'failed',
  error_code: stop?.code ?? null,
  error_detail: stop?.message ?? null,
  updated_at: ctx.now(),
  ended_at: ctx.now(),
});

async function commitEnd(
  ctx: Ctx,
  evaluation: EvaluationRow,
  changes: Partial<EvaluationRow>,
  end: Statement | undefined,
): Promise<void> {
  const summary = await summaryOf(ctx, evaluation);
  await batch(ctx.db, [
    updateEvaluation(ctx.db, evaluation, ['running'], { ...changes, summary }),
    end ?? null,
  ]);
}

/** Ends an evaluation whose job was interrupted in every attempt. It can be resumed. */
export async function failEvaluation(ctx: Ctx, id: string): Promise<void> {
  const evaluation = await selectEvaluation(ctx.db, ctx.workspace_id, id).get();
  if (evaluation === undefined) return;
  const message = 'The evaluation was interrupted repeatedly. Resume it.';
  await commitEnd(ctx, evaluation, endOf(ctx, { code: 'internal', message }), undefined);
}
