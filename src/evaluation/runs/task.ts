import type { LanguageModelV4Message } from '@ai-sdk/provider';
import type { TaskOutcome } from '../../db/schema/evaluations.ts';
import {
  checkInputs,
  isOpen,
  isWaiting,
  oneOffRequest,
  type RunRow,
  selectRun,
  startRun,
  stopRun,
  waitForAnswer,
} from '../../runs/index.ts';
import { Failure } from '../../shared/failure.ts';
import { fromUsd } from '../../shared/money.ts';
import type { CaseContent } from '../datasets/case.ts';
import { selectCase } from '../datasets/store.ts';
import { observe } from '../scorers/observe.ts';
import {
  endWithout,
  notStarted,
  passing,
  refuseTask,
  storeTask,
  totalOf,
  tryLater,
} from './end-task.ts';
import type { ResultRow } from './result-store.ts';
import { scoreTask, withFailure } from './score-task.ts';
import type { Step } from './step.ts';
import type { TargetContent } from './targets.ts';

const maxAnswerChars = 20_000;

/**
 * Runs and scores a claimed task. Its run has an id of its own, so that a worker that comes later finds the run of one that died.
 * A task whose run has not ended in time is left to the next step.
 */
export async function runTask(step: Step, task: ResultRow): Promise<void> {
  const { ctx, evaluation } = step;
  const [row, target] = await Promise.all([
    selectCase(
      ctx.db,
      ctx.workspace_id,
      evaluation.dataset_id,
      task.case_id,
      evaluation.dataset_revision,
    ).get(),
    step.targetOf(task.target),
  ]);
  if (row === undefined)
    return void (await endWithout(
      step,
      task,
      'cancelled',
      gone('The case was deleted or erased.'),
    ));
  if (target === null)
    return void (await endWithout(step, task, 'cancelled', gone('The version was deleted.')));
  const content = row.content as unknown as CaseContent;
  const run = await runOf(step, task, content, target);
  if (run === null) return;
  if (isWaiting(run))
    return void (await scoreRun(step, task, content, target, await stopped(step, run)));
  if (isOpen(run)) return void (await storeTask(step, task, { available_at: ctx.now() }));
  const code = codeOf(run, task, target);
  const cost = run.cost_nano_usd ?? 0;
  const lost = { run_id: null, lost_nano_usd: task.lost_nano_usd + cost };
  if (code === 'budget_exceeded')
    return refuseTask(step, task, { code, message: run.error_detail ?? '' }, lost, cost);
  const spent = { spent_nano_usd: cost };
  const mayPass = code !== null && passing.has(code);
  if (mayPass && (await tryLater(step, task, { code, changes: lost, spent }))) return;
  await scoreRun(step, task, content, target, run);
}

/** The code of a failure; that of a budget also for a run which reached what the evaluation had left, not a limit of the agent. */
function codeOf(
  { status, error_code, cost_nano_usd }: RunRow,
  { held_nano_usd: held }: ResultRow,
  { config }: TargetContent,
): string | null {
  if (status === 'interrupted' || status === 'cancelled') return 'run_interrupted';
  const isCapped = held !== null && held < fromUsd(config.limits.cost_usd);
  return status === 'limit_exceeded' && isCapped && (cost_nano_usd ?? 0) >= held
    ? 'budget_exceeded'
    : error_code;
}

const gone = (message: string) => ({ code: 'not_found', message });

/** Finds or starts the run of a task, and waits for its end. Returns null if it could not start, which is stored. */
async function runOf(
  step: Step,
  task: ResultRow,
  content: CaseContent,
  target: TargetContent,
): Promise<RunRow | null> {
  const { ctx } = step;
  const run_id = task.run_id ?? '';
  const read = () => selectRun(ctx.db, ctx.workspace_id, run_id).get();
  let run = await read();
  if (run === undefined) {
    try {
      checkInputs(target.config.inputs, { ...content.inputs }, '/inputs');
      await startRun(ctx, requestOf(step, task, content, target));
    } catch (error) {
      // Another worker may have started it.
      run = await read();
      if (run === undefined) return notStarted(step, task, error);
    }
  }
  if (run === undefined || (isOpen(run) && !isWaiting(run))) await ended(step, run_id);
  return (await read()) ?? null;
}

