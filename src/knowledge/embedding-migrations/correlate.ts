/** Spearman's rank correlation of two lists of distinct numbers, -1 to 1; null for fewer than two. */
export function correlate(first: readonly number[], second: readonly number[]): number | null {
  const count = first.length;
  if (count < 2) return null;
  const [a, b] = [ranksOf(first), ranksOf(second)];
  const squares = a.reduce((sum, rank, index) => sum + (rank - (b[index] ?? 0)) ** 2, 0);
  return 1 - (6 * squares) / (count * (count ** 2 - 1));
}

const ranksOf = (values: readonly number[]): number[] =>
  values.map((value) => values.filter((other) => other < value).length);
