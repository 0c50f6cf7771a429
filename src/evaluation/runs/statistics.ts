/** An estimate with the limits of its 95 % interval. */
export interface Interval {
  readonly value: number;
  readonly low: number;
  readonly high: number;
}

const z = 1.959963984540054;
const resamples = 1000;
/** Means of more values are nearly normal, and a bootstrap of many takes long. */
const maxBootstrapped = 500;

/** Returns a share with its score interval (Wilson 1927, JASA 22, 209–212). `n` independent units; null for none. */
export function wilson(share: number, n: number): Interval | null {
  if (n === 0) return null;
  const centre = (share + (z * z) / (2 * n)) / (1 + (z * z) / n);
  const half =
    (z / (1 + (z * z) / n)) * Math.sqrt((share * (1 - share)) / n + z ** 2 / (4 * n * n));
  return { value: share, low: Math.max(0, centre - half), high: Math.min(1, centre + half) };
}

/** Counts of pairs: passed in both, only in the first, only in the second, in none. */
export interface Pairs {
  readonly both: number;
  readonly first: number;
  readonly second: number;
  readonly none: number;
}

/**
 * Returns the difference of two paired shares, first minus second, with the interval of method 10 of Newcombe (1998,
 * Statistics in Medicine 17, 2635–2650); null without pairs.
 */
export function pairedShares({ both, first, second, none }: Pairs): Interval | null {
  const n = both + first + second + none;
  const a = wilson((both + first) / n, n);
  const b = wilson((both + second) / n, n);
  if (n === 0 || a === null || b === null) return null;
  const margins = (both + first) * (second + none) * (both + second) * (first + none);
  const product = both * none - first * second;
  const corrected = product > 0 ? Math.max(0, product - n / 2) : product;
  const phi = margins === 0 ? 0 : corrected / Math.sqrt(margins);
  const distance = (one: number, other: number) =>
    Math.sqrt(Math.max(0, one * one - 2 * phi * one * other + other * other));
  const value = (first - second) / n;
  return {
    value,
    low: Math.max(-1, value - distance(a.value - a.low, b.high - b.value)),
    high: Math.min(1, value + distance(a.high - a.value, b.value - b.low)),
  };
}

/** Returns the two-sided p-value of McNemar's test in its exact form: a sign test over the discordant pairs. */
export function mcnemarExact(first: number, second: number): number {
  const n = first + second;
  if (n === 0) return 1;
  // Terms of the binomial distribution in logarithms, which neither overflow nor underflow.
  let term = -n * Math.LN2;
  let sum = Math.exp(term);
  for (let k = 1; k <= Math.min(first, second); k += 1) {
    term += Math.log((n - k + 1) / k);
    sum += Math.exp(term);
  }
  return Math.min(1, 2 * sum);
}

/**
 * Returns the mean with its interval: the percentiles of a bootstrap (Efron & Tibshirani 1993, chapter 13) with a fixed
 * seed, so that equal data gives equal limits; of more than 500 values, the normal interval. Null without values.
 */
export function meanOf(values: readonly number[]): Interval | null {
  const n = values.length;
  if (n === 0) return null;
  const value = values.reduce((sum, one) => sum + one, 0) / n;
  if (n > maxBootstrapped) {
    const variance = values.reduce((sum, one) => sum + (one - value) ** 2, 0) / (n - 1);
    const half = z * Math.sqrt(variance / n);
    return { value, low: value - half, high: value + half };
  }
  const random = generator(n);
  const means = Array.from({ length: resamples }, () => {
    let sum = 0;
    for (let draw = 0; draw < n; draw += 1) sum += values[Math.floor(random() * n)] as number;
    return sum / n;
  }).sort((a, b) => a - b);
  return { value, low: quantile(means, 0.025), high: quantile(means, 0.975) };
}

/** Returns the quantile of sorted values, interpolated between neighbours (Hyndman & Fan 1996, type 7). */
export function quantile(sorted: readonly number[], share: number): number {
  const at = (sorted.length - 1) * share;
  const low = sorted[Math.floor(at)] ?? Number.NaN;
  const high = sorted[Math.ceil(at)] ?? Number.NaN;
  return low + (high - low) * (at - Math.floor(at));
}

/** Mulberry32: a small generator whose sequence depends on the seed alone. */
function generator(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
