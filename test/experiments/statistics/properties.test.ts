import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  adjustmentOf,
  banditWeights,
  bucketOf,
  compareQuantiles,
  compareRatios,
  emptyMoments,
  emptyQuantile,
  type Figures,
  type Moments,
  merge,
  mergeQuantile,
  probabilities,
  replaceIn,
  replaceSubject,
} from '../../../src/experiments/statistics/index.ts';
import { momentsOf, options, present, quantileOf } from './support.ts';

const runs = { numRuns: 30 };
const number = fc.double({ min: -1e12, max: 1e12, noNaN: true });
const figures = fc.tuple(number, number, number, number) as fc.Arbitrary<Figures>;
const subjects = fc.array(figures, { minLength: 1, maxLength: 40 });
const counts = fc.dictionary(
  fc.integer({ min: 0, max: 60 }).map(String),
  fc.integer({ min: 1, max: 20 }),
  { minKeys: 1, maxKeys: 6 },
) as fc.Arbitrary<Record<number, number>>;

/** Compares sums up to the rounding of the largest figures, also of those that were replaced. */
function expectClose(a: Moments, b: Moments): void {
  expect(a.n).toBe(b.n);
  for (const [index, value] of a.mean.entries())
    expect(Math.abs(value - present(b.mean[index]))).toBeLessThanOrEqual(1e12 * 1e-12);
  for (const [index, value] of a.co.entries())
    expect(Math.abs(value - present(b.co[index]))).toBeLessThanOrEqual(1e24 * 1e-12);
}

describe('sums over subjects', () => {
  it('are the same for any partition, in any order', () => {
    fc.assert(
      fc.property(subjects, fc.nat(), (all, cut) => {
        const at = cut % (all.length + 1);
        const [a, b] = [momentsOf(all.slice(0, at)), momentsOf(all.slice(at))];
        expectClose(merge(a, b), momentsOf(all));
        expectClose(merge(b, a), momentsOf([...all].reverse()));
      }),
      runs,
    );
  });

  it('are the same after a replacement as with the new figures from the start', () => {
    fc.assert(
      fc.property(subjects, subjects, (first, second) => {
        const moments = emptyMoments();
        for (const one of first) replaceIn(moments, null, one);
        const last = first.map((one, index) => second[index] ?? one);
        for (const [index, one] of first.entries()) replaceIn(moments, one, present(last[index]));
        expectClose(moments, momentsOf(last));
      }),
      runs,
    );
  });

  it('survive JSON, and those of buckets are exact in any order', () => {
    const histograms = fc.array(counts, { minLength: 1, maxLength: 20 });
    fc.assert(
      fc.property(histograms, histograms, (first, second) => {
        const sums = emptyQuantile();
        for (const one of first) replaceSubject(sums, null, one);
        const copy = JSON.parse(JSON.stringify(sums));
        const last = first.map((one, index) => second[index] ?? one);
        for (const [index, one] of first.entries()) replaceSubject(copy, one, present(last[index]));
        const at = ({ first: lowest, c, cc, cm }: typeof sums) =>
          c.map((one, place) => [lowest + place, one, cc[place], cm[place]]);
        // A replacement can leave buckets at the ends that nothing is in any more.
        expect(at(copy)).toEqual(expect.arrayContaining(at(quantileOf(last))));
        const merged = mergeQuantile(quantileOf(first), quantileOf(second));
        expect(merged).toEqual(quantileOf([...second, ...first]));
      }),
      runs,
    );
  });
});

const seeded = (n: number, value: (index: number) => Figures) =>
  momentsOf(Array.from({ length: n }, (_, index) => value(index)));

