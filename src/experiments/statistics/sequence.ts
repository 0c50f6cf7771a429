/**
 * Confidence sequences: intervals that contain the truth at all looks together with probability 1 - alpha. Normal mixture of
 * Robbins (1970), in the asymptotic form of Waudby-Smith, Arbour, Sinha, Kennedy & Ramdas (2024), theorem 2.2; its test is the
 * mixture sequential probability ratio test of Johari, Koomen, Pekelis & Walsh (2022).
 */

/** Subjects at which a sequence is narrowest, relative to the interval of a single look. */
const tunedFor = 1000;

/** Fewest subjects of each variant, in effect (means.ts), from which a normal approximation is relied on. */
export const minimumSubjects = 50;

/** Returns the number of standard errors that the sequence extends to each side after `subjects`. */
export function criticalValue(subjects: number, alpha: number): number {
  const information = mixtureVariance(alpha) * subjects;
  return Math.sqrt((1 + 1 / information) * (Math.log1p(information) - 2 * Math.log(alpha)));
}

/** Returns the p-value for the same mixture: below alpha exactly if |z| is above the critical value. */
export function alwaysValidP(z: number, subjects: number, alpha: number): number {
  const information = mixtureVariance(alpha) * subjects;
  const evidence = ((z * z) / 2) * (information / (1 + information)) - Math.log1p(information) / 2;
  return Math.min(1, Math.exp(-evidence));
}

/** The variance of the mixture, in units of the variance of a subject, that is best at `tunedFor` (ibid., appendix). */
function mixtureVariance(alpha: number): number {
  const log = -2 * Math.log(alpha);
  return (log + Math.log(log) + 1) / tunedFor;
}
