import type { LanguageModelV4CallOptions, LanguageModelV4Message, LanguageModelV4ToolCall } from '@ai-sdk/provider';
import type { Statement } from '../db/client.ts';
import type { Hit } from '../knowledge/index.ts';
import { type StepEvent, type StepResult, streamStep } from '../llm/index.ts';
import type { Ctx } from '../platform/context.ts';
import type { Failure } from '../shared/failure.ts';
import type { Attribution } from '../usage/index.ts';
import { type CalledTool, callTools } from './call-tools.ts';
import { type Limit, reachedLimit, type Spent } from './stop.ts';
import type { Tool, ToolCall } from './tool.ts';
import { toAssistantMessage, toToolMessage } from './transcript.ts';

export interface LoopInput {
  readonly call_key: string;
  readonly models: readonly string[];
  readonly prompt: readonly LanguageModelV4Message[];
  readonly options: Omit<LanguageModelV4CallOptions, 'prompt' | 'tools' | 'abortSignal' | 'headers'>;
  readonly tools: readonly Tool[];
  readonly circumstances: Omit<ToolCall, 'tool_call_id' | 'input' | 'attribution' | 'signal'>;
  readonly attribution: Attribution;
  readonly signal: AbortSignal;
  /** What the run has used so far; the loop adds to it. */
  readonly spent: Spent;
  /** Gives passages that a tool found their numbers, and returns them as the model is to read them. */
  readonly cite: (hits: readonly Hit[]) => string;
  /** Stores a round of model and tools before the next one begins, so that a crash loses neither text nor money. */
  readonly store: (round: Round) => Promise<void>;
}

/** One model call and the tool calls it asked for. */
export interface Round {
  readonly model: StepResult;
  readonly started_at: number;
  readonly tools: readonly CalledTool[];
  readonly usage: readonly Statement[];
}

export type LoopEvent =
  | StepEvent
  | { readonly type: 'tool-call'; readonly tool_call_id: string; readonly tool_name: string; readonly input: string }
  | { readonly type: 'tool-result'; readonly called: CalledTool }
  | { readonly type: 'round'; readonly ordinal: number };

export interface LoopResult {
  /** The last round, which nobody has stored yet. */
  readonly last: Round;
  /** The conversation up to the last call, for one that goes on from there. */
  readonly prompt: readonly LanguageModelV4Message[];
  readonly limit: Limit | null;
  readonly failure: Failure | null;
}

/**
 * Calls the model, runs the tools it asks for, calls it again with what they said, until it answers
 * or a limit stops it. The same for every provider; faults of tools are the model's to read, faults
 * of providers end the run with what there is.
 */
export async function* runLoop(ctx: Ctx, input: LoopInput): AsyncGenerator<LoopEvent, LoopResult> {
  const prompt = [...input.prompt];
  const { spent } = input;
  const { limits } = input.circumstances.config;
  for (;;) {
    yield { type: 'round', ordinal: spent.steps };
    const started_at = ctx.now();
    const model = yield* streamStep(ctx, stepCall(input, prompt, spent.steps));
    spent.steps += 1;
    spent.cost_nano_usd += model.cost_nano_usd ?? 0;
    const calls = model.content.filter((part): part is LanguageModelV4ToolCall => part.type === 'tool-call');
    const round: Round = { model, started_at, tools: [], usage: model.usage };
    if (model.failure !== null || calls.length === 0)
      return { last: round, prompt, limit: stoppedBy(input, model), failure: model.failure };

    const limit = reachedLimit(limits, spent, calls.length, input.signal);
    if (limit !== null) return { last: round, prompt, limit, failure: null };
    for (const { toolCallId, toolName, input: text } of calls)
      yield { type: 'tool-call', tool_call_id: toolCallId, tool_name: toolName, input: text };
    const called = await callTools(ctx, input.tools, calls, {
      ...input.circumstances,
      attribution: input.attribution,
      signal: input.signal,
    });
    spent.tool_calls += called.length;
    for (const one of called) {
      if (one.outcome.ok) spent.cost_nano_usd += one.outcome.cost_nano_usd ?? 0;
      yield { type: 'tool-result', called: one };
    }
    prompt.push(toAssistantMessage(model.content, called), toToolMessage(called, input.cite));
    await input.store({ ...round, tools: called, usage: [...model.usage, ...called.flatMap(({ outcome }) => outcome.usage ?? [])] });
  }
}

/** A call that was stopped by the clock is a limit of the run, not a fault of the provider. */
const stoppedBy = ({ signal }: LoopInput, { failure }: StepResult): Limit | null => (failure !== null && signal.aborted ? 'seconds' : null);

const stepCall = (
  { tools, options, models, call_key, attribution, signal }: LoopInput,
  prompt: LanguageModelV4Message[],
  step: number,
) => ({
  ...attribution,
  models,
  operation: 'answer',
  call_key: `${call_key}:${step}`,
  signal,
  options: {
    ...options,
    prompt: [...prompt],
    ...(tools.length === 0
      ? {}
      : {
          tools: tools.map(({ name, description, input_schema }) => ({
            type: 'function' as const,
            name,
            description,
            inputSchema: input_schema,
          })),
          toolChoice: { type: 'auto' as const },
        }),
  },
});
