import { describe, expect, it } from 'vitest';
import { tQuantile } from '../../../bench/experiments/t-test.ts';
import {
  adjustmentOf,
  compareRatios,
  estimateRatio,
  probabilities,
  requiredSubjects,
  sampleRatio,
} from '../../../src/experiments/statistics/index.ts';
import { normalProbability, normalQuantile } from '../../../src/experiments/statistics/normal.ts';
import { alwaysValidP, criticalValue } from '../../../src/experiments/statistics/sequence.ts';
import { momentsOf, options, present, valuesOf } from './support.ts';

describe('statistics agree with published values:', () => {
  it('the normal distribution with table 26.1 of Abramowitz & Stegun', () => {
    for (const [z, p] of [
      [0, 0.5],
      [0.5, 0.6914624613],
      [1, 0.8413447461],
      [1.96, 0.9750021049],
      [3, 0.998650102],
    ] as const)
      expect(normalProbability(z)).toBeCloseTo(p, 6);
    expect(normalProbability(-5) / 2.866515719e-7).toBeCloseTo(1, 5);
    for (const [p, z] of [
      [0.8, 0.8416212336],
      [0.9, 1.2815515655],
      [0.975, 1.959963985],
      [0.995, 2.5758293035],
    ] as const)
      expect(normalQuantile(p)).toBeCloseTo(z, 5);
  });

  it("Student's distribution of the bench with the table of the NIST/SEMATECH handbook, 1.3.6.7.2", () => {
    for (const [freedom, t] of [
      [10, 2.228],
      [30, 2.042],
      [60, 2.0],
      [100, 1.984],
    ] as const)
      expect(tQuantile(0.975, freedom)).toBeCloseTo(t, 2);
  });

  it('mean and deviation with the data set NumAcc4 of the NIST statistical reference data', () => {
    const pairs = Array.from({ length: 500 }, () => [10000000.1, 10000000.3]);
    const { mean, co } = valuesOf([10000000.2, ...pairs.flat()]);
    expect(mean[0]).toBeCloseTo(10000000.2, 7);
    expect(Math.sqrt(present(co[0]) / 1000)).toBeCloseTo(0.1, 7);
  });

  it('a ratio and the errors of its means with Lehtonen & Pahkinen 2004, page 102', () => {
    const municipalities = [
      [4123, 26881],
      [760, 4896],
      [721, 3730],
      [142, 556],
      [187, 1463],
      [331, 1946],
      [127, 834],
      [219, 932],
    ] as const;
    const moments = momentsOf(municipalities.map(([x, y]) => [x, y, 0, 0]));
    const { value, variance } = present(estimateRatio(moments, options));
    expect(value).toBeCloseTo(0.16028905, 8);
    // Published are errors of totals of 32, of which a quarter was drawn.
    const errorOfTotal = (sum = 0) => 32 * Math.sqrt((0.75 * sum) / 7 / 8);
    expect(errorOfTotal(moments.co[0])).toBeCloseTo(13282, -1);
    expect(errorOfTotal(moments.co[4])).toBeCloseTo(87299, -1);
    // The delta method is the variance of residuals (Cochran 1977, section 2.11).
    const residuals = municipalities.map(([x, y]) => (x - value * y) ** 2);
    const squares = residuals.reduce((sum, one) => sum + one, 0);
    expect(variance).toBeCloseTo(squares / 7 / 8 / (41238 / 8) ** 2, 10);
  });

  it('the adjustment with Deng, Xu, Kohavi & Walker 2013: the variance falls by the squared correlation', () => {
    const subjects = Array.from({ length: 200 }, (_, index) => {
      const before = (index * 37) % 101;
      return [before + ((index * 53) % 67), 1, before, 1] as const;
    });
    const sides = [
      momentsOf(subjects.filter((_, index) => index % 2 === 0)),
      momentsOf(subjects.filter((_, index) => index % 2 === 1)),
    ] as const;
    const adjust = present(adjustmentOf(sides));
    const sum = (place: number) => sides.reduce((total, { co }) => total + present(co[place]), 0);
    const [xx, xp, pp] = [sum(0), sum(2), sum(7)];
    expect(adjust.theta).toBeCloseTo(xp / pp, 10);
    const comparison = present(compareRatios([sides[0]], [sides[1]], { ...options, adjust }));
    expect(comparison.variance_reduction).toBeCloseTo(xp ** 2 / (xx * pp), 2);
  });

  it('the confidence sequence with Waudby-Smith et al. 2024, theorem 2.2', () => {
    const alpha = 0.05;
    const log = -2 * Math.log(alpha);
    const squared = (log + Math.log(log) + 1) / 1000;
    for (const t of [100, 1000, 50_000]) {
      const margin = Math.sqrt(
        ((2 * (t * squared + 1)) / (t ** 2 * squared)) *
          Math.log(Math.sqrt(t * squared + 1) / alpha),
      );
      expect(criticalValue(t, alpha)).toBeCloseTo(margin * Math.sqrt(t), 10);
      expect(alwaysValidP(criticalValue(t, alpha), t, alpha)).toBeCloseTo(alpha, 10);
    }
  });

  it('the largest of 2, 3 and 4 normal values with the means of Harter 1961', () => {
    for (const mean of [0.5641895835, 0.8462843753, 1.029375373].entries()) {
      const equal = Array.from({ length: mean[0] + 2 }, () => ({ value: 7, variance: 4 }));
      const { best, loss } = probabilities(equal, 'increase');
      for (const one of best) expect(one).toBeCloseTo(1 / equal.length, 6);
      for (const one of loss) expect(one).toBeCloseTo(2 * mean[1], 5);
    }
  });

  it('one look at a sample ratio with Kohavi, Tang & Xu 2020, chapter 3, and many looks agree', () => {
    const chiSquared = (a: number, b: number) => (a - b) ** 2 / (a + b);
    const p = 2 * normalProbability(-Math.sqrt(chiSquared(821_588, 815_482)));
    expect(p).toBeCloseTo(1.8e-6, 7);
    expect((2 * normalProbability(-Math.sqrt(chiSquared(600, 400)))) / 2.54e-10).toBeCloseTo(1, 2);
    for (const counts of [
      [821_588, 815_482],
      [600, 400],
    ])
      expect(sampleRatio([counts], [[50, 50]]).is_mismatch).toBe(true);
    expect(sampleRatio([[821_588, 821_000]], [[50, 50]])).toEqual({
      p_value: expect.any(Number),
      is_mismatch: false,
    });
  });

  it('required subjects with table 2.4.1 of Cohen 1988, up to the subject that the t-test adds', () => {
    for (const [d, n] of [
      [0.2, 393],
      [0.5, 64],
      [0.8, 26],
    ] as const) {
      const plan = { mean: 1, variance: 1, minimum_effect: d, alpha: 0.05, power: 0.8 };
      const { fixed } = present(requiredSubjects({ ...plan, variants: 2 }));
      expect(n - fixed).toBeGreaterThanOrEqual(0);
      expect(n - fixed).toBeLessThanOrEqual(1);
    }
  });
});
