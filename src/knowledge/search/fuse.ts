/** One ranking of ids, best first, and how much it counts. */
export interface Leg {
  readonly ids: readonly string[];
  readonly weight: number;
}

/** The constant of reciprocal rank fusion. */
const k = 60;

/**
 * Reciprocal rank fusion: an id scores Σ weight / (k + rank) over the rankings that have it (Cormack,
 * Clarke and Büttcher 2009, k = 60), divided by what the first of every ranking would get, so that 1
 * is the best possible. Ties go to the smaller id.
 */
export function fuse(legs: readonly Leg[]): { readonly id: string; readonly score: number }[] {
  const scores = new Map<string, number>();
  for (const { ids, weight } of legs) {
    for (const [index, id] of ids.entries())
      scores.set(id, (scores.get(id) ?? 0) + weight / (k + index + 1));
  }
  const best = legs.reduce((sum, { weight }) => sum + weight / (k + 1), 0);
  return [...scores]
    .map(([id, score]) => ({ id, score: best === 0 ? 0 : score / best }))
    .sort((a, b) => b.score - a.score || (a.id < b.id ? -1 : 1));
}
