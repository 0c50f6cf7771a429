import { lexicalVectors } from '../../llm/index.ts';
import type { Cluster } from './comparison-schema.ts';

/** A case that got worse. */
export interface LostCase {
  readonly case_id: string;
  readonly tags: readonly string[];
  readonly worse: readonly string[];
  /** Files that the case expects or that the answers cited. */
  readonly file_ids: readonly string[];
  /** null where the question may not be read. */
  readonly input: string | null;
}

const maxClusters = 10;
const minCases = 2;
/** Cosine from which on two questions are of one kind. */
const minSimilarity = 0.4;

/** Groups the cases that got worse by what they have in common: at least two cases, the largest groups of each kind first. */
export async function clustersOf(
  lost: readonly LostCase[],
  /** Compared cases by kind and value. */
  countOf: (by: 'tag' | 'scorer' | 'file', value: string) => number,
): Promise<Cluster[]> {
  const grouped = (by: 'tag' | 'scorer' | 'file', valuesOf: (one: LostCase) => readonly string[]) =>
    largest(
      [
        ...Map.groupBy(
          lost.flatMap((one) => [...new Set(valuesOf(one))].map((value) => ({ value, one }))),
          ({ value }) => value,
        ),
      ].map(([value, some]) =>
        toCluster(
          by,
          value,
          some.map(({ one }) => one),
          countOf(by, value),
        ),
      ),
    );
  return [
    ...grouped('scorer', ({ worse }) => worse),
    ...grouped('tag', ({ tags }) => tags),
    ...grouped('file', ({ file_ids }) => file_ids),
    ...largest(await byQuestion(lost)),
  ];
}

const toCluster = (
  by: Cluster['by'],
  value: string,
  cases: readonly LostCase[],
  count: number,
): Cluster => ({
  by,
  value,
  lost: cases.length,
  cases: Math.max(count, cases.length),
  case_ids: cases.map(({ case_id }) => case_id),
});

const largest = (clusters: readonly Cluster[]): Cluster[] =>
  clusters
    .filter(({ lost }) => lost >= minCases)
    .toSorted((a, b) => b.lost - a.lost)
    .slice(0, maxClusters);

/**
 * Groups similar questions: the question with the most neighbours that are not in a group yet leads the next one. Compares words, not
 * meaning.
 */
async function byQuestion(lost: readonly LostCase[]): Promise<Cluster[]> {
  const asked = lost.flatMap((one) => (one.input === null ? [] : [{ ...one, input: one.input }]));
  const vectors = await lexicalVectors(asked.map(({ input }) => input));
  const near = vectors.map((a) =>
    vectors.flatMap((b, index) => (dot(a, b) >= minSimilarity ? [index] : [])),
  );
  const free = new Set(asked.keys());
  const clusters: Cluster[] = [];
  while (free.size > 0 && clusters.length < maxClusters) {
    const neighbours = (index: number) => near[index]?.filter((one) => free.has(one)) ?? [];
    const leader = [...free].reduce((best, one) =>
      neighbours(one).length > neighbours(best).length ? one : best,
    );
    const members = [...new Set([leader, ...neighbours(leader)])];
    for (const one of members) free.delete(one);
    const cases = members.flatMap((one) => asked[one] ?? []);
    clusters.push(toCluster('question', asked[leader]?.input ?? '', cases, 0));
  }
  return clusters;
}

const dot = (a: readonly number[], b: readonly number[]): number =>
  a.reduce((sum, one, index) => sum + one * (b[index] ?? 0), 0);
