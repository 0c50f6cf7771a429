import { coverageOf, type Term } from './evidence.ts';

/** A passage to be ranked: stems in their order, and those of its headings. */
export interface Passage {
  readonly stems: readonly string[];
  readonly headingStems: readonly string[];
}

/**
 * `builtin/lexical`: how much of the query a passage has (idf-weighted, a repeated word counting a
 * little more), how near to each other the words of the query that are neighbours stand in it, and
 * whether its headings name them. 0..1; knows nothing of meaning.
 */
export function rerankScore(terms: readonly Term[], { stems, headingStems }: Passage): number {
  const places = new Map<string, number[]>();
  for (const [index, stem] of stems.entries()) {
    const known = places.get(stem);
    if (known === undefined) places.set(stem, [index]);
    else known.push(index);
  }
  const occurrences = terms.map((term) => places.get(term.stems[0] ?? '') ?? []);
  return (
    0.7 * frequency(terms, occurrences) +
    0.2 * nearness(terms, occurrences) +
    0.1 * coverageOf(terms, new Set(headingStems))
  );
}

function frequency(terms: readonly Term[], occurrences: readonly (readonly number[])[]): number {
  const total = terms.reduce((sum, { idf }) => sum + idf, 0);
  const found = terms.reduce((sum, { idf }, index) => {
    const count = occurrences[index]?.length ?? 0;
    return sum + (idf * count) / (count + 0.35);
  }, 0);
  // One more occurrence than any passage has would be needed for 1.
  return total === 0 ? 0 : found / total;
}

function nearness(terms: readonly Term[], occurrences: readonly (readonly number[])[]): number {
  let total = 0;
  let found = 0;
  for (let index = 1; index < terms.length; index += 1) {
    const weight = (terms[index - 1]?.idf ?? 0) + (terms[index]?.idf ?? 0);
    const distance = leastDistance(occurrences[index - 1] ?? [], occurrences[index] ?? []);
    total += weight;
    if (distance !== null) found += weight / Math.max(1, distance);
  }
  return total === 0 ? 0 : found / total;
}

/** Of two rising lists. */
function leastDistance(a: readonly number[], b: readonly number[]): number | null {
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
