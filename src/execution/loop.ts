import type {
  LanguageModelV4CallOptions,
  LanguageModelV4Message,
  LanguageModelV4ToolCall,
  LanguageModelV4ToolChoice,
} from '@ai-sdk/provider';
import type { Statement } from '../db/client.ts';
import type { Hit } from '../knowledge/index.ts';
import { type ModelCallEvent, type ModelCallResult, streamModelCall } from '../llm/index.ts';
import type { Ctx } from '../platform/context.ts';
import type { Failure } from '../shared/failure.ts';
import { type CalledTool, callTools } from './call-tools.ts';
import { type Limit, reachedLimit, type Spent } from './stop.ts';
import { type PendingCall, pendingOf, type SuspendedStep, toSuspendedStep } from './suspension.ts';
import type { ClientTool, RunContext, Tool } from './tool.ts';
import { toAssistantMessage, toToolMessage } from './transcript.ts';

export interface LoopInput {
  readonly call_key: string;
  /** What the usage rows of its model calls say they were for; `answer` unless given. */
  readonly operation?: string;
  readonly models: readonly string[];
  readonly prompt: readonly LanguageModelV4Message[];
  /** The end of the prompt that no step has recorded yet; absent for all of it. */
  readonly fresh?: readonly LanguageModelV4Message[];
  readonly options: Omit<
    LanguageModelV4CallOptions,
    'prompt' | 'tools' | 'abortSignal' | 'headers'
  >;
  readonly tools: readonly Tool[];
  /** Tools that are not run here. */
  readonly client?: ClientTools;
  /** Context of the run, passed on to every tool call. */
  readonly context: RunContext;
  /** What the run has used so far; the loop adds to it. */
  readonly spent: Spent;
  /** Gives passages that a tool found their numbers, and returns them as the model is to read them. */
  readonly cite: (hits: readonly Hit[]) => string;
  /** Stores a round of model and tools before the next one begins, so that a crash loses neither text nor money. */
  readonly store: (round: Round) => Promise<void>;
}

export interface ClientTools {
  readonly tools: readonly ClientTool[];
  /** Of the first model call; `none` of all. Null leaves it to the model. */
  readonly choice: LanguageModelV4ToolChoice | null;
  /** Whether the first call has these tools alone to choose from. */
  readonly has_own_choice: boolean;
  /** Calls that one answer may have; null for any number. */
  readonly most_calls: number | null;
  /** A call suspends the run until its result arrives; otherwise it ends the run. */
  readonly resumable: boolean;
}

/** One model call and the tool calls it asked for. */
export interface Round {
  readonly model: ModelCallResult;
  /** What the call added to the conversation. */
  readonly asked: readonly LanguageModelV4Message[];
  readonly started_at: number;
  readonly tools: readonly CalledTool[];
  readonly usage: readonly Statement[];
  /** Calls that the caller has yet to answer. */
  readonly pending?: readonly PendingCall[];
}

export type LoopEvent =
  | ModelCallEvent
  | {
      readonly type: 'tool-call';
      readonly tool_call_id: string;
      readonly tool_name: string;
      readonly input: string;
    }
  | { readonly type: 'tool-result'; readonly called: CalledTool }
  | { readonly type: 'round'; readonly ordinal: number };

export interface LoopResult {
  /** The last round, if nobody has stored it yet. */
  readonly last: Round | null;
  /** The conversation up to the last call, for one that goes on from there. */
  readonly prompt: readonly LanguageModelV4Message[];
  readonly limit: Limit | null;
  readonly failure: Failure | null;
  /** Calls of the caller's tools, which ended the run; the last round has no others. */
  readonly calls: readonly LanguageModelV4ToolCall[];
  /** Set where the run cannot go on before the caller has answered calls; `last` is then the step without them. */
  readonly suspended: SuspendedStep | null;
}

/**
 * Calls the model, runs the tools it asks for, calls it again with what they said, until it answers
 * or a limit stops it. The same for every provider; faults of tools are the model's to read, faults
 * of providers end the run with what there is. A call of a tool of the caller's suspends it once the other
 * calls of the step have run, or, where the tools are not resumable, ends it: then what else the step asks
 * for is left undone, since nobody could tell its result.
 */
