import { coverageOf, type Term } from './evidence.ts';
import type { PassageStems } from './passage-stems.ts';

/**
 * Score of the reranker `builtin/lexical`, from 0 to 1: coverage of the query (by idf, with
 * repetitions counting slightly more), proximity of adjacent query words, and coverage by the
 * headings. Ignores meaning.
 */
export function rerankScore(
  terms: readonly Term[],
  { text, heading }: Pick<PassageStems, 'text' | 'heading'>,
): number {
  const places = new Map<string, number[]>(terms.map(({ stems: [first = ''] }) => [first, []]));
  for (const [index, stem] of text.entries()) places.get(stem)?.push(index);
  const occurrences = terms.map(({ stems: [first = ''] }) => places.get(first) ?? []);
  return (
    0.7 * frequency(terms, occurrences) +
    0.2 * nearness(terms, occurrences) +
    0.1 * coverageOf(terms, new Set(heading))
  );
}

function frequency(terms: readonly Term[], occurrences: readonly (readonly number[])[]): number {
  const total = terms.reduce((sum, { idf }) => sum + idf, 0);
  const found = terms.reduce((sum, { idf }, index) => {
    const count = occurrences[index]?.length ?? 0;
    return sum + (idf * count) / (count + 0.35);
  }, 0);
  // Never reaches 1: repetitions have diminishing weight.
  return total === 0 ? 0 : found / total;
}

function nearness(terms: readonly Term[], occurrences: readonly (readonly number[])[]): number {
  let total = 0;
  let found = 0;
  for (let index = 1; index < terms.length; index += 1) {
    const weight = (terms[index - 1]?.idf ?? 0) + (terms[index]?.idf ?? 0);
    const distance = minDistance(occurrences[index - 1] ?? [], occurrences[index] ?? []);
    total += weight;
    if (distance !== null) found += weight / Math.max(1, distance);
  }
  return total === 0 ? 0 : found / total;
}

/** Returns the smallest distance between two ascending lists; null when one is empty. */
function minDistance(a: readonly number[], b: readonly number[]): number | null {
  let least: number | null = null;
  for (let i = 0, j = 0; i < a.length && j < b.length; ) {
    const [left = 0, right = 0] = [a[i], b[j]];
    const distance = Math.abs(left - right);
    if (least === null || distance < least) least = distance;
    if (left < right) i += 1;
    else j += 1;
  }
  return least;
}
