import { resumedMessages, stepThatWaits } from '../../execution/index.ts';
import { commitIdempotent } from '../../platform/commit.ts';
import type { Ctx } from '../../platform/context.ts';
import { Failure } from '../../shared/failure.ts';
import type { FoundSource } from '../../tools/index.ts';
import { failRunWith } from '../end-run.ts';
import type { RunEvent } from '../events.ts';
import { agentRunOf, conclude, holdLease, identify } from '../execute-run.ts';
import type { Progress } from '../progress.ts';
import { passagesOf } from '../prompt/prompt.ts';
import { runAgent } from '../run-agent.ts';
import { toRun } from '../schema/run.ts';
import { selectRun } from '../store/runs.ts';
import { finishStep } from './finish-step.ts';
import type { RestoredRun } from './restore-run.ts';
import type { AnsweredAction, SuspendedState } from './state.ts';
import { suspendRunRow } from './store.ts';

/**
 * Executes a resumed run, once it is claimed and all results are stored. Never throws and ends with
 * one event that ends the stream. When a budget or a rate limit refuses the first model call, the
 * run waits again as before, and the event is the refusal.
 */
export async function* resumeRun(
  given: Ctx,
  { suspended, active, progress, trace }: RestoredRun,
  answered: readonly AnsweredAction[],
): AsyncGenerator<RunEvent, void> {
  const ctx = { ...given, signal: active.signal, groups: active.run.groups };
  const { state } = suspended;
  const release = holdLease(ctx, active);
  try {
    yield { type: 'resume', ...identify(active) };
    const run = agentRunOf(ctx, active, trace, progress);
    const { results, waiting } = yield* finishStep(ctx, run, state.step, answered);
    const cite = (found: readonly FoundSource[]) =>
      passagesOf(run.config, progress.addSources(found));
    if (waiting.length > 0) {
      const step = stepThatWaits(state.step, results, waiting, cite, ctx.now());
      const outcome = { type: 'suspended' as const, step, transcript: state.transcript };
      yield await conclude(ctx, active, progress, outcome);
      return;
    }
    const new_messages = resumedMessages(state.step, results, cite);
    const resumed = { transcript: [...state.transcript, ...new_messages], new_messages };
    const outcome = yield* runAgent(ctx, { ...run, resumed });
    yield await conclude(ctx, active, progress, outcome);
  } catch (error) {
    // The calls that were approved have been made, and a decision is taken once.
    const isDecided = answered.some(({ decision }) => decision !== undefined);
    yield !isDecided && isRefused(error, state, progress)
      ? await waitAgain(ctx, { suspended, active }, error)
      : await failRunWith(ctx, active, progress, error);
  } finally {
    release();
  }
}

/**
 * Returns true when the first model call was refused before it was made: nothing is spent, and it
 * may be allowed later.
 */
const isRefused = (
  error: unknown,
  { progress: before }: SuspendedState,
  { spent, usage }: Progress,
): error is Failure =>
  error instanceof Failure &&
  (error.code === 'budget_exceeded' || error.code === 'rate_limited') &&
  spent.steps <= before.spent.steps + 1 &&
  usage.length === 0;

async function waitAgain(
  ctx: Ctx,
  { suspended: { waiting }, active }: Pick<RestoredRun, 'suspended' | 'active'>,
  { code, message, options }: Failure,
): Promise<RunEvent> {
  const { required_actions, answered_actions, suspended_at, waited_ms } = waiting;
  const expires_at = waiting.expires_at ?? 0;
  const before = { required_actions, answered_actions, suspended_at, expires_at, waited_ms };
  const statements = [suspendRunRow(ctx.db, waiting, before), ...active.storage.hold(expires_at)];
  await commitIdempotent(ctx, { statements }, async () => {
    const stored = await selectRun(ctx.db, waiting.workspace_id, waiting.id).get();
    return stored?.status !== 'running';
  });
  active.suspension = { expires_at };
  return {
    ...{ type: 'error', code, detail: `${message} The run still waits: submit its actions again.` },
    retry_after_s: options.retryAfter ?? null,
    ...(options.extra === undefined ? {} : { extra: options.extra }),
    run: toRun(waiting),
  };
}
