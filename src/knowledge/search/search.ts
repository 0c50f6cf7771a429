import type { Ctx } from '../../platform/context.ts';
import type { BaseRow } from '../base-store.ts';
import { narrowed } from '../readable.ts';
import { searchByVector } from './by-vector.ts';
import { searchByWords } from './by-words.ts';
import { mergeCandidates } from './candidates.ts';
import { judge } from './confidence.ts';
import { chooseDiverse } from './diverse-hits.ts';
import { hasSubject, subjectTerms } from './evidence.ts';
import { extendHits } from './extend-hits.ts';
import { focusOf } from './focus.ts';
import { isSemantic, toHits } from './hits.ts';
import { type Found, neededHits, type SearchCall, type SearchInput } from './input.ts';
import { matchPassage } from './match.ts';
import { rank } from './rank.ts';
import { rerankByModel } from './rerank-by-model.ts';

/**
 * Weight of the vector ranking in hybrid mode. Semantic embeddings add information to keywords.
 * `builtin/lexical` adds only misspelt words, and any weight above 0.01 lowers nDCG@10 in
 * bench/retrieval.ts.
 */
const vectorWeight = (model: string) => (model === 'builtin/lexical' ? 0.01 : 1);

/**
 * Searches the given bases; the caller has checked access to them. One round trip for bases and keyword
 * hits, one for hits that only the vector index returned, one for `context_tokens`. Every hit is verified in D1: it belongs to this
 * workspace, a live base and the searchable attempt of a file that the caller may read, whatever an index returned.
 */
export const searchKnowledge = (ctx: Ctx, input: SearchInput, call: SearchCall): Promise<Found> =>
  findPassages(ctx, input, call, (bases) => bases);

/** `searchKnowledge` with an access check: `choose` receives the bases first, and may throw. */
export async function findPassages(
  ctx: Ctx,
  given: SearchInput,
  call: SearchCall,
  choose: (bases: readonly BaseRow[]) => readonly BaseRow[],
): Promise<Found> {
  const started = ctx.now();
  const input = { ...given, groups: narrowed(ctx.groups, given.groups) };
  try {
    const { bases, terms, prefixes, keywordRows, isPartial } = await searchByWords(
      ctx,
      input,
      choose,
    );
    const {
      hits: vectorHits,
      rows,
      usage,
    } = needsVectors(input, bases, keywordRows.length)
      ? await searchByVector(ctx, bases, input, call, keywordRows)
      : { hits: [], rows: keywordRows, usage: [] };
    const fusion = {
      vectorWeight: Math.max(...bases.map((base) => vectorWeight(base.embedding_model)), 0),
      isSemantic: bases.some(isSemantic),
      isPartial,
    };
    const candidates = mergeCandidates(rows, keywordRows, vectorHits);
    const reranked = await rerankByModel(
      ctx,
      input,
      call,
      rank(candidates, { terms, prefixes }, input, fusion),
    );
    const { ranked, extents } = await chooseDiverse(ctx, input, reranked.ranked);
    const question = { terms: subjectTerms(terms), focus: focusOf(input.query) };
    const matches = ranked
      .slice(0, neededHits(input))
      .map(({ row }) => matchPassage(question, row));
    const hits = toHits(ranked, matches, input, bases).filter(
      (hit) => hit.score >= input.min_score,
    );
    const similarity = fusion.isSemantic
      ? Math.max(...ranked.map(({ vector_score }) => vector_score ?? 0), 0)
      : null;
    return {
      hits:
        extents === null
          ? await extendHits(ctx, input, hits, input.context_tokens ?? 0)
          : hits.map((hit) => ({ ...hit, ...extents.get(hit.chunk_id) })),
      ...judge(hits.length === 0 ? [] : matches, similarity, hasSubject(terms)),
      usage: [...usage, ...reranked.usage],
    };
  } finally {
    ctx.meter.retrieval_ms += ctx.now() - started;
  }
}

/**
 * True unless the keywords fill the result of a hybrid search: vectors of `builtin/lexical` find misspelt
 * words, and hits that only they find rank below those of the keywords.
 */
const needsVectors = (input: SearchInput, bases: readonly BaseRow[], count: number): boolean =>
  input.mode === 'vector' ||
  (input.mode === 'hybrid' && (bases.some(isSemantic) || count < neededHits(input)));