describe('comparisons', () => {
  it('are the opposite when variants are swapped', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 100, max: 200 }),
        fc.integer({ min: 100, max: 200 }),
        fc.double({ min: 0.5, max: 2, noNaN: true }),
        (n, m, factor) => {
          const a = seeded(n, (index) => [1 + ((index * 7) % 5), 1 + (index % 3), 0, 0]);
          const b = seeded(m, (index) => [factor * (1 + ((index * 3) % 5)), 1 + (index % 2), 0, 0]);
          const there = present(compareRatios([a], [b], options));
          const back = present(compareRatios([b], [a], options));
          expect(back.difference).toBeCloseTo(-there.difference, 9);
          expect(back.low).toBeCloseTo(-present(there.high), 9);
          expect(back.p_value).toBeCloseTo(there.p_value, 9);
          expect(1 + present(back.lift_low)).toBeCloseTo(1 / (1 + present(there.lift_high)), 9);
          expect(present(there.lift_low) > 0).toBe(present(there.low) > 0);
          expect(there.is_conclusive).toBe(there.p_value <= options.alpha);
        },
      ),
      runs,
    );
  });

  it('of quantiles are the opposite when variants are swapped', () => {
    fc.assert(
      fc.property(fc.array(counts, { minLength: 60, maxLength: 90 }), fc.nat(8), (all, shift) => {
        const shifted = all.map((one) =>
          Object.fromEntries(Object.entries(one).map(([bucket, n]) => [Number(bucket) + shift, n])),
        );
        const [a, b] = [quantileOf(all), quantileOf(shifted)];
        const there = present(compareQuantiles([a], [b], 0.5, options));
        const back = present(compareQuantiles([b], [a], 0.5, options));
        expect(1 + present(there.lift)).toBeCloseTo(1.04 ** shift, 6);
        expect(back.p_value).toBeCloseTo(there.p_value, 6);
        expect(back.difference).toBeCloseTo(-there.difference, 6);
        expect(there.is_conclusive).toBe(there.p_value <= options.alpha);
      }),
      runs,
    );
  });

  it('narrow as subjects are added, at the rate of the sequence', () => {
    let last = Number.POSITIVE_INFINITY;
    for (const n of [100, 300, 1000, 3000, 10_000]) {
      const side = seeded(n, (index) => [index % 10, 1, 0, 0]);
      const { low, high } = present(compareRatios([side], [side], options));
      const width = present(high) - present(low);
      expect(width).toBeLessThan(last);
      last = width;
    }
  });

  it('do not depend on the unit, up to 1e12 nano-USD', () => {
    const [small, ...others] = [1e-9, 1, 1e12].map((unit) => {
      const side = (lift: number) =>
        seeded(200, (index) => [unit * lift * (5 + ((index * 7) % 11)), 1, unit * index, 1]);
      const [a, b] = [side(1), side(1.2)];
      const adjust = adjustmentOf([a, b]);
      const { lift, lift_low, p_value } = present(compareRatios([a], [b], { ...options, adjust }));
      return [lift, lift_low, p_value].map((value) => present(value).toFixed(9));
    });
    expect(small?.[0]).toBe('0.200000000');
    expect(others).toEqual([small, small]);
  });
});

describe('posteriors', () => {
  const estimates = fc.array(
    fc.record({
      value: fc.double({ min: -100, max: 100, noNaN: true }),
      variance: fc.double({ min: 0, max: 100, noNaN: true }),
    }),
    { minLength: 2, maxLength: 6 },
  );

  it('are probabilities, and the best has the least loss', () => {
    fc.assert(
      fc.property(estimates, (all) => {
        const { best, loss } = probabilities(all, 'increase');
        expect(best.reduce((sum, one) => sum + one, 0)).toBeCloseTo(1, 6);
        const top = Math.max(...all.map(({ value }) => value));
        const least = Math.min(...loss);
        expect(least).toBeGreaterThanOrEqual(0);
        expect(loss[all.findIndex(({ value }) => value === top)]).toBeCloseTo(least, 4);
        const opposite = all.map(({ value, variance }) => ({ value: -value, variance }));
        for (const [index, one] of probabilities(opposite, 'decrease').best.entries())
          expect(one).toBeCloseTo(present(best[index]), 9);
      }),
      runs,
    );
  });

  it('are numbers also for values that are next to nothing', () => {
    const tiny = [
      { value: 5e-324, variance: 4 },
      { value: 0, variance: 4 },
    ];
    for (const one of probabilities(tiny, 'increase').best) expect(one).toBeCloseTo(0.5, 6);
  });

  it('of two are those of more with a third that is hopeless', () => {
    const two = [
      { value: 1, variance: 0.04 },
      { value: 1.3, variance: 0.09 },
    ];
    const closed = probabilities(two, 'increase');
    const integrated = probabilities([...two, { value: -50, variance: 0.01 }], 'increase');
    for (const index of [0, 1]) {
      expect(integrated.best[index]).toBeCloseTo(present(closed.best[index]), 6);
      expect(integrated.loss[index]).toBeCloseTo(present(closed.loss[index]), 5);
    }
  });

  it('become weights of a bandit that sum to 100, none below 5', () => {
    fc.assert(
      fc.property(estimates, (all) => {
        const known = all.map((one) => ({ ...one, low: null, high: null, n: 100 }));
        const weights = banditWeights(known, 'increase');
        expect(Math.round(weights.reduce((sum, one) => sum + one * 100, 0))).toBe(10_000);
        expect(Math.min(...weights)).toBeGreaterThanOrEqual(5);
        const [first, ...others] = known;
        const equal = banditWeights([{ ...present(first), n: 49 }, ...others], 'increase');
        expect(Math.max(...equal) - Math.min(...equal)).toBeLessThan(0.011);
      }),
      runs,
    );
  });
});

it('buckets are 4 % wide and bounded', () => {
  expect([Number.NaN, -5, 0, 1, 1.01, 1.05].map(bucketOf)).toEqual([0, 0, 0, 0, 1, 2]);
  expect(bucketOf(Number.MAX_VALUE)).toBe(bucketOf(1e9));
});
