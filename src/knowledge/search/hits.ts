import type { BaseRow } from '../base-store.ts';
import { toShownFields } from '../fields/schema.ts';
import { closenessOf } from './confidence.ts';
import type { Hit } from './hit.ts';
import type { SearchInput } from './input.ts';
import type { Match } from './match.ts';
import type { Ranked } from './rank.ts';
import { scoreHits } from './score.ts';
import type { PassageRow } from './store.ts';

/** True for bases whose embedding model captures meaning; `builtin/lexical` hashes words. */
export const isSemantic = ({ embedding_model }: BaseRow) => embedding_model !== 'builtin/lexical';

/** Returns the first `top_k` candidates with their scores. */
export function toHits(
  ranked: readonly Ranked[],
  matches: readonly Match[],
  { mode, top_k }: SearchInput,
  bases: readonly BaseRow[],
): Hit[] {
  const best = ranked.slice(0, top_k);
  const semanticBases = new Set(bases.filter(isSemantic).map(({ id }) => id));
  const closeness = best.map((_, index) => closenessOf(matches[index]));
  const scores = scoreHits(
    mode,
    best.map((candidate, index) => ({
      relevance: closeness[index] ?? 0,
      similarity: candidate.vector_score,
      isSemantic: semanticBases.has(candidate.row.base_id),
      rerank_score: candidate.rerank_score,
    })),
  );
  return best.map((candidate, index) =>
    toHit(candidate, scores[index] ?? 0, closeness[index] ?? 0),
  );
}

function hitFields({ fields = '{}' }: Pick<PassageRow, 'fields'>) {
  const { author: _, ...shown } = toShownFields({ fields: JSON.parse(fields), detected: {} });
  return shown;
}

const toHit = ({ row, ...ranks }: Ranked, score: number, closeness: number): Hit => ({
  chunk_id: row.chunk_id,
  file_id: row.file_id,
  file_name: row.file_name,
  base_id: row.base_id,
  text: row.text,
  page: row.page,
  start: row.start_offset,
  end: row.end_offset,
  heading: row.heading,
  ...hitFields(row),
  revision: row.revision,
  attempt: row.attempt,
  origin: row.origin,
  score: Math.min(1, score),
  keyword_score: ranks.keyword_rank === null ? null : closeness,
  ...ranks,
});
