import { passageStems } from './passage-words.ts';
import type { Ranked } from './rank.ts';

/** Share of common word pairs from which two passages are the same text. */
const sameText = 0.9;

/**
 * Orders candidates by maximal marginal relevance (Carbonell and Goldstein 1998): each next one has the largest
 * (1 − diversity) · relevance − diversity · similarity to the closest one before it, where relevance falls
 * from 1 to 0 with the rank. Similarity is the Jaccard index of the pairs of adjacent stems. Leaves out passages
 * that repeat the text of a former one. Returns at most `count`.
 */
export function diversify(
  ranked: readonly Ranked[],
  diversity: number,
  count: number,
  stemsIn: (candidate: Ranked) => readonly string[] = ({ row }) => passageStems(row).text,
): Ranked[] {
  const rest = ranked.map((candidate, index) => ({
    candidate,
    pairs: pairsOf(stemsIn(candidate)),
    relevance: 1 - index / ranked.length,
    similarity: 0,
  }));
  const chosen: Ranked[] = [];
  while (chosen.length < count && rest.length > 0) {
    const scores = rest.map(
      ({ relevance, similarity }) => (1 - diversity) * relevance - diversity * similarity,
    );
    const [next] = rest.splice(scores.indexOf(Math.max(...scores)), 1);
    if (next === undefined || next.similarity >= sameText) continue;
    chosen.push(next.candidate);
    for (const other of rest)
      other.similarity = Math.max(other.similarity, jaccard(other.pairs, next.pairs));
  }
  return chosen;
}

const pairsOf = (stems: readonly string[]): ReadonlySet<string> =>
  new Set(stems.map((stem, at) => `${stem} ${stems[at + 1] ?? ''}`));

function jaccard(some: ReadonlySet<string>, others: ReadonlySet<string>): number {
  const [small, large] = some.size < others.size ? [some, others] : [others, some];
  let common = 0;
  for (const pair of small) if (large.has(pair)) common += 1;
  const all = some.size + others.size - common;
  return all === 0 ? 1 : common / all;
}
