/** A ranking of ids, best first, with its weight. */
export interface Leg {
  readonly ids: readonly string[];
  readonly weight: number;
}

/** Constant of reciprocal rank fusion, as in the paper. */
const k = 60;

/**
 * Fuses rankings by reciprocal rank (Cormack, Clarke and Büttcher 2009): an id scores Σ weight / (k
 * + rank), divided by the maximum, so that 1 is the best possible score. Ties are ordered by id.
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
