import type { LanguageModelV4Message, LanguageModelV4ToolCall } from '@ai-sdk/provider';
import type { Statement } from '../db/client.ts';
import { type ModelCallEvent, type ModelCallResult, streamModelCall } from '../llm/index.ts';
import type { Ctx } from '../platform/context.ts';
import type { Failure } from '../shared/failure.ts';
import type { FoundSource, ToolProgress } from '../tools/index.ts';
import { type CalledTool, callTools } from './call-tools.ts';
import { endingCalls, resumableTools } from './client-tools.ts';
import { takeOpenCalls } from './open-calls.ts';
import { sortCalls } from './sort-calls.ts';
import { type StepCallInput, stepCall } from './step-call.ts';
import { type Limit, reachedLimit, type Spent } from './stop.ts';
import { type PendingCall, type SuspendedStep, toSuspendedStep } from './suspension.ts';
import { toAssistantMessage, toToolMessage } from './transcript.ts';
import { Updates } from './updates.ts';

/** The input of the tool loop. */
export interface LoopInput extends StepCallInput {
  readonly prompt: readonly LanguageModelV4Message[];
  /** The end of the prompt that no step has recorded yet; absent for all of it. */
  readonly new_messages?: readonly LanguageModelV4Message[];
  /** Usage of the run so far; the loop adds to it. */
  readonly spent: Spent;
  /** Numbers the passages and pages that a tool found, and returns them as text for the model. */
  readonly cite: (found: readonly FoundSource[]) => string;
  /**
   * Stores a finished step before the next one begins, so that a crash loses neither its text nor
   * its usage.
   */
  readonly store: (step: LoopStep) => Promise<void>;
}

