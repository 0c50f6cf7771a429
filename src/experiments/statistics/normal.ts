import { bisect, errorFunction } from 'simple-statistics';

/** Returns the density of the standard normal distribution. */
export const normalDensity = (z: number): number => Math.exp((-z * z) / 2) / Math.sqrt(2 * Math.PI);

/** Returns P(Z ≤ z) of the standard normal distribution, true to 1e-7. */
export const normalProbability = (z: number): number => (1 + errorFunction(z / Math.SQRT2)) / 2;

/** Returns the z with P(Z ≤ z) = p for p in (1e-12, 1 - 1e-12), true to 1e-6 in the usual range. */
export const normalQuantile = (p: number): number =>
  bisect((z) => normalProbability(z) - p, -8, 8, 100, 1e-9);
