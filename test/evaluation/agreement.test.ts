import { describe, expect, it } from 'vitest';
import { agreementOf, nominal, ordinal } from '../../src/evaluation/review/agreement.ts';

/** Values from 1 that observers gave to units; 0 for none. */
const unitsOf = (observers: readonly (readonly number[])[], categories: number) =>
  (observers[0] ?? []).map((_, unit) => ({
    items: 1,
    counts: Array.from(
      { length: categories },
      (__, category) => observers.filter((given) => given[unit] === category + 1).length,
    ),
  }));

describe('Krippendorff’s alpha', () => {
  it('is that of the examples of Krippendorff (2011), Computing Krippendorff’s Alpha-Reliability, section C to E', () => {
    // Four observers, twelve units, missing data; published: nominal 0.743, ordinal 0.815.
    const units = unitsOf(
      [
        [1, 2, 3, 3, 2, 1, 4, 1, 2, 0, 0, 0],
        [1, 2, 3, 3, 2, 2, 4, 1, 2, 5, 0, 3],
        [0, 3, 3, 3, 2, 3, 4, 2, 2, 5, 1, 0],
        [1, 2, 3, 3, 2, 4, 4, 1, 2, 5, 1, 0],
      ],
      5,
    );
    expect(agreementOf(units, nominal).alpha).toBeCloseTo(0.743, 3);
    expect(agreementOf(units, ordinal).alpha).toBeCloseTo(0.815, 3);
    expect(agreementOf(units, ordinal).items).toBe(11);
  });

  it('is that of the example of two observers with binary values, section A of the same', () => {
    // Published: 0.095.
    const units = unitsOf(
      [
        [2, 2, 1, 1, 1, 1, 1, 1, 1, 1],
        [1, 2, 2, 1, 1, 2, 1, 2, 1, 1],
      ].map((row) => row.map((value) => value)),
      2,
    );
    expect(agreementOf(units, nominal).alpha).toBeCloseTo(0.095, 3);
    expect(agreementOf(units, nominal).percent).toBeCloseTo(0.6, 9);
  });

  it('is null without items that two have rated, or when all agree on one category', () => {
    expect(agreementOf([], ordinal)).toEqual({ items: 0, percent: null, alpha: null });
    expect(agreementOf([{ counts: [1, 0, 0], items: 9 }], ordinal).alpha).toBeNull();
    const same = agreementOf([{ counts: [2, 0, 0], items: 9 }], ordinal);
    expect(same).toEqual({ items: 9, percent: 1, alpha: null });
    expect(
      agreementOf(
        [
          { counts: [2, 0, 0], items: 3 },
          { counts: [0, 0, 2], items: 3 },
        ],
        ordinal,
      ).alpha,
    ).toBe(1);
  });
});
