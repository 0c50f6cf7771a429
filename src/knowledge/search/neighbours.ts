import { sampleIdfOf } from './bm25.ts';
import type { NumberedPassage } from './vocabulary.ts';

/** Number of most similar passages that support one. */
const closest = 5;

/**
 * Returns for each passage the scores of those most similar to it, each times the similarity: passages about the
 * same subject tend to answer the same question (score regularization: Diaz 2005). Passages of one file do not
 * support each other: they overlap. `size` is the number of distinct words.
 */
export function supportOf(
  passages: readonly NumberedPassage[],
  scores: readonly number[],
  size: number,
): number[] {
  const similarity = similarities(
    passages.map(({ text }) => text),
    size,
  );
  return passages.map(({ file_id }, at) =>
    passages
      .flatMap((other, place) =>
        other.file_id === file_id
          ? []
          : [{ value: similarity[at * passages.length + place] ?? 0, score: scores[place] ?? 0 }],
      )
      .sort((a, b) => b.value - a.value)
      .slice(0, closest)
      .reduce((sum, { value, score }) => sum + value * score, 0),
  );
}

/** The distinct words of a text, and their weights. */
interface Vector {
  readonly words: readonly number[];
  readonly weights: Float64Array;
}

/** Returns the cosines of all pairs of texts, row by row. `size` is that of the vocabulary. */
function similarities(texts: readonly Uint32Array[], size: number): Float64Array {
  const { length } = texts;
  const vectors = vectorsOf(texts, size);
  const cosines = new Float64Array(length * length);
  const dense = new Float64Array(size);
  for (const [row, { words, weights }] of vectors.entries()) {
    for (const [at, word] of words.entries()) dense[word] = weights[at] as number;
    for (let column = 0; column < row; column += 1) {
      const other = vectors[column] as Vector;
      let sum = 0;
      for (let at = 0; at < other.words.length; at += 1)
        sum += (dense[other.words[at] as number] as number) * (other.weights[at] as number);
      cosines[row * length + column] = sum;
      cosines[column * length + row] = sum;
    }
    for (const word of words) dense[word] = 0;
  }
  return cosines;
}

/** Returns vectors of length 1. Words are weighed by their frequency among the texts, which costs no reads. */
function vectorsOf(texts: readonly Uint32Array[], size: number): Vector[] {
  const dense = new Uint32Array(size);
  const frequency = new Uint32Array(size);
  const counted = texts.map((text) => {
    const words: number[] = [];
    for (const word of text) {
      if (dense[word] === 0) words.push(word);
      (dense[word] as number) += 1;
    }
    const weights = Float64Array.from(words, (word) => 1 + Math.log(dense[word] as number));
    for (const word of words) {
      dense[word] = 0;
      (frequency[word] as number) += 1;
    }
    return { words, weights };
  });
  const idfs = Float64Array.from({ length: texts.length + 1 }, (_, count) =>
    sampleIdfOf(count, texts.length),
  );
  for (const { words, weights } of counted) {
    let square = 0;
    for (const [at, word] of words.entries()) {
      const weight = (weights[at] as number) * (idfs[frequency[word] as number] as number);
      weights[at] = weight;
      square += weight * weight;
    }
    const norm = Math.sqrt(square);
    if (norm > 0) for (let at = 0; at < weights.length; at += 1) (weights[at] as number) /= norm;
  }
  return counted;
}
