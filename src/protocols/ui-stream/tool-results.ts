import { and, eq, sql } from 'drizzle-orm';
import { batch, type Db } from '../../db/client.ts';
import { runs } from '../../db/schema/runs.ts';
import type { Ctx } from '../../platform/context.ts';
import { RunAction } from '../../runs/index.ts';
import { authorizeSession, selectSession } from '../../sessions/index.ts';
import { Failure, invalid } from '../../shared/failure.ts';
import { type ChatRequest, UiApprovalPart, UiMessage, UiToolPart } from './schema.ts';

/** The results of client tools in a request of the AI SDK. */
interface SentActions {
  readonly run_id: string;
  readonly actions: readonly RunAction[];
}

/**
 * Returns the results of client tools in the last answer and the run of that answer; null when the last message is the
 * user's. Results of the agent's tools are omitted. Throws `validation_failed` without a result or when a required one
 * is missing, and `conflict` when the run has ended.
 */
export async function toActions(
  ctx: Ctx,
  { id, messages, trigger }: ChatRequest,
): Promise<SentActions | null> {
  const { data: last } = UiMessage.safeParse(messages.at(-1));
  if (trigger !== 'submit-message' || last?.role !== 'assistant') return null;
  const [sessions, [run]] = await batch(ctx.db, [
    selectSession(ctx.db, ctx.workspace_id, id),
    selectRunOfAnswer(ctx.db, ctx.workspace_id, id, last.id ?? ''),
  ]);
  authorizeSession(ctx, sessions);
  const results = last.parts.flatMap(
    (part) => UiToolPart.safeParse(part).data ?? UiApprovalPart.safeParse(part).data ?? [],
  );
  const required = run?.required_actions ?? [];
  const isOfRun = ({ toolCallId, state }: UiToolPart | UiApprovalPart) =>
    required.some(
      ({ tool_call_id, type }) =>
        tool_call_id === toolCallId && (type === 'approval') === (state === 'approval-responded'),
    ) || run?.answered_actions?.[toolCallId] !== undefined;
  const actions = results.filter(isOfRun).map(toAction);
  if (run === undefined || actions.length === 0)
    throw invalid(
      '/messages',
      'The last message must have `role: user` and `parts`, or contain results or decisions for tool calls that a run waits for.',
    );
  // Without an error, the client would repeat the request as soon as the reply ends.
  if (run.ended_at !== null)
    throw new Failure(
      'conflict',
      `The run ${run.id} has ended and does not wait for tool results.`,
    );
  // The AI SDK has no part for the end of a sign-in or for input, which are submitted by themselves.
  const apart = required.find((action) => action.type === 'sign_in' || action.type === 'input');
  const others = required.filter(({ type }) => type !== 'sign_in' && type !== 'input');
  if (apart !== undefined && others.length === 0)
    throw new Failure(
      'conflict',
      apart.type === 'sign_in'
        ? `The run waits for the sign-in to ${apart.server_name}. Submit its end with \`POST /runs/${run.id}/actions\`.`
        : `The run waits for input for the call ${apart.tool_call_id}. Submit it with \`POST /runs/${run.id}/actions\`.`,
    );
  const missing = others.find(
    ({ tool_call_id }) => !actions.some((action) => action.tool_call_id === tool_call_id),
  );
  if (missing !== undefined)
    throw invalid('/messages', `The result of the call ${missing.tool_call_id} is missing.`);
  return { run_id: run.id, actions };
}

function toAction(part: UiToolPart | UiApprovalPart): RunAction {
  return part.state === 'approval-responded' ? toDecision(part) : toResult(part);
}

const toDecision = ({
  toolCallId: tool_call_id,
  approval: { approved, reason },
}: UiApprovalPart): RunAction => ({
  ...{ type: 'approval', tool_call_id, decision: approved ? 'approve' : 'reject' },
  ...(reason === undefined || reason.trim() === '' ? {} : { reason: reason.trim().slice(0, 2000) }),
});

function toResult({ toolCallId, state, output, errorText }: UiToolPart): RunAction {
  const result =
    state === 'output-error'
      ? { error: errorText || 'The tool failed.' }
      : { output: output ?? null };
  const { data, error } = RunAction.safeParse({
    type: 'tool_result',
    tool_call_id: toolCallId,
    ...result,
  });
  if (data !== undefined) return data;
  const [issue] = error.issues;
  throw invalid('/messages', `The result of the call ${toolCallId}: ${issue?.message}`);
}

/** Selects the run of an answer, or the active run of the session: a waiting run has not stored its answer yet. */
const selectRunOfAnswer = (db: Db, workspace_id: string, session_id: string, message_id: string) =>
  db
    .select()
    .from(runs)
    .where(
      and(
        eq(runs.workspace_id, workspace_id),
        eq(runs.session_id, session_id),
        sql`${runs.id} = coalesce(
          (select m.run_id from messages m where m.id = ${message_id} and m.session_id = ${session_id}),
          (select s.active_run_id from sessions s where s.id = ${session_id} and s.workspace_id = ${workspace_id}))`,
      ),
    );
