import type { Ctx } from '../platform/context.ts';
import { noTokens, type Tokens, unknownTokens } from '../usage/index.ts';
import { toFault } from './faults.ts';
import type { Meter } from './meter.ts';
import { delayBeforeRetry, wait } from './retry.ts';
import type { Target } from './workspace-models.ts';

export interface Answer<Value> {
  readonly value: Value;
  readonly tokens: Tokens;
  /** Tokens of what was sent, where the provider does not count them. */
  readonly estimate: () => number;
}

/**
 * One request that is answered whole (embeddings, reranking), metered, tried again where that helps.
 * Throws the failure once it does not.
 */
export async function request<Value>(
  ctx: Ctx,
  meter: Meter,
  model: string,
  kind: 'embedding' | 'reranking',
  /** Tokens of what is to be sent, estimated. */
  inputTokens: () => number,
  send: (target: Target) => Promise<Answer<Value>>,
): Promise<Value> {
  for (let tries = 1; ; tries += 1) {
    const opened = await meter.open(model, kind, () => ({ input_tokens: inputTokens(), output_tokens: 0 }));
    if ('failure' in opened) throw opened.failure;
    const { target } = opened;
    const started = ctx.now();
    const timing = () => ({ latency_ms: ctx.now() - started, first_token_ms: null });
    try {
      const { value, tokens, estimate } = await send(target);
      const is_estimated = tokens.input_tokens === null;
      const counted = is_estimated ? { ...tokens, input_tokens: estimate(), output_tokens: 0 } : tokens;
      meter.record(target, { ...timing(), tokens: counted, is_estimated, fault: null }, ctx.signal);
      return value;
    } catch (error) {
      const fault = toFault(error, { provider: target.provider.name, is_own_key: target.is_own_key, now: ctx.now() });
      meter.record(target, { ...timing(), is_estimated: false, tokens: fault.is_refusal ? noTokens : unknownTokens, fault }, ctx.signal);
      const delay = ctx.signal.aborted ? null : delayBeforeRetry(fault, tries);
      if (delay === null) throw fault.failure;
      await wait(delay, ctx.signal);
    }
  }
}
