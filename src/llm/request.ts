import type { Ctx } from '../platform/context.ts';
import { noTokens, type Tokens, unknownTokens } from '../usage/index.ts';
import { toFault } from './faults.ts';
import type { Meter } from './meter.ts';
import { delayBeforeRetry, wait } from './retry.ts';
import type { Target } from './workspace-models.ts';

export interface Answer<Value> {
  readonly value: Value;
  readonly tokens: Tokens;
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
  send: (target: Target) => Promise<Answer<Value>>,
): Promise<Value> {
  for (let tries = 1; ; tries += 1) {
    const opened = await meter.open(model, kind);
    if ('failure' in opened) throw opened.failure;
    const { target } = opened;
    const started = ctx.now();
    const timing = () => ({ latency_ms: ctx.now() - started, first_token_ms: null });
    try {
      const { value, tokens } = await send(target);
      await meter.record(target, { ...timing(), tokens, fault: null }, ctx.signal);
      return value;
    } catch (error) {
      const fault = toFault(error, { provider: target.provider.name, is_own_key: target.is_own_key, now: ctx.now() });
      await meter.record(target, { ...timing(), tokens: fault.is_refusal ? noTokens : unknownTokens, fault }, ctx.signal);
      const delay = ctx.signal.aborted ? null : delayBeforeRetry(fault, tries);
      if (delay === null) throw fault.failure;
      await wait(delay, ctx.signal);
    }
  }
}
