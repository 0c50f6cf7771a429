/** Counts of the verdicts on one item by category, in their order, and the number of items with these counts. */
export interface RatedUnit {
  readonly counts: readonly number[];
  readonly items: number;
}

export interface Agreement {
  /** Items with two verdicts at least; the others say nothing about agreement. */
  readonly items: number;
  /** Share of the pairs of verdicts on an item that are the same; null without a pair. */
  readonly percent: number | null;
  /** Krippendorff’s alpha; null when all verdicts are the same, or none can be compared. */
  readonly alpha: number | null;
}

const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);

/** The squared distance of two categories, by the frequencies of all. */
type Metric = (totals: readonly number[], a: number, b: number) => number;

export const nominal: Metric = (_totals, a, b) => (a === b ? 0 : 1);

/** The number of values between the two categories, half of those in them included. */
export const ordinal: Metric = (totals, a, b) => {
  const between = sum(totals.slice(Math.min(a, b), Math.max(a, b) + 1));
  return (between - ((totals[a] ?? 0) + (totals[b] ?? 0)) / 2) ** 2;
};

/**
 * Agreement of any number of reviewers, not all of whom have rated all items: Krippendorff’s alpha by coincidences
 * (K. Krippendorff, Computing Krippendorff’s Alpha-Reliability, 2011).
 */
export function agreementOf(units: readonly RatedUnit[], metric: Metric): Agreement {
  const rated = units.filter(({ counts }) => sum(counts) >= 2);
  const categories = [...(rated[0]?.counts.keys() ?? [])];
  const pairs = categories.map((a) =>
    categories.map((b) =>
      sum(
        rated.map(({ counts, items }) => {
          const others = (counts[b] ?? 0) - (a === b ? 1 : 0);
          return (items * (counts[a] ?? 0) * others) / (sum(counts) - 1);
        }),
      ),
    ),
  );
  const totals = pairs.map(sum);
  const all = sum(totals);
  const weighted = (weight: (a: number, b: number) => number) =>
    sum(categories.flatMap((a) => categories.map((b) => weight(a, b) * metric(totals, a, b))));
  const observed = weighted((a, b) => pairs[a]?.[b] ?? 0);
  const expected = weighted((a, b) => ((totals[a] ?? 0) * (totals[b] ?? 0)) / (all - 1));
  return {
    items: sum(rated.map(({ items }) => items)),
    percent: all === 0 ? null : sum(categories.map((a) => pairs[a]?.[a] ?? 0)) / all,
    alpha: all < 2 || expected === 0 ? null : 1 - observed / expected,
  };
}
