import type {
  LanguageModelV4Message,
  LanguageModelV4ToolCall,
  LanguageModelV4ToolResultPart,
} from '@ai-sdk/provider';
import type { SignInPage } from '../db/schema/runs.ts';
import { withoutInvisible } from '../shared/invisible.ts';
import type { AskedInput, Effect, InputAnswer, ToolOutcome } from '../tools/index.ts';
import type { CalledTool } from './call-tools.ts';
import { toAssistantMessage, toToolMessage } from './transcript.ts';

/** A call that someone else has to act on, with arguments that match its schema. */
export interface PendingCall {
  readonly tool_call_id: string;
  readonly tool_name: string;
  readonly input: unknown;
  /** Set for a call of a tool of the agent that waits for approval; absent for one of a client tool. */
  readonly approval?: {
    readonly id: string;
    readonly effect: Effect;
    /** Why it waits, for the person who decides. */
    readonly reason: string;
    /** Identifies what is approved: the definition of the tool and the arguments. */
    readonly digest: string;
  };
  /** Set for a call that waits for a person to sign in. */
  readonly sign_in?: SignInPage & {
    /** Identifies the definition of the tool and the arguments. */
    readonly digest: string;
  };
  /** Set for a call whose server asks a person: one question after the other. */
  readonly asked?: {
    /** The id of the current question, which is the one after those with an answer. */
    readonly id: string;
    /** Identifies the definition of the tool and the arguments. */
    readonly digest: string;
    readonly asked: AskedInput;
    readonly answers: readonly InputAnswer[];
  };
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

/** The result of a pending call. */
export interface Resolution {
  readonly outcome: ToolOutcome;
  /** The arguments that a person has put in place of the model's. */
  readonly edited_input?: unknown;
}

/**
 * Returns the two messages that the step adds to the conversation, given the results of its pending
 * calls.
 */
export function resumedMessages(
  { assistant, call_ids, results, pending }: SuspendedStep,
  answered: ReadonlyMap<string, Resolution>,
  cite: Parameters<typeof toToolMessage>[1],
): LanguageModelV4Message[] {
  const own = pending.flatMap((call) => {
    const resolution = answered.get(call.tool_call_id);
    return resolution === undefined ? [] : [{ ...call, outcome: resolution.outcome }];
  });
  const all = [...results, ...resultsIn(toToolMessage(own, cite))];
  const content = [...new Set(call_ids)].flatMap((id) =>
    all.filter(({ toolCallId }) => toolCallId === id),
  );
  const edits = new Map([...answered].map(([id, { edited_input }]) => [id, edited_input]));
  return [withEdits(assistant, edits), { role: 'tool', content }];
}

/** Returns a step of which some pending calls have results by now, and others wait again. */
export function stepThatWaits(
  step: SuspendedStep,
  answered: ReadonlyMap<string, Resolution>,
  pending: readonly PendingCall[],
  cite: Parameters<typeof toToolMessage>[1],
  started_at: number,
): SuspendedStep {
  const [assistant = step.assistant, made] = resumedMessages(step, answered, cite);
  const inputs = new Map(pending.map(({ tool_call_id, input }) => [tool_call_id, input]));
  return {
    ...step,
    assistant: withEdits(assistant, inputs),
    results: made === undefined ? [] : resultsIn(made),
    pending,
    started_at,
  };
}

/** The model reads its calls with the arguments with which they were made. */
function withEdits(
  message: LanguageModelV4Message,
  edits: ReadonlyMap<string, unknown>,
): LanguageModelV4Message {
  if (message.role !== 'assistant') return message;
  return {
    ...message,
    content: message.content.map((part) => {
      if (part.type !== 'tool-call') return part;
      const edited = edits.get(part.toolCallId);
      return edited === undefined ? part : { ...part, input: edited };
    }),
  };
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
