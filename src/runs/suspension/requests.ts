import { auditedId, type Ctx } from '../../platform/context.ts';
import { Failure, invalid } from '../../shared/failure.ts';
import { schemaErrors } from '../../shared/json-schema/index.ts';
import { isSignedIn, type ToolOutcome } from '../../tools/index.ts';
import type { RunAction } from '../actions/schema.ts';
import type { RestoredRun } from './restore-run.ts';
import type { Decision } from './state.ts';

type SignInAction = Extract<RunAction, { type: 'sign_in' }>;
type InputAction = Extract<RunAction, { type: 'input' }>;

/** An action of a request, with its position in it. */
interface Given {
  readonly index: number;
  readonly action: RunAction;
}

/** Throws `conflict` for a `completed` sign-in that nobody has completed. */
export async function checkSignIns(
  ctx: Ctx,
  { active, suspended }: RestoredRun,
  given: readonly Given[],
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

const maxErrors = 10;

/** Throws `conflict` for an answer to another question, and `validation_failed` for content that does not match the schema. */
export function checkInputs({ suspended }: RestoredRun, given: readonly Given[]): void {
  for (const { index, action } of given) {
    if (action.type !== 'input') continue;
    const { tool_call_id, input_id, action: choice, content } = action;
    const call = suspended.state.step.pending.find((one) => one.tool_call_id === tool_call_id);
    if (call?.asked?.id !== input_id)
      throw new Failure(
        'conflict',
        `${input_id} is not the current question of the call ${tool_call_id}. Read \`required_actions\` of the run.`,
      );
    if (choice !== 'accept') continue;
    const { asked, answers } = call.asked;
    const schema = asked.questions[answers.length]?.requested_schema ?? null;
    const at = `/actions/${index}/content`;
    if (schema === null && content !== undefined)
      throw invalid(at, 'The server has asked for no content.');
    const errors = schema === null ? [] : schemaErrors(schema, content ?? {}).slice(0, maxErrors);
    if (errors.length > 0)
      throw invalid(at, `Must match \`requested_schema\`. ${errors.join(' ')}`);
  }
}

/** All three choices reach the server: the call is made again when the run resumes. */
export const afterInput = (
  { actor }: Ctx,
  { action, content }: InputAction,
): { readonly decision: Decision } => ({
  decision: {
    ...{ type: 'approve', reason: null, decided_by: auditedId(actor) },
    answer: { action, ...(content === undefined ? {} : { content }) },
  },
});
