import { resumedMessages } from '../../execution/index.ts';
import { commitIdempotent } from '../../platform/commit.ts';
import type { Ctx } from '../../platform/context.ts';
import { Failure } from '../../shared/failure.ts';
import { toolResult } from '../answer-stream.ts';
import { failRunWith } from '../end-run.ts';
import type { RunEvent } from '../events.ts';
import { agentRunOf, conclude, holdLease, identify } from '../execute-run.ts';
import type { Progress } from '../progress.ts';
import { runAgent } from '../run-agent.ts';
import { toRun } from '../schema/run.ts';
import { selectRun } from '../store/runs.ts';
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
    yield* emitResults(ctx, progress, state.step, answered);
    const outcomes = new Map(answered.map((one) => [one.tool_call_id, one.outcome]));
    const new_messages = resumedMessages(state.step, outcomes);
    const resumed = { transcript: [...state.transcript, ...new_messages], new_messages };
    const outcome = yield* runAgent(ctx, agentRunOf(ctx, active, trace, progress, resumed));
    yield await conclude(ctx, active, progress, outcome);
  } catch (error) {
    yield isRefused(error, state, progress)
      ? await waitAgain(ctx, { suspended, active }, error)
      : await failRunWith(ctx, active, progress, error);
  } finally {
    release();
  }
}

/** The results of client tools, as events and as spans that last from the call to its result. */
function* emitResults(
  ctx: Ctx,
  progress: Progress,
  { pending, started_at }: SuspendedState['step'],
  answered: readonly AnsweredAction[],
): Generator<RunEvent> {
  for (const { tool_call_id, tool_name, input } of pending) {
    const result = answered.find((one) => one.tool_call_id === tool_call_id);
    if (result === undefined) continue;
    const { outcome, answered_at, is_emitted } = result;
    const latency_ms = answered_at - started_at;
    const call = { tool_call_id, tool_name, input, span_id: ctx.newId('step') };
    progress.addToolCall({ ...call, outcome, started_at, latency_ms, cost_nano_usd: null });
    if (!is_emitted) yield toolResult(tool_call_id, outcome, latency_ms, { is_client: true });
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
