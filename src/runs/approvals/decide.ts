import { readInput, resolveTools, type SuspendedStep } from '../../execution/index.ts';
import { hasRoleFor } from '../../identity/index.ts';
import type { AuditEntry } from '../../platform/commit.ts';
import { auditedId, type Ctx } from '../../platform/context.ts';
import { canonicalJson } from '../../shared/digest.ts';
import { Failure, invalid } from '../../shared/failure.ts';
import type { RunAction } from '../actions/schema.ts';
import type { RestoredRun } from '../suspension/restore-run.ts';
import type { AnsweredAction, Decision } from '../suspension/state.ts';

type ApprovalAction = Extract<RunAction, { type: 'approval' }>;

/** An action of a request, with its position in it. */
interface Given {
  readonly index: number;
  readonly action: RunAction;
}

/** Checks decisions about calls that wait. Throws `forbidden`, `conflict` and `validation_failed`. */
export async function checkDecisions(
  ctx: Ctx,
  { active, suspended }: RestoredRun,
  given: readonly Given[],
): Promise<void> {
  const decisions = given.flatMap(({ index, action }) =>
    action.type === 'approval' ? [{ index, action }] : [],
  );
  if (decisions.length === 0) return;
  if (!active.config.approvals.by_end_user && !hasRoleFor(ctx, 'approvals:decide'))
    throw new Failure(
      'forbidden',
      'Only keys with the role editor or admin may decide. The version allows end users to decide with `approvals.by_end_user`.',
    );
  const edits: typeof decisions = [];
  for (const one of decisions) {
    const { tool_call_id } = one.action;
    const call = suspended.state.step.pending.find((it) => it.tool_call_id === tool_call_id);
    if (one.action.decision === 'edit') edits.push(one);
    else refuseOtherArguments(one.action, call?.input);
    if (one.action.digest !== undefined && one.action.digest !== call?.approval?.digest)
      throw new Failure('conflict', `The digest is not that of the call ${tool_call_id}.`);
  }
  if (edits.length > 0) await checkEdits(ctx, { active, suspended }, edits);
}

/** The arguments that a person has seen must be those of the call (R41). */
function refuseOtherArguments(
  { tool_call_id, arguments: seen }: ApprovalAction,
  input: unknown,
): void {
  if (seen === undefined || canonicalJson(seen) === canonicalJson(input)) return;
  throw new Failure(
    'conflict',
    `The arguments are not those of the call ${tool_call_id}. Use \`edit\` to change them.`,
  );
}

async function checkEdits(
  ctx: Ctx,
  { active, suspended }: Pick<RestoredRun, 'active' | 'suspended'>,
  edits: readonly { readonly index: number; readonly action: ApprovalAction }[],
): Promise<void> {
  const tools = await resolveTools(ctx, active.tools, {
    runAgent: async () => ({ ok: false, error: 'Agents are not called to check arguments.' }),
  });
  for (const { index, action } of edits) {
    const call = suspended.state.step.pending.find(
      ({ tool_call_id }) => tool_call_id === action.tool_call_id,
    );
    const { error } = readInput(tools, {
      type: 'tool-call',
      toolCallId: action.tool_call_id,
      toolName: call?.tool_name ?? '',
      input: JSON.stringify(action.arguments),
    });
    if (error !== null) throw invalid(`/actions/${index}/arguments`, error);
  }
}

export const decisionOf = (
  { actor }: Ctx,
  { decision: type, arguments: edited_input, reason }: ApprovalAction,
): Decision => ({
  ...{ type, reason: reason ?? null, decided_by: auditedId(actor) },
  ...(type === 'edit' ? { edited_input } : {}),
});

/** Records each decision and its maker; the arguments are in the approval. */
export const auditOfDecisions = (
  { pending }: SuspendedStep,
  answered: readonly AnsweredAction[],
): AuditEntry[] =>
  answered.flatMap(({ tool_call_id, decision, is_emitted }) => {
    const call = pending.find((one) => one.tool_call_id === tool_call_id);
    if (decision === undefined || is_emitted || call?.approval === undefined) return [];
    const { id: target_id, digest } = call.approval;
    const action = `approval.${decision.type}`;
    return [
      { action, target_type: 'approval', target_id, detail: { tool: call.tool_name, digest } },
    ];
  });
