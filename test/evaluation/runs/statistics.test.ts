import { describe, expect, it } from 'vitest';
import {
  mcnemarExact,
  meanOf,
  pairedShares,
  quantile,
  wilson,
} from '../../../src/evaluation/runs/statistics.ts';

describe('intervals of evaluations', () => {
  it('are those that Newcombe (1998) published for single shares, table I, method 3', () => {
    for (const [passed, n, low, high] of [
      [81, 263, 0.2553, 0.3662],
      [15, 148, 0.0624, 0.1605],
      [0, 20, 0, 0.1611],
      [1, 29, 0.0061, 0.1718],
    ] as const) {
      const found = wilson(passed / n, n);
      expect(found?.low).toBeCloseTo(low, 4);
      expect(found?.high).toBeCloseTo(high, 4);
    }
    expect(wilson(0, 0)).toBeNull();
  });

  it('hold the difference of paired shares, also at the extremes', () => {
    const found = pairedShares({ both: 36, first: 12, second: 2, none: 0 });
    expect(found?.value).toBeCloseTo(0.2, 10);
    expect(found?.low).toBeCloseTo(0.0569, 4);
    expect(found?.high).toBeCloseTo(0.3404, 4);
    const mirrored = pairedShares({ both: 36, first: 2, second: 12, none: 0 });
    expect(mirrored?.low).toBeCloseTo(-(found?.high ?? 0), 10);
    const same = pairedShares({ both: 30, first: 0, second: 0, none: 0 });
    expect(same).toMatchObject({ value: 0 });
    expect(same?.low).toBeLessThan(0);
    expect(pairedShares({ both: 0, first: 0, second: 0, none: 0 })).toBeNull();
  });

  it('come with the exact p-value of the sign test', () => {
    // 2 * (1 + 10) / 2^10, and 2 * sum of C(14, k) for k up to 2 over 2^14.
    expect(mcnemarExact(9, 1)).toBeCloseTo(22 / 1024, 12);
    expect(mcnemarExact(12, 2)).toBeCloseTo((2 * (1 + 14 + 91)) / 2 ** 14, 12);
    expect(mcnemarExact(5, 5)).toBe(1);
    expect(mcnemarExact(0, 0)).toBe(1);
    expect(mcnemarExact(4000, 6000)).toBeLessThan(1e-80);
  });

  it('of means are the same for the same scores, and hold the mean', () => {
    const scores = Array.from({ length: 40 }, (_, index) => (index % 4) / 3);
    const found = meanOf(scores);
    expect(meanOf(scores)).toEqual(found);
    expect(found?.value).toBeCloseTo(0.5, 10);
    // The normal interval: 0.5 ± 1.96 * 0.3727 / sqrt(40).
    expect(found?.low).toBeCloseTo(0.3845, 1);
    expect(found?.high).toBeCloseTo(0.6155, 1);
    expect(meanOf([1, 1, 1])).toEqual({ value: 1, low: 1, high: 1 });
    expect(quantile([1, 2, 3, 4], 0.5)).toBe(2.5);
    expect(meanOf([])).toBeNull();
  });
});
