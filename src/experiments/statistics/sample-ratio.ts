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
  const variants = Math.max(0, ...counts.map((epoch) => epoch.length));
  const evidences: number[] = [];
  for (let variant = 0; variant < variants; variant += 1)
    for (const tilt of tilts) {
      let evidence = 0;
      for (const [epoch, numbers] of counts.entries())
        evidence += evidenceOf(numbers, weights[epoch] ?? [], variant, tilt);
      evidences.push(evidence);
    }
  const top = Math.max(0, ...evidences);
  const mean =
    evidences.reduce((sum, evidence) => sum + Math.exp(evidence - top), 0) / evidences.length;
  const p = evidences.length === 0 ? 1 : Math.min(1, Math.exp(-top) / mean);
  return { p_value: p, is_mismatch: p <= alpha };
}

/** Logarithms of the factors by which the number of a variant's subjects is wrong. */
const tilts = [0.005, 0.01, 0.02, 0.04, 0.08, 0.16, 0.32, 0.64, 1.28].flatMap((tilt) => [
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
  const all = weights.reduce((sum, weight) => sum + weight, 0);
  const share = (weights[variant] ?? 0) / all;
  const subjects = numbers.reduce((sum, number) => sum + number, 0);
  if (subjects === 0) return 0;
  return (numbers[variant] ?? 0) * tilt - subjects * Math.log1p(share * Math.expm1(tilt));
}
