import { toWireUsd } from '../shared/money.ts';
import type { DayFigures } from './anomalies.ts';
import { others, type Slices } from './cube.ts';
import { Figures } from './figures.ts';
import type { Histogram } from './histogram.ts';
import type { Analytics, Measures } from './schema.ts';

/** Figures as they are shown. Of nothing, counts and sums are 0 and what would be a mean of nothing is null. */
export function toMeasures(figures: Figures): Measures {
  const sum = (name: string) => figures.sum(name);
  const runs = sum('runs');
  const statuses = Object.fromEntries(figures.sumsOf('ended:'));
  const [positive, negative] = [sum('rated:positive'), sum('rated:negative')];
  const chats = figures.distinct('chats');
  const cost = sum('cost');
  return {
    usage: {
      runs,
      chats,
      chats_started: sum('chats_started'),
      messages: sum('messages'),
      unique_users: figures.distinct('users'),
      messages_per_chat: ratio(sum('chat_messages'), chats),
      calls: sum('calls'),
      input_tokens: sum('input_tokens'),
      cache_read_tokens: sum('cache_read_tokens'),
      cache_write_tokens: sum('cache_write_tokens'),
      output_tokens: sum('output_tokens'),
      reasoning_tokens: sum('reasoning_tokens'),
    },
    performance: {
      latency_ms: toTimes(figures.time('run')),
      first_token_ms: toTimes(figures.time('run_first_token')),
      call_latency_ms: toTimes(figures.time('call')),
      error_rate: ratio((statuses.failed ?? 0) + (statuses.interrupted ?? 0), runs),
      call_error_rate: ratio(sum('failed_calls'), sum('calls')),
      runs_by_status: statuses,
    },
    quality: {
      confidence: sum('confidences') === 0 ? null : sum('confidence') / 1e6 / sum('confidences'),
      coverage: {
        full: sum('coverage:full'),
        partial: sum('coverage:partial'),
        none: sum('coverage:none'),
      },
      feedback: { positive, neutral: sum('rated:neutral'), negative },
      approval_rate: positive + negative === 0 ? null : positive / (positive + negative),
    },
    cost: {
      total_usd: usd(cost),
      per_message_usd: usd(ratio(cost, sum('answers'))),
      per_session_usd: usd(ratio(cost, chats)),
      unpriced_calls: sum('unpriced_calls'),
      estimated_calls: sum('estimated_calls'),
    },
  };
}

/** What a day is held against others by. */
export const dayFigures = ({ cost, usage, performance }: Measures): DayFigures => ({
  cost_usd: cost.total_usd,
  runs: usage.runs,
  error_rate: performance.error_rate,
});

export const usd = (nano: number): number => toWireUsd(nano) ?? 0;

export const ratio = (part: number, whole: number): number => (whole === 0 ? 0 : part / whole);

function toTimes(histogram: Histogram): Measures['performance']['latency_ms'] {
  const [mean, p50, p95, p99] = [
    histogram.mean,
    ...[0.5, 0.95, 0.99].map((share) => histogram.percentile(share)),
  ];
  return mean == null || p50 == null || p95 == null || p99 == null ? null : { mean, p50, p95, p99 };
}

/** Model calls by what they were for; what is not listed is `other`. */
const capabilities: Readonly<Record<string, 'chat' | 'knowledge' | 'background'>> = {
  answer: 'chat',
  embed_file: 'knowledge',
  embed_query: 'knowledge',
  rerank: 'knowledge',
  title: 'background',
  summary: 'background',
  suggestions: 'background',
};

export function costsOf(
  figures: Figures,
): Pick<Analytics, 'cost_by_operation' | 'cost_by_capability'> {
  const byOperation = [...figures.sumsOf('calls:')].map(([operation, calls]) => ({
    operation,
    calls,
    cost: figures.sum(`cost:${operation}`),
  }));
  const byCapability = Map.groupBy(
    byOperation,
    ({ operation }) => capabilities[operation] ?? ('other' as const),
  );
  const dearestFirst = (a: { cost: number; calls: number }, b: { cost: number; calls: number }) =>
    b.cost - a.cost || b.calls - a.calls;
  const total = (list: readonly { calls: number; cost: number }[]) => ({
    calls: list.reduce((sum, { calls }) => sum + calls, 0),
    cost: list.reduce((sum, { cost }) => sum + cost, 0),
  });
  return {
    cost_by_operation: byOperation
      .sort(dearestFirst)
      .map(({ operation, calls, cost }) => ({ operation, calls, cost_usd: usd(cost) })),
    cost_by_capability: [...byCapability]
      .map(([capability, list]) => ({ capability, ...total(list) }))
      .sort(dearestFirst)
      .map(({ capability, calls, cost }) => ({ capability, calls, cost_usd: usd(cost) })),
  };
}

/** The dearest values first; others last. */
export const ranked = (slices: Slices): [string, Figures][] =>
  [...slices].sort(
    ([a, one], [b, two]) =>
      Number(a === others) - Number(b === others) ||
      two.sum('cost') - one.sum('cost') ||
      two.sum('runs') - one.sum('runs') ||
      two.sum('calls') - one.sum('calls') ||
      (a < b ? -1 : 1),
  );

export function totalOf(parts: readonly Slices[]): Figures {
  const total = new Figures();
  for (const slices of parts) for (const figures of slices.values()) total.merge(figures);
  return total;
}
