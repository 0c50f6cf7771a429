import {
  estimateQuantile,
  estimateRatio,
  merge,
  mergeQuantile,
  requiredSubjects,
} from '../../src/experiments/statistics/index.ts';
import { populations } from './populations.ts';
import { Random } from './random.ts';
import { lookEvery, simulate } from './simulate.ts';

/**
 * Returns the exposures that two variants need for a lift, from what is known of 5,000 earlier users. `factor`: how many
 * times the variance of the control that of the variant is.
 */
export function plan(
  name: keyof typeof populations,
  lift: number,
  factor: number,
): { total: number; fixed: number } {
  const population = populations[name];
  const measure = name === 'latency' ? 'quantile' : 'ratio';
  let needed = { total: Number.NaN, fixed: Number.NaN };
  simulate(new Random(0), { population, lift: 0, exposures: 5000, measure }, (look) => {
    if (look.exposures < 5000) return false;
    const known =
      measure === 'ratio'
        ? estimateRatio(look.moments.flat().reduce(merge), { alpha: 0.05 })
        : estimateQuantile(look.quantiles.flat().reduce(mergeQuantile), 0.95, { alpha: 0.05 });
    const { value: mean = 0, variance = 0, n = 0 } = known ?? {};
    const required = requiredSubjects({
      mean,
      variance: variance * n,
      variant_variance: variance * n * factor,
      minimum_effect: lift,
      alpha: 0.05,
      power: 0.8,
      variants: 2,
    });
    if (required !== null) needed = required;
    return true;
  });
  return { ...needed, total: Math.ceil(needed.total / lookEvery) * lookEvery };
}
