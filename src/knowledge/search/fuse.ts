/** The ranks of ids, from 1, and the weight of the ranking. */
export interface Leg {
  readonly ranks: readonly (readonly [id: string, rank: number])[];
  readonly weight: number;
}

/** Constant of reciprocal rank fusion, as in the paper. */
const k = 60;

/** The score that a ranking of this weight adds to the id at the rank, from 1. */
const fusedScore = (weight: number, rank: number): number => weight / (k + rank);

/**
 * Fuses rankings by reciprocal rank (Cormack, Clarke and Büttcher 2009): an id scores Σ weight / (k
 * + rank), divided by the maximum, so that 1 is the best possible score. Ties are ordered by id.
 */
export function fuse(legs: readonly Leg[]): { readonly id: string; readonly score: number }[] {
  const scores = new Map<string, number>();
  for (const { ranks, weight } of legs) {
    for (const [id, rank] of ranks)
      scores.set(id, (scores.get(id) ?? 0) + fusedScore(weight, rank));
  }
  const best = legs.reduce((sum, { weight }) => sum + fusedScore(weight, 1), 0);
  return [...scores]
    .map(([id, score]) => ({ id, score: best === 0 ? 0 : score / best }))
    .sort((a, b) => b.score - a.score || (a.id < b.id ? -1 : 1));
}
