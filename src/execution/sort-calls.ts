import type { LanguageModelV4ToolCall } from '@ai-sdk/provider';
import type { Ctx } from '../platform/context.ts';
import { canonicalJson, sha256 } from '../shared/digest.ts';
import { readInput } from './call-tools.ts';
import { type Circumstances, circumstancesOf, judgeCall } from './judge-call.ts';
import type { PendingCall } from './suspension.ts';
import type { RunContext, Tool } from './tool.ts';

interface Tools {
  /** The server runs them. */
  readonly own: readonly Tool[];
  /** The caller runs them. */
  readonly client: readonly Tool[];
}

interface SortedCalls {
  /** Calls that are made now. */
  readonly ready: readonly LanguageModelV4ToolCall[];
  /** Why a ready call is not made, by call; the model reads it. */
  readonly refusals: ReadonlyMap<LanguageModelV4ToolCall, string>;
  /** Calls that wait for the caller, or for the approval of a person. */
  readonly pending: readonly PendingCall[];
}

/**
 * Sorts the calls of a step by who acts next. A call with invalid arguments is ready: it gets an error result. Of
 * calls with one id, only the first can wait, and the others are not made.
 */
export async function sortCalls(
  ctx: Ctx,
  tools: Tools,
  calls: readonly LanguageModelV4ToolCall[],
  context: RunContext,
): Promise<SortedCalls> {
  const refusals = new Map<LanguageModelV4ToolCall, string>();
  const waiting = new Map<string, PendingCall>();
  const ready: LanguageModelV4ToolCall[] = [];
  const circumstances = circumstancesOf(context);
  for (const call of calls) {
    if (waiting.has(call.toolCallId)) continue;
    const pending = await pendingOf(ctx, tools, call, circumstances);
    if (typeof pending === 'object' && pending !== null) waiting.set(call.toolCallId, pending);
    else ready.push(call);
    if (typeof pending === 'string') refusals.set(call, pending);
  }
  return {
    ready: ready.filter(({ toolCallId }) => !waiting.has(toolCallId)),
    refusals,
    pending: [...waiting.values()],
  };
}

/** Returns the call if it waits, the error if it is refused, and null if it is made now. */
async function pendingOf(
  ctx: Ctx,
  { own, client }: Tools,
  call: LanguageModelV4ToolCall,
  circumstances: Circumstances,
): Promise<PendingCall | string | null> {
  const { input, error } = readInput([...own, ...client], call);
  if (error !== null) return null;
  const { toolCallId: tool_call_id, toolName: tool_name } = call;
  const tool = own.find(({ name }) => name === tool_name);
  if (tool === undefined) return { tool_call_id, tool_name, input };
  const verdict = await judgeCall(tool, input, circumstances);
  if (verdict.type === 'call') return null;
  if (verdict.type === 'refuse') return verdict.error;
  const { effect } = tool;
  const approval = {
    ...{ id: ctx.newId('apr'), effect, reason: verdict.reason },
    digest: await approvalDigest(tool, input),
  };
  return { tool_call_id, tool_name, input, approval };
}

/** Identifies what was approved: the definition of the tool and the arguments (R41). */
export const approvalDigest = (
  { name, revision }: Pick<Tool, 'name' | 'revision'>,
  input: unknown,
): Promise<string> => sha256(canonicalJson({ name, revision, input }));
