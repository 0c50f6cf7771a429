import type { Ctx } from '../platform/context.ts';
import type { GivenInput, InputAnswer } from '../tools/index.ts';
import type { CalledTool } from './call-tools.ts';
import { approvalDigest } from './sort-calls.ts';
import type { PendingCall } from './suspension.ts';
import type { RunContext, Tool } from './tool.ts';

interface Sorted {
  readonly called: readonly CalledTool[];
  readonly waiting: readonly PendingCall[];
}

/**
 * Separates the calls that need a person first, who signs in or answers what a server asks, for a run that can wait for
 * it. `before` are the calls that have waited already: a sign-in is required of a call once.
 */
export async function takeOpenCalls(
  ctx: Ctx,
  tools: readonly Tool[],
  made: readonly CalledTool[],
  { can_ask }: Pick<RunContext, 'can_ask'>,
  before: readonly PendingCall[] = [],
): Promise<Sorted> {
  const waiting = new Map<CalledTool, PendingCall>();
  for (const call of made) {
    const { tool_call_id, tool_name, input, outcome } = call;
    const tool = tools.find(({ name }) => name === tool_name);
    if (!can_ask || outcome.ok || tool === undefined) continue;
    const { sign_in, asked } = outcome;
    const earlier = before.find((one) => one.tool_call_id === tool_call_id);
    const hasSignedIn = earlier !== undefined && earlier.approval === undefined;
    const same = { tool_call_id, tool_name, input };
    const digest = await approvalDigest(tool, input);
    if (asked !== undefined)
      waiting.set(call, { ...same, asked: { id: ctx.newId('inp'), digest, asked, answers: [] } });
    else if (sign_in !== undefined && !hasSignedIn)
      waiting.set(call, { ...same, sign_in: { ...sign_in, digest } });
  }
  return {
    called: made.filter((call) => !waiting.has(call)),
    waiting: [...waiting.values()],
  };
}

/**
 * Returns the call with the next question of its server, or the answers to all of them. A question that is not
 * accepted is the last.
 */
export function afterAnswer(
  ctx: Ctx,
  call: PendingCall & Required<Pick<PendingCall, 'asked'>>,
  answer: InputAnswer,
): { readonly next: PendingCall } | { readonly given: GivenInput } {
  const { asked } = call.asked;
  const answers = [...call.asked.answers, answer];
  if (answer.action !== 'accept' || answers.length >= asked.questions.length)
    return { given: { asked, answers } };
  const { tool_call_id, tool_name, input } = call;
  const id = ctx.newId('inp');
  return { next: { tool_call_id, tool_name, input, asked: { ...call.asked, id, answers } } };
}
