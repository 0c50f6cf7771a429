/** Fewest subjects of each variant in a stratum: below, the variance within it says too little. */
const fewest = 30;

/** The control and a variant in the same time. */
export type Stratum<Sums> = readonly [control: Sums, variant: Sums];

/**
 * Pairs the epochs in which two variants have subjects, and joins small ones with their neighbours. Comparing within times of equal weights keeps
 * a difference of times from looking like one of variants (Simpson's paradox).
 */
export function strataOf<Sums extends { readonly n: number }>(
  controls: readonly Sums[],
  variants: readonly Sums[],
  merge: (a: Sums, b: Sums) => Sums,
): Stratum<Sums>[] {
  const strata: Stratum<Sums>[] = [];
  const join = (a: Stratum<Sums>, b: Stratum<Sums>): Stratum<Sums> => [
    merge(a[0], b[0]),
    merge(a[1], b[1]),
  ];
  for (const [epoch, control] of controls.entries()) {
    const variant = variants[epoch];
    if (variant === undefined || control.n === 0 || variant.n === 0) continue;
    const last = strata.at(-1);
    if (last === undefined || isLarge(last)) strata.push([control, variant]);
    else strata.splice(-1, 1, join(last, [control, variant]));
  }
  const [former, last] = strata.slice(-2);
  if (former === undefined || last === undefined || isLarge(last)) return strata;
  return [...strata.slice(0, -2), join(former, last)];
}

const isLarge = ([control, variant]: Stratum<{ readonly n: number }>) =>
  Math.min(control.n, variant.n) >= fewest;

/** Returns the number of subjects in two equal halves that compare as precisely as these. */
export const precisionOf = (control: number, variant: number): number =>
  control === 0 || variant === 0 ? 0 : (4 * control * variant) / (control + variant);

/** Returns the weights of strata by the precision of the comparison within them; null if there is nothing to compare. */
export function weightsOf(strata: readonly Stratum<{ readonly n: number }>[]): number[] | null {
  const precisions = strata.map(([control, variant]) => precisionOf(control.n, variant.n));
  const total = sum(precisions);
  return total === 0 ? null : precisions.map((precision) => precision / total);
}

export const sum = (values: readonly number[]): number =>
  values.reduce((total, value) => total + value, 0);
