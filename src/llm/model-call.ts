import type { LanguageModelV4Content, LanguageModelV4FinishReason } from '@ai-sdk/provider';
import type { Downgrade } from '../budgets/index.ts';
import type { Statement } from '../db/client.ts';
import type { Ctx } from '../platform/context.ts';
import { Failure } from '../shared/failure.ts';
import type { NanoUsd } from '../shared/money.ts';
import { type Attribution, noTokens, type Tokens, unknownTokens } from '../usage/index.ts';
import { type Attempt, attempt, type CallOptions, nothingHeard } from './attempt.ts';
import { contentTokens, promptTokens } from './call-size.ts';
import type { ModelCallEvent } from './content.ts';
import { type Fault, stopped } from './faults.ts';
import { CallMeter, type Outcome } from './meter.ts';
import { delayBeforeRetry, wait } from './retry.ts';
import type { Target } from './workspace-models.ts';

export interface ModelCall extends Attribution {
  /** `provider/model`: the one that is meant, then those that stand in for it. */
  readonly models: readonly string[];
  /** `answer`, `title`, … */
  readonly operation: string;
  /** Names the call for good; the rows of its attempts are `${call_key}:0`, `:1`, …. */
  readonly call_key: string;
  readonly options: CallOptions;
  readonly signal: AbortSignal;
}

export interface ModelCallResult {
  /** Text, reasoning and tool calls in their order, for the history of the next call. */
  readonly content: LanguageModelV4Content[];
  /** The model that answered, or was tried last: `provider/model`. */
  readonly model: string;
  readonly finish_reason: LanguageModelV4FinishReason['unified'];
  /** Of the attempt that answered. */
  readonly tokens: Tokens;
  /** Of all attempts; null when one of them is unknown. */
  readonly cost_nano_usd: NanoUsd | null;
  readonly latency_ms: number;
  readonly first_token_ms: number | null;
  /** One row for each attempt that reached a provider, and the settlement of budgets: for the batch that stores what the call was for. */
  readonly usage: Statement[];
  /** What a budget that runs low has made of the call. */
  readonly downgrade: Downgrade | null;
  /** Models that did not answer, in the order in which they were tried, whether or not another one did. */
  readonly failed_models: readonly FailedModel[];
  /** What went wrong, where the call did not come to its end; what was consumed is in `usage` all the same. */
  readonly failure: Failure | null;
}

interface FailedModel {
  readonly model: string;
  readonly code: Failure['code'];
  readonly detail: string;
}

/**
 * The metered call of a language model: resolves model and credential, asks budgets and limits, calls,
 * tries again and falls back as long as nothing of an answer has come, and accounts for every attempt.
 * Yields the answer as it comes. Does not throw for a fault of a provider: text that was already
 * yielded has to be kept and paid for.
 */
export async function* streamModelCall(ctx: Ctx, call: ModelCall): AsyncGenerator<ModelCallEvent, ModelCallResult> {
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
      // What cannot be called says less than the failure of what was.
      if (first === null || failure?.code !== 'provider_not_configured') last = { ...tried, model };
      if (failure === null || tried.is_final || call.signal.aborted) break;
      first ??= failure;
      ctx.log.warn('model_given_up', { model, call_key: call.call_key, code: failure.code });
      // The failure of the model that was meant is the one to act on.
      last = { ...last, failure: first };
    }
    isOver = true;
  } finally {
    // Nobody reads on, so nobody will store what was consumed.
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

/** A failure that tells of the other models that failed, too. */
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
  /** The model that was called, where it is another than was meant. */
  readonly model?: string;
  /** Whether no other model may be asked: a budget said no, or part of an answer is out. */
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
      within(call.options, max_output_tokens),
    );
    const about = { attempt: { ...done, fault }, model: `${target.provider.id}/${target.model}` };
    if (fault === null) return { ...about, failure: null, is_final: true };
    if (done.content.has_begun) return { ...about, failure: fault.failure, is_final: true };
    const delay = delayBeforeRetry(fault, tries);
    if (delay === null) return { ...about, failure: fault.failure, is_final: false };
    await wait(delay, call.signal);
    if (call.signal.aborted)
      return { ...about, failure: stopped(call.signal.reason).failure, is_final: true };
  }
}

const within = (options: CallOptions, most: number | null): CallOptions =>
  most === null
    ? options
    : { ...options, maxOutputTokens: Math.min(most, options.maxOutputTokens ?? most) };

async function* attemptMetered(
  ctx: Ctx,
  call: ModelCall,
  meter: CallMeter,
  target: Target,
  options: CallOptions,
): AsyncGenerator<ModelCallEvent, Attempt> {
  const heard = nothingHeard();
  const started = ctx.now();
  const isSent = !call.signal.aborted;
  let done: Attempt | null = null;
  try {
    const made = yield* attempt(ctx, target, options, call.signal, heard);
    done = { ...made, tokens: made.fault?.is_refusal === true ? noTokens : made.tokens };
    const { tokens, is_estimated } = countTokens(done, call.options, isSent && call.signal.aborted);
    meter.record(target, { ...done, tokens, is_estimated }, call.signal);
    return { ...done, tokens };
  } finally {
    if (done === null) {
      heard.tags?.end();
      const cut = {
        ...heard,
        tokens: unknownTokens,
        latency_ms: ctx.now() - started,
        first_token_ms: null,
        fault: stopped(null) as Fault,
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
 * Tokens of an attempt. Where the provider did not say and something came of it they are counted here:
 * what was consumed is paid for. So is what was asked where it was stopped from here before anything came: the provider
 * has read it. Of what else came to nothing nobody knows whether it cost anything.
 */
function countTokens(
  { content, tokens }: Pick<Attempt, 'content' | 'tokens'>,
  options: CallOptions,
  wasStopped: boolean,
): Pick<Outcome, 'tokens' | 'is_estimated'> {
  const isKnown = tokens.input_tokens !== null && tokens.output_tokens !== null;
  if (isKnown || !(content.has_begun || wasStopped)) return { tokens, is_estimated: false };
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
