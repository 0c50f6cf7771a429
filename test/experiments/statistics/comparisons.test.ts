import { describe, expect, it } from 'vitest';
import {
  adjustmentOf,
  compareQuantiles,
  compareRatios,
  emptyMoments,
  emptyQuantile,
  estimateQuantile,
  estimateRatio,
  probabilities,
  requiredSubjects,
  sampleRatio,
} from '../../../src/experiments/statistics/index.ts';
import { momentsOf, options, present, quantileOf, successesOf, valuesOf } from './support.ts';

const decrease = { ...options, direction: 'decrease' } as const;

describe('a comparison', () => {
  it('is null without a denominator, and says nothing with fewer than 50 subjects', () => {
    expect(compareRatios([], [], options)).toBeNull();
    expect(compareRatios([emptyMoments()], [successesOf(1, 10)], options)).toBeNull();
    expect(compareRatios([momentsOf([[0, 0, 0, 0]])], [successesOf(1, 10)], options)).toBeNull();
    expect(estimateRatio(emptyMoments(), options)).toBeNull();
    const few = present(compareRatios([successesOf(0, 49)], [successesOf(49, 49)], options));
    expect(few).toMatchObject({ difference: 1, low: null, p_value: 1, verdict: 'undecided' });
    expect(estimateRatio(successesOf(20, 49), options)).toMatchObject({ low: null, high: null });
    expect(estimateRatio(successesOf(20, 50), options)?.low).toBeLessThan(0.4);
  });

  it('counts subjects with most of the messages as few', () => {
    const side = (lift: number) =>
      momentsOf(
        Array.from({ length: 1000 }, (_, index) => {
          const y = index < 3 ? 100_000 : 1;
          return [y * (lift + (index % 2)), y, 0, 0];
        }),
      );
    expect(compareRatios([side(0)], [side(9)], options)?.verdict).toBe('undecided');
  });

  it('makes no statement where nothing varies, and none from a rare event that a small variant lacks', () => {
    const none = present(compareRatios([successesOf(0, 900)], [successesOf(0, 900)], options));
    expect(none).toMatchObject({ difference: 0, low: null, lift: null, verdict: 'undecided' });
    const small = present(compareRatios([successesOf(100, 2000)], [successesOf(0, 60)], decrease));
    expect(small.difference).toBeCloseTo(-0.05);
    expect(small.is_conclusive).toBe(false);
  });

  it('is conclusive between values that do not vary within variants', () => {
    const fixed = (price: number, n: number) =>
      momentsOf(Array.from({ length: n }, (_, i) => [price * (1 + (i % 7)), 1 + (i % 7), 0, 0]));
    const dearer = present(compareRatios([fixed(0.1, 90)], [fixed(0.3, 90)], decrease));
    expect(dearer).toMatchObject({ verdict: 'worse', is_harmful: true });
    expect(dearer.low).toBeGreaterThan(0);
    expect(dearer.lift_low).toBeGreaterThan(0);
    const same = present(compareRatios([fixed(0.1, 90)], [fixed(0.1, 95)], decrease));
    expect(same).toMatchObject({ low: null, p_value: 1, verdict: 'undecided' });
  });

  it('is better, worse, equivalent or undecided, and harmful only beyond the minimum effect', () => {
    const control = [successesOf(5000, 10_000)];
    const verdict = (
      successes: number,
      n = 10_000,
      direction: 'increase' | 'decrease' = 'increase',
    ) => {
      const effect = { ...options, minimum_effect: 0.1, direction };
      const { verdict, is_harmful } = present(
        compareRatios(control, [successesOf(successes, n)], effect),
      );
      return [verdict, is_harmful];
    };
    expect(verdict(6000)).toEqual(['better', false]);
    expect(verdict(4700)).toEqual(['worse', false]);
    expect(verdict(3900)).toEqual(['worse', true]);
    expect(verdict(6000, 10_000, 'decrease')).toEqual(['worse', true]);
    expect(verdict(5010)).toEqual(['equivalent', false]);
    expect(verdict(52, 100)).toEqual(['undecided', false]);
  });

  it('has no lift for a control at or below 0, and finds errors where the control has none', () => {
    const below = present(
      compareRatios(
        [valuesOf(Array.from({ length: 200 }, (_, index) => -10 - (index % 3)))],
        [valuesOf(Array.from({ length: 200 }, (_, index) => -20 - (index % 3)))],
        options,
      ),
    );
    expect(below).toMatchObject({ lift: null, lift_low: null, verdict: 'worse', is_harmful: true });
    const errors = present(compareRatios([successesOf(0, 500)], [successesOf(50, 500)], decrease));
    expect(errors).toMatchObject({ lift: null, verdict: 'worse', is_harmful: true });
    const unsure = present(compareRatios([successesOf(2, 500)], [successesOf(9, 500)], decrease));
    expect(unsure).toMatchObject({ lift_low: null, lift_high: null });
  });

  it('is made within epochs, so that changed weights are no difference (Simpson)', () => {
    // All succeed more often in the second epoch, in which the variant has most of the subjects.
    const control = [successesOf(1800, 9000), successesOf(800, 1000)];
    const variant = [successesOf(200, 1000), successesOf(7200, 9000)];
    const { difference, is_conclusive } = present(compareRatios(control, variant, options));
    expect(difference).toBeCloseTo(0, 10);
    expect(is_conclusive).toBe(false);
    const slow = (n: number) =>
      quantileOf(Array.from({ length: n }, (_, index) => ({ [200 + (index % 7)]: 1 })));
    const fast = (n: number) =>
      quantileOf(Array.from({ length: n }, (_, index) => ({ [100 + (index % 7)]: 1 })));
    const quantiles = present(
      compareQuantiles([slow(900), fast(100)], [slow(100), fast(900)], 0.95, options),
    );
    expect(quantiles.is_conclusive).toBe(false);
    // An epoch in which a variant has no subjects tells nothing.
    const alone = [successesOf(100, 1000), successesOf(800, 1000)];
    const late = [emptyMoments(), successesOf(800, 1000)];
    expect(present(compareRatios(alone, late, options)).difference).toBeCloseTo(0, 10);
    expect(compareRatios(alone, [successesOf(5, 9)].slice(1), options)).toBeNull();
    // Epochs that are too small for a variance of their own are joined with their neighbours.
    const parts = Array.from({ length: 40 }, (_, index) => successesOf(5 + (index % 2), 10));
    expect(present(compareRatios(parts, parts, options)).low).toBeLessThan(0);
  });

  it('is adjusted only if enough is known from before', () => {
    const side = (known: number) =>
      momentsOf(
        Array.from({ length: 400 }, (_, index) => {
          const before = (index * 31) % 97;
          return [before + (index % 5), 1, index < known ? before : 0, index < known ? 1 : 0];
        }),
      );
    expect(adjustmentOf([side(400), side(40)])).toBeNull();
    expect(adjustmentOf([])).toBeNull();
    expect(adjustmentOf([valuesOf([1, 2]), valuesOf([1, 2])])).toBeNull();
    const [a, b] = [side(400), side(300)];
    const adjust = present(adjustmentOf([a, b]));
    const raw = present(compareRatios([a], [b], options));
    const adjusted = present(compareRatios([a], [b], { ...options, adjust }));
    expect(adjusted.variance_reduction).toBeGreaterThan(0.5);
    expect(present(adjusted.high) - present(adjusted.low)).toBeLessThan(
      present(raw.high) - present(raw.low),
    );
    const value = (side: typeof a) => present(estimateRatio(side, { ...options, adjust })).value;
    expect(value(b) - value(a)).toBeCloseTo(adjusted.difference, 10);
  });

  it('of quantiles leaves limits open that too few values show', () => {
    expect(estimateQuantile(emptyQuantile(), 0.95, options)).toBeNull();
    expect(compareQuantiles([emptyQuantile()], [emptyQuantile()], 0.95, options)).toBeNull();
    const spread = (n: number) =>
      quantileOf(Array.from({ length: n }, (_, index) => ({ [100 + (index % 50)]: 1 })));
    const few = present(estimateQuantile(spread(60), 0.95, options));
    expect([few.low === null, few.high]).toEqual([false, null]);
    const many = present(estimateQuantile(spread(5000), 0.95, options));
    expect(many.value).toBeGreaterThan(present(many.low));
    expect(many.value).toBeLessThan(present(many.high));
    const compared = present(compareQuantiles([spread(60)], [spread(60)], 0.95, options));
    expect(compared).toMatchObject({ lift: 0, lift_high: null, verdict: 'undecided' });
  });

  it('of quantiles is less sure of values that belong to few subjects', () => {
    const values = (perSubject: number) =>
      quantileOf(
        Array.from({ length: 6000 / perSubject }, (_, index) => ({
          [100 + (index % 50)]: perSubject,
        })),
      );
    const width = (perSubject: number) => {
      const { low, high } = present(estimateQuantile(values(perSubject), 0.5, options));
      return present(high) - present(low);
    };
    expect(width(10)).toBeGreaterThan(2 * width(1));
  });
});

