import type { EvaluatedHit, ExpectedPassage } from '../../db/schema/retrieval.ts';
import type { SearchHit } from '../search/schema.ts';

export interface Measured {
  readonly hits: readonly EvaluatedHit[];
  readonly rank: number | null;
  readonly recall: number | null;
  readonly reciprocal_rank: number | null;
  readonly ndcg: number | null;
}

/**
 * Compares hits, best first, with what was expected. A hit counts for each expected passage that no earlier hit
 * has found, so that several chunks of one file do not count twice. `ndcg` has binary gains, discounted by
 * log2 (Järvelin and Kekäläinen 2002), among `limit` hits. All are null for a question without an answer.
 */
export function measure(
  expected: readonly ExpectedPassage[],
  hits: readonly SearchHit[],
  limit: number,
): Measured {
  const open = new Set(expected.map(normalized));
  let gain = 0;
  let found = 0;
  let rank: number | null = null;
  const evaluated = hits.map((hit, index) => {
    const text = normalize(hit.text);
    const matched = [...open].filter(
      (one) => one.file_id === hit.file_id && (one.text === '' || overlap(text, one.text)),
    );
    for (const one of matched) open.delete(one);
    if (matched.length > 0) {
      rank ??= index + 1;
      found += matched.length;
      gain += 1 / Math.log2(index + 2);
    }
    const { chunk_id, file_id, file_name, page, score } = hit;
    return { chunk_id, file_id, file_name, page, score, is_expected: matched.length > 0 };
  });
  if (expected.length === 0)
    return { hits: evaluated, rank: null, recall: null, reciprocal_rank: null, ndcg: null };
  return {
    hits: evaluated,
    rank,
    recall: found / expected.length,
    reciprocal_rank: rank === null ? 0 : 1 / rank,
    ndcg: gain / idealGain(Math.min(expected.length, limit)),
  };
}

const normalized = ({ file_id, text }: ExpectedPassage) => ({
  file_id,
  text: normalize(text ?? ''),
});

/** Returns true if one of two texts contains the other, compared by letters and digits. */
export const isSamePassage = (chunk: string, passage: string): boolean =>
  overlap(normalize(chunk), normalize(passage));

/** A chunk may be shorter or longer than the passage. */
const overlap = (chunk: string, passage: string) =>
  chunk.includes(passage) || (chunk !== '' && passage.includes(chunk));

/** Only letters and digits, since extraction changes spaces and markup. */
export const normalize = (text: string): string =>
  text
    .normalize('NFKC')
    .toLowerCase()
    .replace(/[^\p{L}\p{M}\p{N}]+/gu, ' ')
    .trim();

function idealGain(count: number): number {
  let gain = 0;
  for (let index = 0; index < count; index += 1) gain += 1 / Math.log2(index + 2);
  return gain;
}
