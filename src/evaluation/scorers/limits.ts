import { fromUsd, toWireUsd } from '../../shared/money.ts';
import type { Observed } from './observed.ts';
import type { ScorerOf } from './schema.ts';
import type { Measurement } from './score-result.ts';

/** Scores 1 within the limit; beyond it the share of the limit in the value, so that twice the time gives 0.5. */
const within = (value: number, limit: number): number =>
  value <= limit ? 1 : Math.min(limit / value, 1 - Number.EPSILON);

export function scoreLatency(
  { max_ms, measure }: ScorerOf<'latency'>,
  { latency_ms, first_token_ms }: Observed,
): Measurement {
  const value = measure === 'total' ? latency_ms : first_token_ms;
  if (value === null) return { score: null, reason: 'The run has no such time.' };
  return { score: within(value, max_ms), reason: `${value} ms, at most ${max_ms} ms.` };
}

export function scoreCost({ max_usd }: ScorerOf<'cost'>, { cost_nano_usd }: Observed): Measurement {
  if (cost_nano_usd === null)
    return { score: null, reason: 'The cost is not known: a price is missing.' };
  return {
    score: within(cost_nano_usd, fromUsd(max_usd)),
    reason: `${toWireUsd(cost_nano_usd)} USD, at most ${max_usd} USD.`,
  };
}
