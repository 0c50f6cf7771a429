import { sum } from './strata.ts';

/**
 * Checks whether the variants have the shares of subjects that their weights say. Both lists are by epoch, then by variant; a
 * weight is a share of any unit. Sequential: looking often does not raise the rate of false alarms above alpha.
 *
 * A mixture likelihood ratio, as the multinomial test of Lindon & Malek (2022). Theirs mixes over all shares; this one over
 * variants that gain or lose a fraction of their subjects, since that is what faults do, at whatever weights an epoch has.
 */
export function sampleRatio(
  counts: readonly (readonly number[])[],
  weights: readonly (readonly number[])[],
  alpha = 0.01,
): { p_value: number; is_mismatch: boolean } {
  const evidences = (counts[0] ?? []).flatMap((_, variant) =>
    tilts.map((tilt) =>
      sum(counts.map((numbers, epoch) => evidenceOf(numbers, weights[epoch] ?? [], variant, tilt))),
    ),
  );
  const isImpossible = counts.some((numbers, epoch) =>
    numbers.some((number, variant) => number > 0 && !((weights[epoch]?.[variant] ?? 0) > 0)),
  );
  if (isImpossible || evidences.length === 0)
    return { p_value: isImpossible ? 0 : 1, is_mismatch: isImpossible };
  const top = Math.max(...evidences);
  const mean = sum(evidences.map((evidence) => Math.exp(evidence - top))) / evidences.length;
  const p = Math.min(1, Math.exp(-top) / mean);
  return { p_value: p, is_mismatch: p <= alpha };
}

/** Logarithms of the factors by which the number of a variant's subjects is wrong, from 0.06 % to three quarters lost. */
const tilts = Array.from({ length: 12 }, (_, halving) => 1.28 / 2 ** halving).flatMap((tilt) => [
  tilt,
  -tilt,
]);

/** Returns the logarithm of the likelihood ratio of the numbers of an epoch, with and without the fault. */
function evidenceOf(
  numbers: readonly number[],
  weights: readonly number[],
  variant: number,
  tilt: number,
): number {
  const subjects = sum(numbers);
  if (subjects === 0) return 0;
  const share = (weights[variant] ?? 0) / sum(weights);
  return (numbers[variant] ?? 0) * tilt - subjects * Math.log1p(share * Math.expm1(tilt));
}
