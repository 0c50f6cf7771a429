import {
  afterAnswer,
  approvalDigest,
  callTools,
  type PendingCall,
  type Resolution,
  type Tool,
  takeOpenCalls,
} from '../../execution/index.ts';
import type { Ctx } from '../../platform/context.ts';
import type { GivenInput } from '../../tools/index.ts';
import type { AgentRun } from '../agent-run.ts';
import { fileEvents, toolResult } from '../answer-stream.ts';
import type { RunEvent } from '../events.ts';
import type { Progress } from '../progress.ts';
import { toolContextOf, toolsOf } from '../run-agent.ts';
import type { AnsweredAction, Decision, SuspendedState } from './state.ts';

/** A call of a step with what was decided about it. */
type Decided = PendingCall & { readonly decision: Decision };

interface FinishedStep {
  readonly results: ReadonlyMap<string, Resolution>;
  /** Calls that need a person once more. */
  readonly waiting: readonly PendingCall[];
}

/**
 * Returns the results of the pending calls of a step: those that the caller submitted, and those of the calls that
 * were approved, which are made now. Their effects are stored before the next model call.
 */
export async function* finishStep(
  ctx: Ctx,
  run: AgentRun,
  step: SuspendedState['step'],
  answered: readonly AnsweredAction[],
): AsyncGenerator<RunEvent, FinishedStep> {
  const results = new Map<string, Resolution>();
  for (const action of answered) {
    if (!action.is_emitted) yield* eventsOf(action, step);
    const call = step.pending.find(({ tool_call_id }) => tool_call_id === action.tool_call_id);
    const outcome = outcomeOf(action);
    if (call === undefined || outcome === null) continue;
    addSpan(ctx, run.progress, call, outcome, step.started_at, action.answered_at);
    if (action.decision === undefined && call.sign_in === undefined)
      run.progress.untrusted.add(call.tool_name);
    results.set(action.tool_call_id, { outcome });
  }
  const approved = decidedCalls(step, answered).filter(
    ({ decision }) => decision.type !== 'reject',
  );
  const waiting = approved.length > 0 ? yield* makeCalls(ctx, run, approved, results) : [];
  return { results, waiting };
}

/** The events of an action that was accepted. */
export function* eventsOf(
  action: AnsweredAction,
  { pending, started_at }: SuspendedState['step'],
): Generator<RunEvent> {
  const { tool_call_id, answered_at, decision } = action;
  const call = pending.find((one) => one.tool_call_id === tool_call_id);
  if (decision === undefined) {
    const client = call?.sign_in === undefined ? { is_client: true as const } : {};
    return yield toolResult(tool_call_id, action.outcome, answered_at - started_at, client);
  }
  // After a sign-in or an answer the call is made when the run resumes.
  if (call?.approval === undefined) return;
  const approved = decision.type !== 'reject';
  const approval_id = call.approval.id;
  const { reason, edited_input: input } = decision;
  if (decision.type === 'edit')
    yield { type: 'tool-input-available', tool_call_id, tool_name: call.tool_name, input };
  yield { type: 'approval-response', tool_call_id, approval_id, approved, reason };
  if (!approved) yield { type: 'tool-output-denied', tool_call_id };
}

/** The result that an action gives to its call; null for a call that is yet to be made. */
function outcomeOf(action: AnsweredAction): Resolution['outcome'] | null {
  if (action.decision === undefined) return action.outcome;
  if (action.decision.type !== 'reject') return null;
  const { reason } = action.decision;
  const why = reason === null ? '' : ` Reason: ${reason}`;
  return { ok: false, error: `A person has rejected the call, so it was not made.${why}` };
}

const decidedCalls = (
  { pending }: SuspendedState['step'],
  answered: readonly AnsweredAction[],
): Decided[] =>
  pending.flatMap((call) => {
    const action = answered.find(({ tool_call_id }) => tool_call_id === call.tool_call_id);
    return action?.decision === undefined ? [] : [{ ...call, decision: action.decision }];
  });

async function* makeCalls(
  ctx: Ctx,
  run: AgentRun,
  approved: readonly Decided[],
  results: Map<string, Resolution>,
): AsyncGenerator<RunEvent, readonly PendingCall[]> {
  const { progress } = run;
  const tools = await toolsOf(ctx, run);
  const refusals = new Map<ReturnType<typeof toCall>, string>();
  const calls: ReturnType<typeof toCall>[] = [];
  const given = new Map<string, GivenInput>();
  const waiting: PendingCall[] = [];
  for (const one of approved) {
    const { asked, decision } = one;
    if (asked !== undefined && decision.answer !== undefined) {
      const after = afterAnswer(ctx, { ...one, asked }, decision.answer);
      if ('next' in after) {
        waiting.push(after.next);
        continue;
      }
      given.set(one.tool_call_id, after.given);
    }
    const call = toCall(one);
    calls.push(call);
    if (!(await isAsApproved(tools, one)))
      refusals.set(
        call,
        'The tool, its server or the account that it uses has changed while the call waited, so it was not made.',
      );
  }
  const context = { ...toolContextOf(run), given };
  const made = await callTools(ctx, tools, calls, context, refusals);
  const open = await takeOpenCalls(ctx, tools, made, context, approved);
  for (const called of open.called) {
    const { tool_call_id, outcome, latency_ms } = called;
    progress.addToolCall(called);
    progress.usage.push(...(outcome.usage ?? []));
    yield toolResult(tool_call_id, outcome, latency_ms, {});
    yield* fileEvents(outcome, {});
    const edited = approved.find((one) => one.tool_call_id === tool_call_id)?.decision;
    results.set(tool_call_id, {
      outcome,
      ...(edited?.type === 'edit' ? { edited_input: edited.edited_input } : {}),
    });
  }
  if (open.called.length > 0) await run.store(progress);
  return [...waiting, ...open.waiting];
}

const toCall = ({ tool_call_id, tool_name, input, decision }: Decided) => ({
  type: 'tool-call' as const,
  toolCallId: tool_call_id,
  toolName: tool_name,
  input: JSON.stringify(decision.type === 'edit' ? decision.edited_input : input),
});

/** An approval, a sign-in and an answer are for one definition of the tool and for these arguments (R41). */
async function isAsApproved(
  tools: readonly Tool[],
  { tool_name, input, approval, sign_in, asked }: Decided,
): Promise<boolean> {
  const tool = tools.find(({ name }) => name === tool_name);
  const { digest } = approval ?? sign_in ?? asked ?? {};
  return tool !== undefined && (await approvalDigest(tool, input)) === digest;
}

function addSpan(
  ctx: Ctx,
  progress: Progress,
  { tool_call_id, tool_name, input }: PendingCall,
  outcome: Resolution['outcome'],
  started_at: number,
  answered_at: number,
): void {
  const latency_ms = answered_at - started_at;
  const call = { tool_call_id, tool_name, input, span_id: ctx.newId('step') };
  progress.addToolCall({ ...call, outcome, started_at, latency_ms, cost_nano_usd: null });
}
