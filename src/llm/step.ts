import type { LanguageModelV4CallOptions, LanguageModelV4FinishReason, LanguageModelV4Usage } from '@ai-sdk/provider';
import type { Statement } from '../db/client.ts';
import type { Ctx } from '../platform/context.ts';
import { Failure } from '../shared/failure.ts';
import type { NanoUsd } from '../shared/money.ts';
import { type Attribution, recordUsage, type Tokens, unknownTokens } from '../usage/index.ts';
import { findLanguageModel } from './registry.ts';

export interface StepCall extends Attribution {
  readonly model: string;
  /** `answer`, `title`, … */
  readonly operation: string;
  readonly call_key: string;
  readonly options: Omit<LanguageModelV4CallOptions, 'abortSignal' | 'headers'>;
  readonly signal: AbortSignal;
}

export interface StepResult {
  readonly finish_reason: LanguageModelV4FinishReason['unified'];
  readonly tokens: Tokens;
  readonly cost_nano_usd: NanoUsd | null;
  readonly latency_ms: number;
  readonly first_token_ms: number | null;
  /** The usage row, for the batch that stores what the call was for. */
  readonly usage: Statement;
  /** What went wrong, where the call did not come to its end; what was consumed is in `usage` all the same. */
  readonly failure: Failure | null;
}

/**
 * One metered model call, streamed: yields text as it comes and returns what it cost. It does not
 * throw for a fault of the provider: text that was already yielded has to be kept and paid for.
 */
export async function* streamStep(ctx: Ctx, call: StepCall): AsyncGenerator<string, StepResult> {
  const { model: name, options, signal, ...attribution } = call;
  const model = findLanguageModel(name);
  const started = ctx.now();
  let first_token_ms: number | null = null;
  let tokens: Tokens = unknownTokens;
  let finish_reason: StepResult['finish_reason'] = 'interrupted';
  let failure: Failure | null = null;
  try {
    const { stream } = await model.doStream({ ...options, abortSignal: signal });
    for await (const part of stream) {
      if (part.type === 'text-delta') {
        first_token_ms ??= ctx.now() - started;
        yield part.delta;
      } else if (part.type === 'finish') {
        tokens = toTokens(part.usage);
        finish_reason = part.finishReason.unified;
      } else if (part.type === 'error') throw part.error;
    }
    // A stream that just stops has not finished, however clean its end looks.
    if (finish_reason === 'interrupted') throw new Failure('provider_error', 'The model broke off before its end.');
  } catch (error) {
    failure = toFailure(error, signal);
    finish_reason = 'error';
    ctx.log.warn('model_call_failed', { model: name, call_key: call.call_key, error });
  }
  const latency_ms = ctx.now() - started;
  ctx.meter.llm_ms += latency_ms;
  const status = failure === null ? 'ok' : signal.aborted ? 'aborted' : 'error';
  const timing = { latency_ms, first_token_ms };
  const recorded = recordUsage(ctx, { ...attribution, ...timing, provider: model.provider, model: model.modelId, tokens, status });
  return { ...timing, finish_reason, tokens, cost_nano_usd: recorded.cost_nano_usd, usage: recorded.statement, failure };
}

export function toTokens({ inputTokens, outputTokens }: LanguageModelV4Usage): Tokens {
  return {
    input_tokens: inputTokens.total ?? null,
    cache_read_tokens: inputTokens.cacheRead ?? null,
    cache_write_tokens: inputTokens.cacheWrite ?? null,
    output_tokens: outputTokens.total ?? null,
    reasoning_tokens: outputTokens.reasoning ?? null,
  };
}

function toFailure(error: unknown, signal: AbortSignal): Failure {
  if (error instanceof Failure) return error;
  if (signal.aborted) return new Failure('provider_timeout', 'The model call was stopped.', { cause: error });
  return new Failure('provider_error', 'The model provider failed.', { cause: error });
}
