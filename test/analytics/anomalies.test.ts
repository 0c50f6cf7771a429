import { describe, expect, it } from 'vitest';
import type { DayFigures } from '../../src/analytics/anomalies.ts';
import * as rule from '../../src/analytics/anomalies.ts';

/** By what each day stands out. */
const markAnomalies = (days: readonly DayFigures[]) =>
  rule.markAnomalies(days).map((marks) => marks.map(({ measure }) => measure));

const usual = (index: number): DayFigures => ({
  cost_usd: 1 + (index % 5) / 10,
  runs: 100,
  error_rate: 0.01 * (index % 3),
});
const days = (count: number) => Array.from({ length: count }, (_, index) => usual(index));
const nothing: DayFigures = { cost_usd: 0, runs: 0, error_rate: 0 };

describe('anomalies', () => {
  it('are days far above the days before, by cost or error rate only', () => {
    expect(markAnomalies(days(60)).flat()).toEqual([]);
    const dear = [...days(20), { ...usual(0), cost_usd: 6 }, ...days(10)];
    expect(
      markAnomalies(dear)
        .map((marks, index) => [index, marks])
        .filter(([, marks]) => (marks as string[]).length > 0),
    ).toEqual([[20, ['cost']]]);
    const broken = [...days(20), { ...usual(0), error_rate: 0.5 }];
    expect(markAnomalies(broken).at(-1)).toEqual(['error_rate']);
    expect(markAnomalies([...days(20), nothing]).at(-1)).toEqual([]);
  });

  it('require seven active days before', () => {
    expect(markAnomalies([...days(6), { ...usual(0), cost_usd: 100 }]).at(-1)).toEqual([]);
    expect(
      markAnomalies([
        ...Array.from({ length: 30 }, () => nothing),
        { ...usual(0), cost_usd: 100 },
      ]).at(-1),
    ).toEqual([]);
    expect(
      markAnomalies([
        ...days(7),
        ...Array.from({ length: 10 }, () => nothing),
        { ...usual(0), cost_usd: 100 },
      ]).at(-1),
    ).toEqual(['cost']);
  });

  it('ignore a few cents, and error rates of fewer than ten runs', () => {
    const idle = Array.from({ length: 10 }, () => ({ cost_usd: 0.0001, runs: 5, error_rate: 0 }));
    expect(markAnomalies([...idle, { cost_usd: 0.05, runs: 9, error_rate: 0.22 }]).at(-1)).toEqual(
      [],
    );
  });
});
