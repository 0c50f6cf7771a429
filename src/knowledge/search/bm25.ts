/** Saturation of repetitions, and how far long passages are discounted. */
export interface Bm25 {
  readonly k1: number;
  readonly b: number;
}

/** How often a passage has each key, by the place of the key, and its length in words. */
export interface Counted {
  readonly counts: Float64Array;
  readonly length: number;
}

/** Scores passages by the weights of their keys (BM25: Robertson and Zaragoza 2009). */
export function scoreCounts(
  weights: Float64Array,
  passages: readonly Counted[],
  { k1, b }: Bm25,
): number[] {
  const mean = passages.reduce((sum, { length }) => sum + length, 0) / passages.length;
  return passages.map(({ counts, length }) => {
    const norm = k1 * (1 - b + (b * length) / Math.max(1, mean));
    let score = 0;
    for (let key = 0; key < weights.length; key += 1) {
      const count = counts[key] as number;
      if (count > 0) score += ((weights[key] as number) * count * (k1 + 1)) / (count + norm);
    }
    return score;
  });
}

/** The best passages are a sample in which the words of the query are frequent: as if of this many times more. */
const background = 4;

/** Inverse document frequency of a key in `count` of the `total` best passages, which costs no reads. */
export const sampleIdfOf = (count: number, total: number): number =>
  Math.log(1 + (background * total - count + 0.5) / (count + 0.5));

export const sumOf = (weights: Iterable<number>): number => {
  let sum = 0;
  for (const weight of weights) sum += weight;
  return sum;
};
