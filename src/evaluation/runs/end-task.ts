import { selectAgent } from '../../agents/index.ts';
import { batch, type Statement } from '../../db/client.ts';
import type { StoredScore, TaskOutcome } from '../../db/schema/evaluations.ts';
import { withRetry } from '../../platform/with-retry.ts';
import { Failure } from '../../shared/failure.ts';
import type { NanoUsd } from '../../shared/money.ts';
import { second } from '../../shared/time.ts';
import { addSpent, type Spent, updateClaimed } from './claim-store.ts';
import type { ResultRow } from './result-store.ts';
import type { NamedScorer } from './scorer-names.ts';
import type { Step } from './step.ts';
import { selectEvaluation } from './store.ts';

/** Attempts at what may succeed later. A rate limit is waited for much longer. */
const maxFailures = 3;
const maxRateLimited = 30;
const longestPause = 60 * second;

/** Failures of runs that may pass. */
export const passing: ReadonlySet<string> = new Set([
  'rate_limited',
  'unavailable',
  'provider_error',
  'provider_timeout',
  'run_interrupted',
  'session_busy',
  'conflict',
  'workspace_suspended',
]);

export type Scores = Readonly<Record<string, StoredScore>>;

const nothing: Spent = { done: 0, spent_nano_usd: 0, highest_nano_usd: 0, has_unknown_cost: false };

/** Stores a change of a claimed task with what it has cost. Does nothing if another worker has claimed it since. */
export const storeTask = (
  { ctx }: Step,
  task: ResultRow,
  changes: Partial<ResultRow>,
  spent: Partial<Spent> = {},
  usage: readonly Statement[] = [],
): Promise<unknown> =>
  withRetry(() =>
    batch(ctx.db, [
      ...usage,
      addSpent(ctx.db, task, { ...nothing, ...spent }, ctx.now()),
      updateClaimed(ctx.db, task, changes),
    ]),
  );

/** Ends a task without an answer. */
export const endWithout = (
  step: Step,
  task: ResultRow,
  outcome: TaskOutcome,
  error: { readonly code: string; readonly message: string },
  spent: Partial<Spent> = {},
): Promise<unknown> =>
  storeTask(
    step,
    task,
    {
      ...{ state: 'done', outcome, error_code: error.code, error_detail: error.message },
      ...(outcome === 'cancelled' ? { score: null, passed: null } : { score: 0, passed: false }),
      held_nano_usd: null,
      ended_at: step.ctx.now(),
    },
    { ...spent, done: 1 },
  );

/** The total of the scores by their weights, and whether all of them passed. A scorer that failed counts as 0. */
export function totalOf(
  scorers: readonly NamedScorer[],
  scores: Scores,
): Pick<ResultRow, 'score' | 'passed'> {
  let sum = 0;
  let weights = 0;
  let passed: boolean | null = null;
  for (const [index, { weight }] of scorers.entries()) {
    const score = scores[index];
    if (score === undefined || score.outcome === 'not_measurable' || weight === 0) continue;
    sum += weight * (score.score ?? 0);
    weights += weight;
    passed = passed !== false && score.passed === true;
  }
  return { score: weights === 0 ? null : sum / weights, passed };
}

/**
 * Makes a task available again after a failure that may pass: with a new run, or with the same one whose scores are missing.
 * Returns false, and changes nothing, after too many failures.
 */
export async function tryLater(
  step: Step,
  task: ResultRow,
  {
    code,
    retry_after,
    changes,
    spent,
    usage,
  }: {
    readonly code: string;
    readonly retry_after?: number | undefined;
    readonly changes: Partial<ResultRow>;
    readonly spent?: Partial<Spent>;
    readonly usage?: readonly Statement[];
  },
): Promise<boolean> {
  const isRateLimited = code === 'rate_limited';
  // The next step waits for the end of the suspension, however often.
  const isSuspended = code === 'workspace_suspended';
  if (!isSuspended && task.failures >= (isRateLimited ? maxRateLimited : maxFailures)) return false;
  const backoff = Math.min(second * 2 ** Math.min(task.failures, 6), longestPause);
  const available_at =
    step.ctx.now() + Math.max(backoff, Math.min((retry_after ?? 0) * second, longestPause));
  if (isRateLimited || isSuspended) step.paused_until = Math.max(step.paused_until, available_at);
  const failures = task.failures + (isSuspended ? 0 : 1);
  const again = { state: 'pending', available_at, failures, held_nano_usd: null } as const;
  await storeTask(step, task, { ...changes, ...again }, spent, usage);
  return true;
}

/**
 * Keeps a task that a budget refused. If more of `max_cost_usd` is left than the task was given, it is tried again with more;
 * otherwise the evaluation stops.
 */
export async function refuseTask(
  step: Step,
  task: ResultRow,
  refusal: { readonly code: string; readonly message: string },
  changes: Partial<ResultRow>,
  spent_nano_usd: NanoUsd,
  usage: readonly Statement[] = [],
): Promise<void> {
  const { ctx, evaluation } = step;
  const row = await selectEvaluation(ctx.db, ctx.workspace_id, evaluation.id).get();
  const { max_cost_nano_usd = null } = row ?? {};
  const held = task.held_nano_usd;
  const left = (max_cost_nano_usd ?? 0) - (row?.spent_nano_usd ?? 0);
  const hasMore = max_cost_nano_usd !== null && held !== null && held < left;
  const highest_nano_usd = hasMore ? Math.min(left, Math.max(2 * held, Math.ceil(left / 8))) : 0;
  const again = { state: 'pending', available_at: ctx.now(), held_nano_usd: null } as const;
  await storeTask(
    step,
    task,
    { ...changes, ...again },
    { spent_nano_usd, highest_nano_usd },
    usage,
  );
  if (!hasMore) step.stop ??= refusal as Step['stop'];
}

/**
 * Keeps a task whose run could not start because its agent is archived, and stops the evaluation: the cases say nothing about the
 * version. Returns false, and changes nothing, for another agent.
 */
async function stopIfArchived(step: Step, task: ResultRow): Promise<boolean> {
  const { ctx, evaluation } = step;
  const agent = await selectAgent(ctx.db, ctx.workspace_id, evaluation.agent_id).get();
  if (agent !== undefined && agent.archived_at === null) return false;
  const message = 'The agent is archived. Restore it and resume the evaluation.';
  step.stop ??= { code: 'agent_archived', message };
  await storeTask(step, task, {
    state: 'pending',
    available_at: ctx.now(),
    held_nano_usd: null,
  });
  return true;
}

/** Stores that the run of a task could not start. Throws what is no failure of the request. */
export async function notStarted(step: Step, task: ResultRow, error: unknown): Promise<null> {
  if (!(error instanceof Failure)) throw error;
  const { code, message, options } = error;
  const { retryAfter: retry_after } = options;
  if (code === 'budget_exceeded') await refuseTask(step, task, error, {}, 0);
  else if (await stopIfArchived(step, task)) return null;
  else if (!passing.has(code) || !(await tryLater(step, task, { code, retry_after, changes: {} })))
    await endWithout(step, task, 'failed', { code, message });
  return null;
}
