import type { LanguageModelV4Content, LanguageModelV4FinishReason } from '@ai-sdk/provider';
import type { Downgrade } from '../budgets/index.ts';
import type { Statement } from '../db/client.ts';
import type { Ctx } from '../platform/context.ts';
import { Failure } from '../shared/failure.ts';
import type { NanoUsd } from '../shared/money.ts';
import { type Attribution, noTokens, type Tokens, unknownTokens } from '../usage/index.ts';
import { newAnswerState } from './answer-state.ts';
import { type Attempt, attempt } from './attempt.ts';
import type { CallOptions } from './call-options.ts';
import { contentTokens, promptTokens } from './call-size.ts';
import type { ModelCallEvent } from './content.ts';
import { callAborted, type Fault } from './faults.ts';
import { CallMeter, type Outcome } from './meter.ts';
import { delayBeforeRetry, wait } from './retry.ts';
import type { Target } from './workspace-models.ts';

export interface ModelCall extends Attribution {
  /** `provider/model`: the requested model, then its fallback models. */
  readonly models: readonly string[];
  /** `answer`, `title`, … */
  readonly operation: string;
  /** Identifies the call. The usage rows of its attempts are `${call_key}:0`, `:1`, …. */
  readonly call_key: string;
  readonly options: CallOptions;
  readonly signal: AbortSignal;
}

export interface ModelCallResult {
  /** Text, reasoning and tool calls in order, for the history of the next call. */
  readonly content: LanguageModelV4Content[];
  /** The model that answered, or the last one tried: `provider/model`. */
  readonly model: string;
  readonly finish_reason: LanguageModelV4FinishReason['unified'];
  /** Tokens of the attempt that answered. */
  readonly tokens: Tokens;
  /** Cost of all attempts; null when the cost of one is unknown. */
  readonly cost_nano_usd: NanoUsd | null;
  readonly latency_ms: number;
  readonly first_token_ms: number | null;
  /** A usage row for each attempt that reached a provider, and the settlement of budgets, for the batch that stores the result. */
  readonly usage: Statement[];
  /** The downgrade of the call by a budget; null without one. */
  readonly downgrade: Downgrade | null;
  /** Models that failed, in the order in which they were tried, even when a later one answered. */
  readonly failed_models: readonly FailedModel[];
  /** The failure of the call; null when it completed. `usage` covers a failed call as well. */
  readonly failure: Failure | null;
}

interface FailedModel {
  readonly model: string;
  readonly code: Failure['code'];
  readonly detail: string;
}

/**
 * Calls a language model and meters the call: resolves model and credential, checks budgets and limits,
 * retries and falls back until the first output, and records every attempt. Yields the answer as it
 * arrives. Returns failures of a provider instead of throwing them, since output that was already
 * yielded is kept and billed.
 */
export async function* streamModelCall(
  ctx: Ctx,
  call: ModelCall,
): AsyncGenerator<ModelCallEvent, ModelCallResult> {
  const started = ctx.now();
  const meter = new CallMeter(ctx, call);
  let last: Last = { model: call.models[0] ?? '', attempt: null, failure: null };
  const failed: FailedModel[] = [];
  let first: Failure | null = null;
  let isOver = false;
  try {
    for (const name of call.models) {
      const tried = yield* tryModel(ctx, call, meter, name);
      const { failure } = tried;
      const model = tried.model ?? name;
      if (failure !== null) failed.push({ model, code: failure.code, detail: failure.message });
      // The failure of a called model is more specific than a model that is not configured.
      if (first === null || failure?.code !== 'provider_not_configured') last = { ...tried, model };
      if (failure === null || tried.is_final || call.signal.aborted) break;
      first ??= failure;
      ctx.log.warn('model_given_up', { model, call_key: call.call_key, code: failure.code });
      // The failure of the requested model is reported.
      last = { ...last, failure: first };
    }
    isOver = true;
  } finally {
    // The caller stopped reading and will not store the usage.
    if (!isOver) meter.closeLater();
  }
  return toResult(last, failed, meter, ctx.now() - started);
}

const toResult = (
  { attempt: done, model, failure }: Last,
  failed: readonly FailedModel[],
  meter: CallMeter,
  latency_ms: number,
): ModelCallResult => ({
  content: done?.content.parts ?? [],
  model,
  finish_reason: done?.finish_reason ?? 'error',
  tokens: done?.tokens ?? unknownTokens,
  cost_nano_usd: meter.cost_nano_usd,
  latency_ms,
  first_token_ms:
    done?.first_token_ms == null ? null : latency_ms - done.latency_ms + done.first_token_ms,
  usage: meter.close(),
  downgrade: meter.downgrade,
  failed_models: failed,
  failure: failure === null ? null : withOthers(failure, failed),
});