describe('further statistics', () => {
  it('report a sample ratio by the weights of each epoch, and an impossible one at once', () => {
    const weights = [
      [90, 10],
      [50, 50],
    ];
    expect(sampleRatio([], [])).toEqual({ p_value: 1, is_mismatch: false });
    expect(sampleRatio([[0, 0]], [[50, 50]])).toEqual({ p_value: 1, is_mismatch: false });
    expect(
      sampleRatio(
        [
          [9010, 990],
          [4980, 5020],
        ],
        weights,
      ).is_mismatch,
    ).toBe(false);
    expect(
      sampleRatio(
        [
          [9000, 1000],
          [5000, 4500],
        ],
        weights,
      ).is_mismatch,
    ).toBe(true);
    // A fault that each epoch is too short to show.
    const short = Array.from({ length: 40 }, (_, index) => [50, 50 - (index % 2) * 20]);
    expect(
      sampleRatio(
        short,
        short.map(() => [1, 1]),
      ).is_mismatch,
    ).toBe(true);
    expect(sampleRatio([[1000, 1]], [[100, 0]])).toEqual({ p_value: 0, is_mismatch: true });
    expect(sampleRatio([[1000, 0]], [[100, 0]]).is_mismatch).toBe(false);
    expect(sampleRatio([[1e9, 1.001e9]], [[1, 1]]).is_mismatch).toBe(true);
    expect(sampleRatio([[3000, 3000, 2500]], [[1, 1, 1]]).is_mismatch).toBe(true);
  });

  it('require more subjects for smaller effects and more variants, and none for what cannot be', () => {
    const plan = { mean: 0.5, variance: 0.25, minimum_effect: 0.2, alpha: 0.05, power: 0.8 };
    const two = present(requiredSubjects({ ...plan, variants: 2 }));
    expect(two.fixed).toBe(393);
    expect(two.per_variant).toBeGreaterThan(two.fixed);
    expect(two.total).toBe(2 * two.per_variant);
    const three = present(requiredSubjects({ ...plan, variants: 3 }));
    expect(three.per_variant).toBeGreaterThan(two.per_variant);
    const tenth = present(requiredSubjects({ ...plan, minimum_effect: 0.02, variants: 2 }));
    expect(tenth.per_variant).toBeGreaterThan(100 * two.per_variant);
    for (const broken of [
      { mean: 0 },
      { minimum_effect: 0 },
      { minimum_effect: 1e-300 },
      { variance: Number.NaN },
    ])
      expect(requiredSubjects({ ...plan, variants: 2, ...broken })).toBeNull();
  });

  it('call equal estimates without variance equally good', () => {
    const same = { value: 0, variance: 0 };
    expect(probabilities([], 'increase')).toEqual({ best: [], loss: [] });
    expect(probabilities([same], 'increase')).toEqual({ best: [1], loss: [0] });
    for (const all of [
      [same, same],
      [same, same, same],
    ])
      for (const one of probabilities(all, 'decrease').best)
        expect(one).toBeCloseTo(1 / all.length, 6);
    const { best, loss } = probabilities([same, { value: 3e12, variance: 0 }, same], 'increase');
    expect(best[1]).toBeCloseTo(1, 9);
    expect(loss[0]).toBeCloseTo(3e12, -6);
  });
});