/** Waits for the end of a run, or of the step. */
async function ended({ ctx, until }: Step, run_id: string): Promise<void> {
  const answer = waitForAnswer(ctx, run_id).catch((error: unknown) => {
    // The failure of the run is stored with it.
    if (!(error instanceof Failure)) ctx.log.error('run_not_followed', { run_id, error });
  });
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise((resolve) => {
    timer = setTimeout(resolve, Math.max(0, until - ctx.now()));
  });
  await Promise.race([answer, late]);
  clearTimeout(timer);
}

/** Cancels a run that waits for a person: nobody answers the runs of an evaluation. */
async function stopped({ ctx }: Step, run: RunRow): Promise<RunRow> {
  await stopRun(ctx, run.id);
  const row = await selectRun(ctx.db, ctx.workspace_id, run.id).get();
  return { ...(row ?? run), status: 'requires_action' };
}

/** A preview, so that it counts in no statistics of the traffic, with the version's own configuration. */
function requestOf(
  { evaluation }: Step,
  task: ResultRow,
  { input, conversation = [], inputs = {} }: CaseContent,
  draft: TargetContent,
) {
  const prompt: LanguageModelV4Message[] = [
    ...conversation,
    { role: 'user' as const, text: input },
  ].map(({ role, text }) => ({ role, content: [{ type: 'text', text }] }));
  const { held_nano_usd } = task;
  return oneOffRequest({
    run_id: task.run_id ?? '',
    agent_id: evaluation.agent_id,
    version: evaluation.targets[task.target]?.version_id ?? null,
    text: input,
    end_user_id: null,
    draft,
    inputs: { ...inputs },
    labels: { evaluation_id: evaluation.id, case_id: task.case_id },
    ...(conversation.length === 0 ? {} : { prompt }),
    overrides: {
      simulates_effects: !evaluation.execute_tools,
      ...(held_nano_usd === null ? {} : { max_cost_nano_usd: held_nano_usd }),
    },
  });
}

async function scoreRun(
  step: Step,
  task: ResultRow,
  content: CaseContent,
  { config }: TargetContent,
  run: RunRow,
): Promise<void> {
  const { ctx, scorers } = step;
  const found = await observe(ctx, run.id, config);
  const observed = { ...found, status: run.status };
  const isNew = task.run_cost_nano_usd === null;
  const run_cost = isNew ? (run.cost_nano_usd ?? 0) : 0;
  const left = task.held_nano_usd === null ? null : task.held_nano_usd - run_cost;
  let scored = await scoreTask(step, task, content, observed, left);
  const costs = {
    run_cost_nano_usd: run.cost_nano_usd,
    score_cost_nano_usd: plus(task.score_cost_nano_usd ?? 0, scored.cost_nano_usd),
  };
  const spent_nano_usd = run_cost + (scored.cost_nano_usd ?? 0);
  const { error, usage } = scored;
  const partial = { scores: scored.scores, reasons: scored.reasons, ...costs };
  if (error?.code === 'budget_exceeded') {
    const refusal = { code: error.code, message: error.detail };
    return refuseTask(step, task, refusal, partial, spent_nano_usd, usage);
  }
  if (error !== null) {
    const spent = { spent_nano_usd };
    if (await tryLater(step, task, { code: error.code, changes: partial, spent, usage })) return;
    scored = withFailure(scored, scorers.length);
  }
  const known = [costs.run_cost_nano_usd, costs.score_cost_nano_usd];
  await storeTask(
    step,
    task,
    {
      ...costs,
      state: 'done',
      outcome: outcomeOf(run),
      ...{ error_code: run.error_code, error_detail: run.error_detail },
      ...{ scores: scored.scores, reasons: scored.reasons },
      ...totalOf(scorers, scored.scores),
      answer: observed.answer.slice(0, maxAnswerChars),
      cited_file_ids: [...new Set(observed.citations.flatMap(({ file_id }) => file_id ?? []))],
      ...{ input_tokens: run.input_tokens, output_tokens: run.output_tokens },
      ...{ latency_ms: run.latency_ms, first_token_ms: run.first_token_ms },
      ...{ held_nano_usd: null, ended_at: ctx.now() },
    },
    {
      done: 1,
      spent_nano_usd,
      highest_nano_usd: known.reduce<number>((sum, one) => sum + (one ?? 0), 0),
      has_unknown_cost: known.includes(null),
    },
    usage,
  );
}

const plus = (sum: number | null, more: number | null) =>
  sum === null || more === null ? null : sum + more;

function outcomeOf({ status }: Pick<RunRow, 'status'>): TaskOutcome {
  switch (status) {
    case 'completed':
    case 'limit_exceeded':
    case 'requires_action':
    case 'cancelled':
      return status;
    default:
      return 'failed';
  }
}
