import { effectiveNumber } from './means.ts';
import { logarithmAt, type QuantileSums, sumsAt } from './quantile-sums.ts';
import { sum } from './strata.ts';

/** The distribution of values of a variant around one quantile. */
export interface Distribution {
  readonly n: number;
  readonly share: number;
  /** Of the share of values up to the quantile; subjects are independent, their values are not. */
  readonly variance: number;
  /** The logarithm of the value that a share does not exceed; infinite outside (0, 1). */
  readonly logQuantile: (share: number) => number;
}

/** Returns the distribution over strata with weights that sum to 1; null without values. */
export function distributionOf(
  strata: readonly QuantileSums[],
  weights: readonly number[],
  share: number,
): Distribution | null {
  const filled = strata.filter(({ c }) => c.length > 0);
  if (filled.length === 0) return null;
  const first = Math.min(...filled.map((sums) => sums.first));
  const last = Math.max(...filled.map((sums) => sums.first + sums.c.length - 1));
  const perSubject = (read: (sums: QuantileSums) => number) =>
    sum(strata.map((sums, index) => ((weights[index] ?? 0) * read(sums)) / sums.n));
  const values = perSubject(({ total }) => total);
  const shares = Array.from(
    { length: last - first + 1 },
    (_, place) => perSubject((sums) => sumsAt(sums, first + place).c) / values,
  );
  const below = shares.findLastIndex((one) => one < share);
  const isNearer = share - (shares[below] ?? 0) < (shares[below + 1] ?? 1) - share;
  const bucket = first + (isNearer && below >= 0 ? below : below + 1);
  const clustered = sum(
    strata.map(
      (sums, index) => ((weights[index] ?? 0) / values) ** 2 * spread(sums, bucket, share),
    ),
  );
  // Values of one subject resemble each other; where they seem to differ more than by chance, they are few.
  const independent = (share * (1 - share)) / sum(strata.map(({ total }) => total));
  return {
    n: sum(strata.map(({ n }) => n)),
    share,
    variance: Math.max(clustered, independent),
    logQuantile: (wanted) => logQuantile(shares, first, wanted),
  };
}

/** Returns the variance of the mean of c - share · m over the subjects of a stratum. */
function spread(sums: QuantileSums, bucket: number, share: number): number {
  const { c, cc, cm } = sumsAt(sums, bucket);
  const mean = c - share * sums.total;
  const squares = cc - 2 * share * cm + share ** 2 * sums.squares;
  return Math.max(0, squares - mean ** 2 / sums.n) / Math.max(1, sums.n * (sums.n - 1));
}

function logQuantile(shares: readonly number[], first: number, wanted: number): number {
  if (wanted <= 0) return Number.NEGATIVE_INFINITY;
  if (wanted >= 1) return Number.POSITIVE_INFINITY;
  // The first with this share at least, by bisection; the last share is 1.
  let [low, high] = [0, shares.length - 1];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((shares[middle] ?? 1) < wanted) low = middle + 1;
    else high = middle;
  }
  const [before, until] = [shares[low - 1] ?? 0, shares[low] ?? 1];
  return logarithmAt(first + low - 1 + (wanted - before) / (until - before));
}

/** Returns the number of subjects in effect, as that of a ratio. */
export const effectiveSubjects = ({ n, total, squares }: QuantileSums): number =>
  n === 0 ? 0 : effectiveNumber(n, total / n, squares - total ** 2 / n);
