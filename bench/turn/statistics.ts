/** The middle of paired measurements and how far they are apart. */
export interface Spread {
  readonly median: number;
  readonly min: number;
  readonly max: number;
}

/** Returns the value below which this share of the values lies; NaN without values. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}

/** Returns the middle value, of an even number of values the mean of both middle ones. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const above = sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
  const below = sorted[Math.ceil(sorted.length / 2) - 1] ?? Number.NaN;
  return (above + below) / 2;
}

/** Divides each measurement by the one of the same turn. Throws if the numbers of measurements differ. */
export function ratiosOf(now: readonly number[], before: readonly number[]): number[] {
  if (now.length !== before.length)
    throw new Error(`${now.length} measurements cannot be paired with ${before.length}.`);
  return now.map((value, index) => value / (before[index] ?? Number.NaN));
}

export function spreadOf(values: readonly number[]): Spread {
  return { median: median(values), min: Math.min(...values), max: Math.max(...values) };
}

/** For example `0.42 (0.40–0.45)`. */
export function formatSpread({ median: middle, min, max }: Spread): string {
  return `${middle.toFixed(2)} (${min.toFixed(2)}–${max.toFixed(2)})`;
}

/** Pairs of measurements before the first success, before the first failure, and in total. */
export const pairs = { pass: 3, fail: 9, max: 15 } as const;

export type Verdict = 'pass' | 'fail' | 'undecided';

/**
 * Decides whether the cost is within `limit` times the former cost, from paired measurements. A few clear pairs suffice
 * to pass. A failure needs more, and the ratio of the least costs must exceed the limit too: a disturbance of the machine only
 * adds cost. `undecided` requests a further pair; there are at most `pairs.max`.
 */
export function verdictOf(
  now: readonly number[],
  before: readonly number[],
  limit: number,
): Verdict {
  const ratios = ratiosOf(now, before);
  const isWorse = median(ratios) > limit && Math.min(...now) / Math.min(...before) > limit;
  if (ratios.length >= pairs.pass && quantile(ratios, 0.75) <= limit) return 'pass';
  if (ratios.length >= pairs.fail && quantile(ratios, 0.25) > limit && isWorse) return 'fail';
  if (ratios.length < pairs.max) return 'undecided';
  return isWorse ? 'fail' : 'pass';
}
