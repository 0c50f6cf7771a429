import {
  addTo,
  emptyMoments,
  emptyQuantile,
  type Figures,
  type Moments,
  type QuantileSums,
  replaceSubject,
} from '../../../src/experiments/statistics/index.ts';

export const options = { alpha: 0.05, minimum_effect: 0.05, direction: 'increase' } as const;

export function momentsOf(subjects: readonly Figures[]): Moments {
  const moments = emptyMoments();
  for (const figures of subjects) addTo(moments, figures);
  return moments;
}

/** Subjects with one value each. */
export const valuesOf = (values: readonly number[]): Moments =>
  momentsOf(values.map((value) => [value, 1, 0, 0]));

/** `n` subjects with one value each, of which a number is 1 and the others are 0. */
export const successesOf = (successes: number, n: number): Moments =>
  valuesOf(Array.from({ length: n }, (_, index) => (index < successes ? 1 : 0)));

export function quantileOf(subjects: readonly Readonly<Record<number, number>>[]): QuantileSums {
  const sums = emptyQuantile();
  for (const counts of subjects) replaceSubject(sums, null, counts);
  return sums;
}

/** The value that a test needs and that must exist. */
export function present<Value>(value: Value | null | undefined): Value {
  if (value === null || value === undefined) throw new Error('There is no value.');
  return value;
}