/** Adds the failures of the other models to the detail of a failure. */
function withOthers(failure: Failure, failed: readonly FailedModel[]): Failure {
  const others = failed.filter(
    ({ code, detail }) => code !== failure.code || detail !== failure.message,
  );
  if (others.length === 0) return failure;
  const details = others.map(({ model, detail }) => `${model}: ${detail}`).join(' ');
  return new Failure(
    failure.code,
    `${failure.message} Other models failed as well. ${details}`,
    failure.options,
  );
}

interface Last {
  readonly model: string;
  readonly attempt: Attempt | null;
  readonly failure: Failure | null;
}

type Tried = Omit<Last, 'model'> & {
  /** The called model, when it differs from the requested one. */
  readonly model?: string;
  /** True when no other model may be tried: a budget refused the call, or output was yielded. */
  readonly is_final: boolean;
};

async function* tryModel(
  ctx: Ctx,
  call: ModelCall,
  meter: CallMeter,
  name: string,
): AsyncGenerator<ModelCallEvent, Tried> {
  const sizeOf = () => ({
    input_tokens: promptTokens(call.options),
    output_tokens: call.options.maxOutputTokens ?? null,
  });
  for (let tries = 1; ; tries += 1) {
    const opened = await meter.open(name, 'language', sizeOf);
    if ('failure' in opened) return { attempt: null, ...opened };
    const { target, max_output_tokens } = opened;
    const { fault, ...done } = yield* attemptMetered(
      ctx,
      call,
      meter,
      target,
      withOutputLimit(call.options, max_output_tokens),
    );
    const about = { attempt: { ...done, fault }, model: `${target.provider.id}/${target.model}` };
    if (fault === null) return { ...about, failure: null, is_final: true };
    if (done.content.has_begun) return { ...about, failure: fault.failure, is_final: true };
    const delay = delayBeforeRetry(fault, tries);
    if (delay === null) return { ...about, failure: fault.failure, is_final: false };
    await wait(delay, call.signal);
    if (call.signal.aborted)
      return { ...about, failure: callAborted(call.signal.reason).failure, is_final: true };
  }
}

const withOutputLimit = (options: CallOptions, limit: number | null): CallOptions =>
  limit === null
    ? options
    : { ...options, maxOutputTokens: Math.min(limit, options.maxOutputTokens ?? limit) };

async function* attemptMetered(
  ctx: Ctx,
  call: ModelCall,
  meter: CallMeter,
  target: Target,
  options: CallOptions,
): AsyncGenerator<ModelCallEvent, Attempt> {
  const state = newAnswerState();
  const started = ctx.now();
  const isSent = !call.signal.aborted;
  let done: Attempt | null = null;
  try {
    const made = yield* attempt(ctx, target, options, call.signal, state);
    done = { ...made, tokens: made.fault?.is_refusal === true ? noTokens : made.tokens };
    const { tokens, is_estimated } = countTokens(done, call.options, isSent && call.signal.aborted);
    meter.record(target, { ...done, tokens, is_estimated }, call.signal);
    return { ...done, tokens };
  } finally {
    if (done === null) {
      state.tags?.end();
      const cut = {
        ...state,
        tokens: unknownTokens,
        latency_ms: ctx.now() - started,
        first_token_ms: null,
        fault: callAborted(null) as Fault,
      };
      meter.record(
        target,
        { ...cut, ...countTokens(cut, call.options, isSent) },
        AbortSignal.abort(),
      );
    }
  }
}

/**
 * Returns the tokens of an attempt. Tokens that the provider did not report are estimated when output
 * was received, or when the call was aborted here before the first output, since the provider has read
 * the prompt. For other attempts without output they stay unknown.
 */
function countTokens(
  { content, tokens }: Pick<Attempt, 'content' | 'tokens'>,
  options: CallOptions,
  wasAborted: boolean,
): Pick<Outcome, 'tokens' | 'is_estimated'> {
  const isKnown = tokens.input_tokens !== null && tokens.output_tokens !== null;
  if (isKnown || !(content.has_begun || wasAborted)) return { tokens, is_estimated: false };
  const input_tokens = tokens.input_tokens ?? promptTokens(options);
  return {
    tokens: {
      ...tokens,
      input_tokens,
      output_tokens: tokens.output_tokens ?? contentTokens(content.parts),
    },
    is_estimated: true,
  };
}
