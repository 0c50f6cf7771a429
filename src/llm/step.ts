import type { LanguageModelV4Content, LanguageModelV4FinishReason } from '@ai-sdk/provider';
import type { Statement } from '../db/client.ts';
import type { Ctx } from '../platform/context.ts';
import type { Failure } from '../shared/failure.ts';
import type { NanoUsd } from '../shared/money.ts';
import { type Attribution, noTokens, type Tokens, unknownTokens } from '../usage/index.ts';
import { type Attempt, attempt, type CallOptions } from './attempt.ts';
import type { StepEvent } from './content.ts';
import { stopped } from './faults.ts';
import { Meter } from './meter.ts';
import { delayBeforeRetry, wait } from './retry.ts';

export interface StepCall extends Attribution {
  /** `provider/model`: the one that is meant, then those that stand in for it. */
  readonly models: readonly string[];
  /** `answer`, `title`, … */
  readonly operation: string;
  /** Names the call for good; the rows of its attempts are `${call_key}:0`, `:1`, …. */
  readonly call_key: string;
  readonly options: CallOptions;
  readonly signal: AbortSignal;
}

export interface StepResult {
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
  /** One row for each attempt that reached a provider, for the batch that stores what the call was for. */
  readonly usage: Statement[];
  /** What went wrong, where the call did not come to its end; what was consumed is in `usage` all the same. */
  readonly failure: Failure | null;
}

/**
 * The metered call of a language model: resolves model and credential, asks budgets and limits, calls,
 * tries again and falls back as long as nothing of an answer has come, and accounts for every attempt.
 * Yields the answer as it comes. Does not throw for a fault of a provider: text that was already
 * yielded has to be kept and paid for.
 */
export async function* streamStep(ctx: Ctx, call: StepCall): AsyncGenerator<StepEvent, StepResult> {
  const started = ctx.now();
  const meter = new Meter(ctx, call);
  let last: Last = { model: call.models[0] ?? '', attempt: null, failure: null };
  for (const name of call.models) {
    const tried = yield* tryModel(ctx, call, meter, name);
    last = { ...tried, model: name };
    const isOver = tried.failure === null || tried.is_final || call.signal.aborted;
    if (isOver) break;
  }
  const { attempt: done, model, failure } = last;
  const latency_ms = ctx.now() - started;
  return {
    content: done?.content.parts ?? [],
    model,
    finish_reason: done?.finish_reason ?? 'error',
    tokens: done?.tokens ?? unknownTokens,
    cost_nano_usd: meter.cost_nano_usd,
    latency_ms,
    first_token_ms: done?.first_token_ms == null ? null : latency_ms - done.latency_ms + done.first_token_ms,
    usage: meter.rows,
    failure,
  };
}

interface Last {
  readonly model: string;
  readonly attempt: Attempt | null;
  readonly failure: Failure | null;
}

type Tried = Omit<Last, 'model'> & {
  /** Whether no other model may be asked: a budget said no, or part of an answer is out. */
  readonly is_final: boolean;
};

async function* tryModel(ctx: Ctx, call: StepCall, meter: Meter, name: string): AsyncGenerator<StepEvent, Tried> {
  for (let tries = 1; ; tries += 1) {
    const opened = await meter.open(name, 'language');
    if ('failure' in opened) return { attempt: null, ...opened };
    const { target } = opened;
    const done = yield* attempt(ctx, target, call.options, call.signal);
    const { fault, content } = done;
    const tokens = fault?.is_refusal === true ? noTokens : done.tokens;
    await meter.record(target, { ...done, tokens }, call.signal);
    if (fault === null) return { attempt: done, failure: null, is_final: true };
    if (content.has_begun) return { attempt: done, failure: fault.failure, is_final: true };
    const delay = delayBeforeRetry(fault, tries);
    if (delay === null) return { attempt: done, failure: fault.failure, is_final: false };
    await wait(delay, call.signal);
    if (call.signal.aborted) return { attempt: done, failure: stopped(call.signal.reason).failure, is_final: true };
  }
}
