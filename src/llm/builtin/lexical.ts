import type { EmbeddingModelV4 } from '@ai-sdk/provider';
import { lexicalDimensions } from '../../models/index.ts';
import { estimateTokens } from '../../shared/tokens.ts';
import { isStopWord, words } from '../../shared/words.ts';

/**
 * Embeds by feature hashing (Weinberger et al. 2009): every word and its character trigrams are
 * hashed to a signed dimension, weighted by 1 + log(count), and the vector is scaled to length 1.
 * Texts are near when they share words or parts of words, regardless of meaning.
 */
export const lexicalEmbedder: EmbeddingModelV4 = {
  specificationVersion: 'v4',
  provider: 'builtin',
  modelId: 'lexical',
  maxEmbeddingsPerCall: 256,
  supportsParallelCalls: true,
  doEmbed: async ({ values }) => ({
    embeddings: values.map(embedText),
    usage: { tokens: values.reduce((sum, value) => sum + estimateTokens(value), 0) },
    warnings: [],
  }),
};

/** Returns the vectors of texts, each of length 1 or zero. */
export const lexicalVectors = async (texts: readonly string[]): Promise<number[][]> =>
  texts.map(embedText);

function embedText(text: string): number[] {
  const features = new Map<string, number>();
  const add = (feature: string, weight: number) =>
    features.set(feature, (features.get(feature) ?? 0) + weight);
  for (const word of words(text)) {
    if (isStopWord(word)) continue;
    add(word, 1);
    const framed = `<${word}>`;
    if (word.length > 3)
      for (let at = 0; at + 3 <= framed.length; at += 1) add(`#${framed.slice(at, at + 3)}`, 0.25);
  }
  const vector = new Array<number>(lexicalDimensions).fill(0);
  for (const [feature, count] of features) {
    const hash = fnv1a(feature);
    const dimension = hash % lexicalDimensions;
    vector[dimension] =
      (vector[dimension] ?? 0) + (hash & 0x8000_0000 ? -1 : 1) * Math.log1p(count);
  }
  const length = Math.hypot(...vector);
  return length === 0 ? vector : vector.map((value) => value / length);
}

/** Returns FNV-1a over UTF-16 code units, finished with murmur3's mixer so that low and high bits are independent. */
function fnv1a(text: string): number {
  let hash = 0x811c9dc5;
  for (let index = 0; index < text.length; index += 1)
    hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}
