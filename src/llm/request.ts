import type { Ctx } from '../platform/context.ts';
import { second } from '../shared/time.ts';
import { noTokens, type Tokens, unknownTokens } from '../usage/index.ts';
import { callAborted, providerTimedOut, toFault } from './faults.ts';
import type { CallMeter } from './meter.ts';
import { delayBeforeRetry, wait } from './retry.ts';
import type { Target } from './workspace-models.ts';

export interface Answer<Value> {
  readonly value: Value;
  readonly tokens: Tokens;
  /** Estimates the input tokens when the provider does not report them. */
  readonly estimate: () => number;
}

/** Maximum time from the request to the end of its response. */
const timeoutMs = 60 * second;

/**
 * Sends and meters a request with a response that is not streamed (embeddings, reranking), and retries
 * it where that can help. Throws the failure of the last attempt, and stops when `ctx.signal` aborts.
 */
export async function request<Value>(
  ctx: Ctx,
  meter: CallMeter,
  model: string,
  kind: 'embedding' | 'reranking',
  /** Estimates the input tokens of the request. */
  inputTokens: () => number,
  send: (target: Target, signal: AbortSignal) => Promise<Answer<Value>>,
): Promise<Value> {
  for (let tries = 1; ; tries += 1) {
    const opened = await meter.open(model, kind, () => ({
      input_tokens: inputTokens(),
      output_tokens: 0,
    }));
    if ('failure' in opened) throw opened.failure;
    const { target } = opened;
    const started = ctx.now();
    const signal = AbortSignal.any([ctx.signal, AbortSignal.timeout(timeoutMs)]);
    const timing = () => ({ latency_ms: ctx.now() - started, first_token_ms: null });
    try {
      const { value, tokens, estimate } = await unlessAborted(send(target, signal), signal);
      const is_estimated = tokens.input_tokens === null;
      const counted = is_estimated
        ? { ...tokens, input_tokens: estimate(), output_tokens: 0 }
        : tokens;
      meter.record(target, { ...timing(), tokens: counted, is_estimated, fault: null }, ctx.signal);
      return value;
    } catch (error) {
      const blame = {
        provider: target.provider.name,
        is_own_key: target.is_own_key,
        now: ctx.now(),
      };
      const fault = ctx.signal.aborted
        ? callAborted(error)
        : signal.aborted
          ? providerTimedOut(blame)
          : toFault(error, blame);
      meter.record(
        target,
        {
          ...timing(),
          is_estimated: false,
          tokens: fault.is_refusal ? noTokens : unknownTokens,
          fault,
        },
        ctx.signal,
      );
      const delay = ctx.signal.aborted ? null : delayBeforeRetry(fault, tries);
      if (delay === null) throw fault.failure;
      await wait(delay, ctx.signal);
    }
  }
}

/** Resolves like `work`, and rejects as soon as the signal aborts, even when `work` ignores the signal. */
function unlessAborted<Value>(work: Promise<Value>, signal: AbortSignal): Promise<Value> {
  return new Promise((resolve, reject) => {
    const stop = () => reject(signal.reason);
    if (signal.aborted) stop();
    signal.addEventListener('abort', stop, { once: true });
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', stop));
  });
}
