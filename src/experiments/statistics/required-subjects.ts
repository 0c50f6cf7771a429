import { normalQuantile } from './normal.ts';
import { criticalValue, minimumSubjects } from './sequence.ts';

interface Plan {
  /** The metric of the control. */
  readonly mean: number;
  /** Of one subject: the variance of an estimate times its subjects. */
  readonly variance: number;
  /** The same with the effect; that of the control by default. Costs and latencies vary in proportion to their level. */
  readonly variant_variance?: number;
  /** The relative change to be found. */
  readonly minimum_effect: number;
  readonly alpha: number;
  /** The probability to find it, such as 0.8. */
  readonly power: number;
  /** Including the control. */
  readonly variants: number;
}

/**
 * Returns the subjects that each variant needs. `fixed`: for one look at the end, (σ₁² + σ₂²)(z₁₋α/₂ + z₁₋β)² / δ² (Cohen 1988).
 * `per_variant`: for the confidence sequence, the least n with δ ≥ (c(n) + z₁₋β) √((σ₁² + σ₂²) / n), where c(n) is its critical value. That
 * is the power of a look at n alone, so with those before it is found earlier, and more often. Null if there is nothing to find, or no number
 * would do.
 */
export function requiredSubjects(
  plan: Plan,
): { per_variant: number; total: number; fixed: number } | null {
  const effect = Math.abs(plan.mean * plan.minimum_effect);
  if (!(effect > 0) || !(plan.variance >= 0)) return null;
  const alpha = plan.alpha / Math.max(1, plan.variants - 1);
  const power = normalQuantile(plan.power);
  const spread = (plan.variance + (plan.variant_variance ?? plan.variance)) / effect ** 2;
  const isEnough = (n: number) => n >= spread * (criticalValue(2 * n, alpha) + power) ** 2;
  let high = minimumSubjects;
  while (!isEnough(high)) {
    high *= 2;
    if (high > Number.MAX_SAFE_INTEGER) return null;
  }
  let low = minimumSubjects;
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    if (isEnough(middle)) high = middle;
    else low = middle + 1;
  }
  return {
    per_variant: low,
    total: low * plan.variants,
    fixed: Math.ceil(spread * (normalQuantile(1 - alpha / 2) + power) ** 2),
  };
}