/** One model call with the tool calls that it requested. */
export interface LoopStep {
  readonly model: ModelCallResult;
  /** Messages added to the conversation since the step before. */
  readonly new_messages: readonly LanguageModelV4Message[];
  readonly started_at: number;
  readonly tools: readonly CalledTool[];
  readonly usage: readonly Statement[];
  /** Calls that wait for results of the caller, or for a person. */
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
  | ({ readonly type: 'tool-progress'; readonly tool_call_id: string } & ToolProgress)
  | { readonly type: 'start-step'; readonly ordinal: number };

export interface LoopResult {
  /** The last step, unless it is stored already. */
  readonly last: LoopStep | null;
  /** The conversation before the last model call, for its continuation. */
  readonly prompt: readonly LanguageModelV4Message[];
  readonly limit: Limit | null;
  readonly failure: Failure | null;
  /** Calls of client tools that ended the run; the last step has no others. */
  readonly calls: readonly LanguageModelV4ToolCall[];
  /** Set when the caller has to submit results first; `last` is then the step without them. */
  readonly suspended: SuspendedStep | null;
}

/**
 * Calls the model and the tools that it requests, and repeats with their results until the model
 * answers or a limit is reached. Works alike for all providers. A fault of a tool is a result for
 * the model to read; a failure of the provider ends the run with the output so far. A call of a
 * resumable client tool, or one that needs an approval, a sign-in or input, suspends the run once the other calls of
 * the step have run. A call of any other client tool ends the run, and the other calls of the step are not made, since nothing would
 * read their results.
 */
export async function* runLoop(ctx: Ctx, input: LoopInput): AsyncGenerator<LoopEvent, LoopResult> {
  const prompt = [...input.prompt];
  const { cite, spent } = input;
  const result = { prompt, limit: null, failure: null, calls: [], suspended: null };
  let new_messages: readonly LanguageModelV4Message[] = input.new_messages ?? prompt.slice();
  for (;;) {
    yield { type: 'start-step', ordinal: spent.steps };
    const started_at = ctx.now();
    const model = yield* streamModelCall(ctx, stepCall(input, prompt, spent.steps));
    spent.steps += 1;
    const calls = model.content.filter((part) => part.type === 'tool-call');
    const requested = { model, new_messages, started_at, tools: [], usage: model.usage };
    const end = endBeforeTools(input, requested, calls);
    if (end !== null) {
      yield* callEvents(end.calls ?? []);
      return { ...result, ...end };
    }
    yield* callEvents(calls);
    const step = yield* runTools(ctx, input, requested, calls);
    for (const called of step.tools) yield { type: 'tool-result', called };
    if (step.pending !== undefined) {
      const limit = limitAfter(input, 0);
      if (limit !== null) return { ...result, last: step, limit };
      const parts = [model.content, calls, step.tools, step.pending, cite, ctx.now()] as const;
      return { ...result, last: step, suspended: toSuspendedStep(...parts) };
    }
    new_messages = [toAssistantMessage(model.content, step.tools), toToolMessage(step.tools, cite)];
    prompt.push(...new_messages);
    await input.store(step);
    // The tools may have used up the rest of a limit.
    const limit = limitAfter(input, 0);
    if (limit !== null) return { ...result, last: null, limit };
  }
}

/** Returns the limit that the run would exceed with `pending` more tool calls, or null. */
function limitAfter({ context, spent }: LoopInput, pending: number): Limit | null {
  const { attribution, config, signal } = context;
  return reachedLimit(
    { limits: config.limits, account: attribution.account, signal },
    spent,
    pending,
  );
}

type End = Pick<LoopResult, 'last'> & Partial<Pick<LoopResult, 'limit' | 'failure' | 'calls'>>;

/** Returns how the run ends after a model call, before any tool is called; null to call the tools. */
function endBeforeTools(
  input: LoopInput,
  step: LoopStep,
  calls: readonly LanguageModelV4ToolCall[],
): End | null {
  const { model } = step;
  const { failure } = model;
  const { attribution, signal } = input.context;
  if (failure !== null) {
    // A call that timed out, or was not made because nothing may be spent, reached a limit of the
    // run; the provider did not fail.
    const isUnpaid = attribution.account.isClosed && failure.code === 'budget_exceeded';
    return {
      last: step,
      limit: signal.aborted ? 'seconds' : isUnpaid ? 'cost_usd' : null,
      failure,
    };
  }
  if (calls.length === 0) return { last: step };
  const ending = endingCalls(input.client, calls);
  if (ending.length > 0) {
    const content = model.content.filter(
      (part) => part.type !== 'tool-call' || ending.includes(part),
    );
    const last = { ...step, model: { ...model, content, finish_reason: 'tool-calls' as const } };
    return { last, calls: ending };
  }
  const limit = limitAfter(input, calls.length);
  return limit === null ? null : { last: step, limit };
}

function* callEvents(calls: readonly LanguageModelV4ToolCall[]): Generator<LoopEvent> {
  for (const { toolCallId, toolName, input } of calls)
    yield { type: 'tool-call', tool_call_id: toolCallId, tool_name: toolName, input };
}

/** Runs the tools of a step, and returns the step with their results and with the calls left to the caller. */
async function* runTools(
  ctx: Ctx,
  { client, context, spent, tools }: LoopInput,
  step: LoopStep,
  calls: readonly LanguageModelV4ToolCall[],
): AsyncGenerator<LoopEvent, LoopStep> {
  const resumable = resumableTools(client);
  const sorted = await sortCalls(ctx, { own: tools, client: resumable }, calls, context);
  const { ready, refusals, pending } = sorted;
  const updates = new Updates<LoopEvent>();
  const reporting: typeof context = {
    ...context,
    reportCall: (tool_call_id, progress) =>
      updates.push({ type: 'tool-progress', tool_call_id, ...progress }),
  };
  const made = yield* updates.during(
    callTools(ctx, [...tools, ...resumable], ready, reporting, refusals),
  );
  const { called, waiting } = await takeOpenCalls(ctx, tools, made, context);
  spent.tool_calls += calls.length;
  const usage = [...step.usage, ...called.flatMap(({ outcome }) => outcome.usage ?? [])];
  const open = [...pending, ...waiting];
  return { ...step, tools: called, usage, ...(open.length === 0 ? {} : { pending: open }) };
}