export async function* runLoop(ctx: Ctx, input: LoopInput): AsyncGenerator<LoopEvent, LoopResult> {
  const prompt = [...input.prompt];
  const { context, spent } = input;
  const { attribution, config, signal } = context;
  const bounds = { limits: config.limits, account: attribution.account, signal };
  const going = { prompt, limit: null, failure: null, calls: [], suspended: null };
  let asked: readonly LanguageModelV4Message[] = input.fresh ?? prompt.slice();
  for (;;) {
    yield { type: 'round', ordinal: spent.steps };
    const started_at = ctx.now();
    const model = yield* streamModelCall(ctx, stepCall(input, prompt, spent.steps));
    spent.steps += 1;
    const calls = model.content.filter(
      (part): part is LanguageModelV4ToolCall => part.type === 'tool-call',
    );
    const round: Round = { model, asked, started_at, tools: [], usage: model.usage };
    // A call that was stopped by the clock is a limit of the run, not a fault of the provider.
    if (model.failure !== null) {
      // Nor is one that was not made because nothing may be spent.
      const isUnpaid = attribution.account.isClosed && model.failure.code === 'budget_exceeded';
      const limit = signal.aborted ? 'seconds' : isUnpaid ? 'cost_usd' : null;
      return { ...going, last: round, limit, failure: model.failure };
    }
    if (calls.length === 0) return { ...going, last: round };
    const theirs = ofCaller(input, calls);
    if (theirs.length > 0) {
      for (const { toolCallId, toolName, input: text } of theirs)
        yield { type: 'tool-call', tool_call_id: toolCallId, tool_name: toolName, input: text };
      const content = model.content.filter(
        (part) => part.type !== 'tool-call' || theirs.includes(part),
      );
      return {
        ...going,
        last: { ...round, model: { ...model, content, finish_reason: 'tool-calls' } },
        calls: theirs,
      };
    }

    const limit = reachedLimit(bounds, spent, calls.length);
    if (limit !== null) return { ...going, last: round, limit };
    for (const { toolCallId, toolName, input: text } of calls) {
      yield { type: 'tool-call', tool_call_id: toolCallId, tool_name: toolName, input: text };
    }
    const client = resumableTools(input);
    const pending = pendingOf(input.tools, client, calls);
    const isPending = new Set(pending.map(({ tool_call_id }) => tool_call_id));
    const called = await callTools(
      ctx,
      [...input.tools, ...client],
      calls.filter(({ toolCallId }) => !isPending.has(toolCallId)),
      context,
    );
    spent.tool_calls += calls.length;
    for (const one of called) yield { type: 'tool-result', called: one };
    const usage = [...model.usage, ...called.flatMap(({ outcome }) => outcome.usage ?? [])];
    if (pending.length > 0) {
      const last = { ...round, tools: called, pending, usage };
      const reached = reachedLimit(bounds, spent, 0);
      if (reached !== null) return { ...going, last, limit: reached };
      const step = [model.content, calls, called, pending, input.cite, ctx.now()] as const;
      return { ...going, last, suspended: toSuspendedStep(...step) };
    }
    asked = [toAssistantMessage(model.content, called), toToolMessage(called, input.cite)];
    prompt.push(...asked);
    await input.store({ ...round, tools: called, usage });
    // The tools may have used up what was left.
    const spentBy = reachedLimit(bounds, spent, 0);
    if (spentBy !== null) return { ...going, last: null, limit: spentBy };
  }
}

function ofCaller(
  { client }: LoopInput,
  calls: readonly LanguageModelV4ToolCall[],
): readonly LanguageModelV4ToolCall[] {
  if (client?.resumable === true) return [];
  const theirs = calls.filter(
    ({ toolName }) => client?.tools.some(({ name }) => name === toolName) ?? false,
  );
  return theirs.slice(0, client?.most_calls ?? theirs.length);
}

/** The caller's tools as the loop checks calls of them; they are never run here. */
const resumableTools = ({ client }: LoopInput): readonly Tool[] =>
  client?.resumable === true
    ? client.tools.map((tool) => ({
        ...tool,
        effect: 'read' as const,
        run: async () => ({ ok: false, error: 'Only the caller can run this tool.' }),
      }))
    : [];

/** A choice that had to be made has been made with the first call. */
const choiceAt = (client: ClientTools | undefined, step: number): LanguageModelV4ToolChoice =>
  client?.choice != null && (step === 0 || client.choice.type === 'none')
    ? client.choice
    : { type: 'auto' };

const stepCall = (
  { tools: own, client, options, models, call_key, context, operation = 'answer' }: LoopInput,
  prompt: LanguageModelV4Message[],
  step: number,
) => {
  const isOwnChoice = client?.has_own_choice === true && step === 0;
  const tools: readonly ClientTool[] = [...(isOwnChoice ? [] : own), ...(client?.tools ?? [])];
  return {
    ...context.attribution,
    models,
    operation,
    call_key: `${call_key}:${step}`,
    signal: context.signal,
    options: {
      ...options,
      prompt: [...prompt],
      ...(tools.length === 0
        ? {}
        : {
            tools: tools.map(({ name, description, input_schema, strict }) => ({
              type: 'function' as const,
              name,
              description,
              inputSchema: input_schema,
              ...(strict === undefined ? {} : { strict }),
            })),
            toolChoice: choiceAt(client, step),
          }),
    },
  };
};
