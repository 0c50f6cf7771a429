import type { CalledTool } from './call-tools.ts';
import { approvalDigest } from './sort-calls.ts';
import type { PendingCall } from './suspension.ts';
import type { RunContext, Tool } from './tool.ts';

/** Separates the calls that were not made because a person has to sign in first, for a run that can wait for it. */
export async function takeSignIns(
  tools: readonly Tool[],
  made: readonly CalledTool[],
  { can_sign_in }: Pick<RunContext, 'can_sign_in'>,
): Promise<{ readonly called: readonly CalledTool[]; readonly waiting: readonly PendingCall[] }> {
  const waiting = new Map<CalledTool, PendingCall>();
  for (const call of made) {
    const { tool_call_id, tool_name, input, outcome } = call;
    const tool = tools.find(({ name }) => name === tool_name);
    if (!can_sign_in || outcome.ok || outcome.sign_in === undefined || tool === undefined) continue;
    const sign_in = { ...outcome.sign_in, digest: await approvalDigest(tool, input) };
    waiting.set(call, { tool_call_id, tool_name, input, sign_in });
  }
  return {
    called: made.filter((call) => !waiting.has(call)),
    waiting: [...waiting.values()],
  };
}
