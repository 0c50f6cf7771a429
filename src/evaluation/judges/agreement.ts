/** Two-sided 95 %. */
const z = 1.959963984540054;

export interface Interval {
  readonly low: number;
  readonly high: number;
}

/** Returns the score interval of a proportion (Wilson 1927); null without observations. */
export function wilsonInterval(count: number, n: number): Interval | null {
  if (n === 0) return null;
  const share = count / n;
  const scale = 1 + z ** 2 / n;
  const middle = (share + z ** 2 / (2 * n)) / scale;
  const half = (z * Math.sqrt((share * (1 - share)) / n + z ** 2 / (4 * n ** 2))) / scale;
  return { low: Math.max(0, middle - half), high: Math.min(1, middle + half) };
}

/** How two raters call the same items: both, only the first, only the second, or neither of them says yes. */
export interface TwoByTwo {
  readonly both: number;
  readonly first: number;
  readonly second: number;
  readonly neither: number;
}

/** Returns Cohen's kappa (1960); null where chance alone gives full agreement, as when a rater always says the same. */
export function cohenKappa({ both, first, second, neither }: TwoByTwo): number | null {
  const n = both + first + second + neither;
  if (n === 0) return null;
  const observed = (both + neither) / n;
  const chance =
    ((both + first) * (both + second) + (second + neither) * (first + neither)) / n ** 2;
  return chance === 1 ? null : (observed - chance) / (1 - chance);
}

const resamples = 1000;

/** Returns the 95 % percentile interval of kappa over resampled items (Efron 1979), the same for the same table; null below 10 items. */
export function kappaInterval(table: TwoByTwo): Interval | null {
  const counts = [table.both, table.first, table.second, table.neither];
  const n = counts.reduce((sum, one) => sum + one, 0);
  if (n < 10 || cohenKappa(table) === null) return null;
  const limits = counts.map(
    (_, index) => counts.slice(0, index + 1).reduce((a, b) => a + b, 0) / n,
  );
  const random = seeded(n);
  const found: number[] = [];
  for (let sample = 0; sample < resamples; sample += 1) {
    const drawn = [0, 0, 0, 0];
    for (let item = 0; item < n; item += 1) {
      const value = random();
      const cell = limits.findIndex((limit) => value < limit);
      drawn[cell] = (drawn[cell] ?? 0) + 1;
    }
    const [both = 0, first = 0, second = 0, neither = 0] = drawn;
    const kappa = cohenKappa({ both, first, second, neither });
    if (kappa !== null) found.push(kappa);
  }
  found.sort((a, b) => a - b);
  const at = (share: number) => found[Math.floor(share * (found.length - 1))] ?? 0;
  return { low: at(0.025), high: at(0.975) };
}

/** A generator of numbers from 0 to 1 (mulberry32). */
function seeded(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
