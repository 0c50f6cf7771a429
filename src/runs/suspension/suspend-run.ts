import type { RequiredAction } from '../../db/schema/runs.ts';
import type { PendingCall, SuspendedStep } from '../../execution/index.ts';
import { commitIdempotent } from '../../platform/commit.ts';
import { type Ctx, coveredAgents } from '../../platform/context.ts';
import { hour, second } from '../../shared/time.ts';
import type { ActiveRun } from '../active-run.ts';
import type { RunOutcome } from '../agent-run.ts';
import { insertApprovals } from '../approvals/store.ts';
import { measured, sourcesOf } from '../end-run.ts';
import type { RunEvent } from '../events.ts';
import type { Progress } from '../progress.ts';
import { toMessage } from '../schema/message.ts';
import { filesOfSources, isWaiting, type RunRow, selectRun } from '../store/runs.ts';
import { insertSpan } from '../store/spans.ts';
import type { AnsweredAction, SuspendedState } from './state.ts';
import { suspendRunRow, writeSuspension } from './store.ts';

/** Milliseconds that a run may wait for results of client tools before it ends as `expired`. */
const waitFor = 24 * hour;

const waitOf = ({ config }: ActiveRun, { pending }: SuspendedStep): number =>
  pending.some(({ approval }) => approval !== undefined)
    ? Math.min(waitFor, config.approvals.expires_in_s * second)
    : waitFor;

/** The current question, without what only its server reads. */
function questionOf({ id: input_id, asked, answers }: NonNullable<PendingCall['asked']>) {
  const { server_id, server_name, questions } = asked;
  const { message = '', requested_schema = null, url = null } = questions[answers.length] ?? {};
  return { input_id, server_id, server_name, message, requested_schema, url };
}

/** Returns the actions that a step requires, without those already taken. */
export const requiredBy = (
  { pending }: SuspendedStep,
  answered: readonly AnsweredAction[],
): RequiredAction[] =>
  pending
    .filter(({ tool_call_id }) => !answered.some((one) => one.tool_call_id === tool_call_id))
    .map(({ approval, sign_in, asked, ...call }) => {
      if (asked !== undefined) return { type: 'input', ...call, ...questionOf(asked) };
      if (sign_in !== undefined) {
        const { digest: _, ...page } = sign_in;
        return { type: 'sign_in', ...call, ...page };
      }
      if (approval === undefined) return { type: 'tool_result', ...call };
      const { id: approval_id, ...about } = approval;
      return { type: 'approval', ...call, approval_id, ...about };
    });

/**
 * Returns the event that ends the stream of a run that waits: the answer so far, and the required
 * actions.
 */
export function requiresAction(
  { storage }: ActiveRun,
  text: string,
  run: RunRow,
): Extract<RunEvent, { type: 'requires-action' }> {
  const content = (run.required_actions ?? []).map(({ tool_call_id, tool_name, input }) => ({
    type: 'tool-call' as const,
    ...{ toolCallId: tool_call_id, toolName: tool_name, input },
  }));
  const prompt = [{ role: 'assistant' as const, content }];
  const answer = storage.answerRow({ text, prompt, citations: [] });
  return { type: 'requires-action', message: toMessage(answer, run) };
}

/**
 * Suspends a run. The step, the status and the state to resume it in another process are stored in
 * one batch; then the event is returned. The run has no lease from then on, and keeps its session.
 */
export async function suspendRun(
  ctx: Ctx,
  active: ActiveRun,
  progress: Progress,
  { step, transcript }: Extract<RunOutcome, { type: 'suspended' }>,
): Promise<RunEvent> {
  const now = ctx.now();
  const expires_at = Math.min(
    now + waitOf(active, step),
    active.kept_until ?? Number.POSITIVE_INFINITY,
  );
  const { answered_actions, waited_ms } = active.run;
  const waiting = {
    ...{ required_actions: requiredBy(step, []), answered_actions },
    ...{ suspended_at: now, expires_at, waited_ms },
    ...measured(active, progress),
  };
  const run: RunRow = { ...active.run, ...waiting, status: 'requires_action' };
  const event = requiresAction(active, progress.text, run);
  const state: SuspendedState = {
    message_id: active.message_id,
    agent_ids: coveredAgents(ctx.actor),
    storage: active.storage.snapshot(),
    ...{ overrides: active.overrides, draft: active.draft, summary: active.prompt.summary },
    ...(active.prompt.facts === undefined ? {} : { facts: active.prompt.facts }),
    ...{ transcript, step, answered: [] },
    account: active.account.snapshot(),
    progress: progress.snapshot(),
    events: [...active.events, event],
  };
  const { spans, usage } = progress.take();
  const sources = sourcesOf(active, progress);
  const statements = [
    ...spans.map((span) => insertSpan(ctx.db, span)),
    ...usage,
    ...writeSuspension(ctx.db, run.workspace_id, run.id, state, 'running'),
    ...insertApprovals(ctx.db, active, step.pending, { created_at: now, expires_at }),
    suspendRunRow(ctx.db, run, {
      ...waiting,
      source_file_ids: filesOfSources(
        JSON.stringify(sources.file_ids),
        JSON.stringify(sources.run_ids),
      ),
    }),
    ...active.storage.hold(expires_at),
  ];
  await commitIdempotent(ctx, { statements }, async () => {
    const stored = await selectRun(ctx.db, run.workspace_id, run.id).get();
    return stored !== undefined && isWaiting(stored);
  });
  active.suspension = { expires_at };
  return event;
}
