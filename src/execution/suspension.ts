import type {
  LanguageModelV4Message,
  LanguageModelV4ToolCall,
  LanguageModelV4ToolResultPart,
} from '@ai-sdk/provider';
import type { ToolOutcome } from '../tools/index.ts';
import { type CalledTool, readInput } from './call-tools.ts';
import { withoutInvisible } from './invisible.ts';
import type { Tool } from './tool.ts';
import { toAssistantMessage, toToolMessage } from './transcript.ts';

/** A call of a client tool, with arguments that match its schema. */
export interface PendingCall {
  readonly tool_call_id: string;
  readonly tool_name: string;
  readonly input: unknown;
}

/**
 * A step that cannot end before the caller has submitted results. JSON, so that it can be stored;
 * `resumedMessages` completes the step from it in another process.
 */
export interface SuspendedStep {
  /** The model's message, with reasoning and the metadata of its provider. */
  readonly assistant: LanguageModelV4Message;
  /** Every call of the step, in the model's order. */
  readonly call_ids: readonly string[];
  /** Results of the calls that were run here. */
  readonly results: readonly LanguageModelV4ToolResultPart[];
  readonly pending: readonly PendingCall[];
  /** When the calls were handed to the caller. */
  readonly started_at: number;
}

/**
 * Returns the calls that only the caller can answer. A call with invalid arguments is not among
 * them: it gets an error result.
 */
export function pendingOf(
  tools: readonly Tool[],
  client: readonly Tool[],
  calls: readonly LanguageModelV4ToolCall[],
): PendingCall[] {
  const first = new Map(calls.toReversed().map((call) => [call.toolCallId, call]));
  return calls.flatMap((call) => {
    // Two calls with one id have one result.
    if (first.get(call.toolCallId) !== call) return [];
    if (!client.some(({ name }) => name === call.toolName)) return [];
    const { input, error } = readInput([...tools, ...client], call);
    return error === null
      ? [{ tool_call_id: call.toolCallId, tool_name: call.toolName, input }]
      : [];
  });
}

export function toSuspendedStep(
  content: Parameters<typeof toAssistantMessage>[0],
  calls: readonly LanguageModelV4ToolCall[],
  called: readonly CalledTool[],
  pending: readonly PendingCall[],
  cite: Parameters<typeof toToolMessage>[1],
  started_at: number,
): SuspendedStep {
  return {
    assistant: toAssistantMessage(content, [...called, ...pending]),
    call_ids: calls.map(({ toolCallId }) => toolCallId),
    results: resultsIn(toToolMessage(called, cite)),
    pending,
    started_at,
  };
}

/**
 * Returns the two messages that the step adds to the conversation, given the results of its pending
 * calls.
 */
export function resumedMessages(
  { assistant, call_ids, results, pending }: SuspendedStep,
  answered: ReadonlyMap<string, ToolOutcome>,
): LanguageModelV4Message[] {
  const own = pending.flatMap((call) => {
    const outcome = answered.get(call.tool_call_id);
    return outcome === undefined ? [] : [{ ...call, outcome }];
  });
  const all = [...results, ...resultsIn(toToolMessage(own, () => ''))];
  const content = [...new Set(call_ids)].flatMap((id) =>
    all.filter(({ toolCallId }) => toolCallId === id),
  );
  return [assistant, { role: 'tool', content }];
}

/**
 * Returns the result of a client tool as the model reads it: without invisible characters (R43).
 */
export const clientOutcome = (
  result: { readonly output: unknown } | { readonly error: string },
): ToolOutcome =>
  'error' in result
    ? { ok: false, error: withoutInvisible(result.error) as string }
    : { ok: true, output: withoutInvisible(result.output) };

const resultsIn = (message: LanguageModelV4Message): LanguageModelV4ToolResultPart[] =>
  message.role === 'tool' ? message.content.filter((part) => part.type === 'tool-result') : [];
