import { auditedId, type Ctx } from '../../platform/context.ts';
import { Failure } from '../../shared/failure.ts';
import { isSignedIn, type ToolOutcome } from '../../tools/index.ts';
import type { RunAction } from '../actions/schema.ts';
import type { RestoredRun } from './restore-run.ts';
import type { Decision } from './state.ts';

type SignInAction = Extract<RunAction, { type: 'sign_in' }>;

/** Throws `conflict` for a `completed` sign-in that nobody has completed. */
export async function checkSignIns(
  ctx: Ctx,
  { active, suspended }: RestoredRun,
  given: readonly { readonly action: RunAction }[],
): Promise<void> {
  for (const { action } of given) {
    if (action.type !== 'sign_in' || action.result !== 'completed') continue;
    const { step } = suspended.state;
    const call = step.pending.find(({ tool_call_id }) => tool_call_id === action.tool_call_id);
    const { server_id = '', server_name = '' } = call?.sign_in ?? {};
    if (await isSignedIn(ctx, server_id, active.end_user_id)) continue;
    throw new Failure(
      'conflict',
      `The end user has not signed in to ${server_name}. Start again with \`POST /tools/mcp/${server_id}/authorizations\` if the page has expired.`,
    );
  }
}

/** After a sign-in the call is made when the run resumes; without one, the model reads that it was not. */
export const afterSignIn = (
  { actor }: Ctx,
  { result }: SignInAction,
): { readonly decision: Decision } | { readonly outcome: ToolOutcome } =>
  result === 'completed'
    ? { decision: { type: 'approve', reason: null, decided_by: auditedId(actor) } }
    : {
        outcome: { ok: false, error: 'The person has not signed in, so the call was not made.' },
      };
