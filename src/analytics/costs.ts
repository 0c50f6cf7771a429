import { others } from './dimensions.ts';
import type { Figures } from './figures.ts';
import { readMetric } from './kinds.ts';
import { usd } from './measures.ts';
import { calls_by_operation, cost, cost_by_operation } from './metrics/cost.ts';
import { calls, runs } from './metrics/usage.ts';
import type { Analytics } from './schema.ts';
import type { Slices } from './slices.ts';

/** The cost category of an operation; operations that are not listed are `other`. */
const categories: Readonly<Record<string, 'chat' | 'knowledge' | 'background' | 'evaluation'>> = {
  answer: 'chat',
  web_search: 'chat',
  embed_file: 'knowledge',
  embed_query: 'knowledge',
  ocr: 'knowledge',
  rerank: 'knowledge',
  title: 'background',
  summary: 'background',
  suggestions: 'background',
  judge: 'evaluation',
  embed_evaluation: 'evaluation',
};

interface Spent {
  readonly calls: number;
  readonly cost: number;
}

const byCost = (a: Spent, b: Spent) => b.cost - a.cost || b.calls - a.calls;

const shown = <Name extends object>({ calls: count, cost: nano, ...name }: Name & Spent) => ({
  ...name,
  calls: count,
  cost_usd: usd(nano),
});

/** The cost by operation and by category, each in descending order. */
export function costsOf(
  figures: Figures,
): Pick<Analytics, 'cost_by_operation' | 'cost_by_capability'> {
  const costs = readMetric(figures, cost_by_operation);
  const byOperation = Object.entries(readMetric(figures, calls_by_operation)).map(
    ([operation, count]) => ({ operation, calls: count, cost: costs[operation] ?? 0 }),
  );
  const byCategory = Map.groupBy(
    byOperation,
    ({ operation }) => categories[operation] ?? ('other' as const),
  );
  const total = (list: readonly Spent[]): Spent => ({
    calls: list.reduce((sum, spent) => sum + spent.calls, 0),
    cost: list.reduce((sum, spent) => sum + spent.cost, 0),
  });
  return {
    cost_by_operation: byOperation.sort(byCost).map(shown),
    cost_by_capability: [...byCategory]
      .map(([capability, list]) => ({ capability, ...total(list) }))
      .sort(byCost)
      .map(shown),
  };
}

/** Values in descending order of cost, then runs, then calls; the rest that was not kept apart is last. */
export const ranked = (slices: Slices): [string, Figures][] =>
  [...slices].sort(
    ([a, one], [b, two]) =>
      Number(a === others) - Number(b === others) ||
      readMetric(two, cost) - readMetric(one, cost) ||
      readMetric(two, runs) - readMetric(one, runs) ||
      readMetric(two, calls) - readMetric(one, calls) ||
      (a < b ? -1 : 1),
  );
