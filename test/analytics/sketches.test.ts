import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Figures } from '../../src/analytics/figures.ts';
import { Histogram } from '../../src/analytics/histogram.ts';
import { DistinctSketch } from '../../src/analytics/sketch.ts';

const times = fc.array(
  fc.oneof(fc.integer({ min: 0, max: 300 }), fc.integer({ min: 0, max: 3_600_000 })),
  {
    minLength: 1,
    maxLength: 300,
  },
);

const exact = (values: readonly number[], share: number) =>
  values.toSorted((a, b) => a - b)[Math.ceil(share * values.length) - 1] as number;

const histogramOf = (values: readonly number[]) => {
  const histogram = new Histogram();
  for (const value of values) histogram.add(value);
  return histogram;
};

describe('histograms', () => {
  it('returns percentiles within 2 % and the exact mean, however merged and stored', () => {
    fc.assert(
      fc.property(fc.array(times, { minLength: 1, maxLength: 5 }), (parts) => {
        const merged = new Histogram();
        for (const part of parts)
          merged.merge(Histogram.from(JSON.parse(JSON.stringify(histogramOf(part)))));
        const all = parts.flat();
        for (const share of [0.5, 0.95, 0.99, 1]) {
          const true_value = exact(all, share);
          expect(
            Math.abs((merged.percentile(share) ?? Number.NaN) - true_value),
          ).toBeLessThanOrEqual(0.02 * true_value);
        }
        expect(merged.mean).toBe(all.reduce((sum, value) => sum + value, 0) / all.length);
        expect(JSON.stringify(merged)).toBe(JSON.stringify(histogramOf(all.toReversed())));
      }),
    );
  });

  it('returns null without values', () => {
    expect([new Histogram().mean, new Histogram().percentile(0.5), new Histogram().count]).toEqual([
      null,
      null,
      0,
    ]);
  });
});

describe('distinct counts', () => {
  const sketchOf = (from: number, to: number) => {
    const sketch = new DistinctSketch();
    for (let number = from; number < to; number += 1) sketch.add(`user-${number}`);
    return sketch;
  };
  const stored = (sketch: DistinctSketch) =>
    DistinctSketch.from(JSON.parse(JSON.stringify(sketch)));

  it('are exact up to 200, merged or not', () => {
    fc.assert(
      fc.property(fc.nat(100), fc.nat(100), fc.nat(100), (start, length, other) => {
        const merged = stored(sketchOf(start, start + length));
        merged.merge(stored(sketchOf(other, other + 100)));
        const names = new Set([...range(start, start + length), ...range(other, other + 100)]);
        expect(merged.count).toBe(names.size);
      }),
    );
  });

  it('are within 7 %, three standard errors, beyond that', () => {
    for (const size of [201, 1000, 5000, 20_000, 100_000]) {
      const merged = new DistinctSketch();
      for (let part = 0; part < 4; part += 1)
        merged.merge(
          stored(sketchOf(Math.floor((size / 4) * part) - 50, Math.floor((size / 4) * (part + 1)))),
        );
      const expected = size + 50;
      expect(Math.abs(merged.count - expected) / expected, `${size}`).toBeLessThan(0.07);
    }
  });

  it('is independent of the order of merging', () => {
    const one = sketchOf(0, 150);
    one.merge(sketchOf(100, 900));
    const other = sketchOf(100, 900);
    other.merge(sketchOf(0, 150));
    expect(JSON.stringify(one)).toBe(JSON.stringify(other));
    expect(JSON.stringify(one)).toBe(JSON.stringify(sketchOf(0, 900)));
  });
});

const range = (from: number, to: number) =>
  Array.from({ length: Math.max(0, to - from) }, (_, index) => from + index);

describe('figures', () => {
  it('are unchanged after being stored and read', () => {
    const figures = new Figures();
    figures.count('runs', 3);
    figures.count('cost', null);
    figures.took('run', 120);
    figures.saw('users', 'ann');
    const again = Figures.from(JSON.parse(JSON.stringify(figures)));
    again.merge(new Figures());
    expect(JSON.stringify(again)).toBe(JSON.stringify(figures));
    expect([
      again.sum('runs'),
      again.sum('cost'),
      again.distinct('users'),
      again.distinct('chats'),
      again.time('call').count,
    ]).toEqual([3, 0, 1, 0, 0]);
  });
});
