import type { Statement } from '../../db/client.ts';
import { rerank } from '../../llm/index.ts';
import type { Ctx } from '../../platform/context.ts';
import type { SearchCall, SearchInput } from './input.ts';
import type { Ranked } from './rank.ts';
import { builtinReranker } from './schema.ts';

/** Minimum number of passages that a model reads; the rest keep their order behind them. */
const readPassages = 40;

/** Returns the reranking model of a search; null when it has none. */
const rerankingModelOf = ({ reranker }: SearchInput): string | null =>
  reranker === builtinReranker ? null : reranker;

/** Orders the best candidates by a reranking model, if the search has one. Throws the failure of the provider. */
export async function rerankByModel(
  ctx: Ctx,
  input: SearchInput,
  call: SearchCall,
  ranked: readonly Ranked[],
): Promise<{ ranked: readonly Ranked[]; usage: readonly Statement[] }> {
  const model = rerankingModelOf(input);
  if (model === null || ranked.length === 0) return { ranked, usage: [] };
  const read = ranked.slice(0, Math.max(readPassages, input.top_k));
  const { ranking, usage } = await rerank(ctx, {
    ...call,
    model,
    query: input.query,
    documents: read.map(({ row: { heading, text } }) =>
      heading === null ? text : `${heading}\n${text}`,
    ),
    operation: 'rerank',
    call_key: `${call.call_key}:rerank`,
  });
  const places = new Map(ranking.map(({ index, score }) => [index, toShare(score)]));
  const best = [...places].flatMap(([index, rerank_score]) => {
    const candidate = read[index];
    return candidate === undefined ? [] : [{ ...candidate, rerank_score }];
  });
  const unread = ranked.filter((_, index) => !places.has(index));
  return { ranked: [...best, ...unread], usage };
}

/** Some models answer with logits instead of a share. */
const toShare = (score: number): number =>
  score >= 0 && score <= 1 ? score : 1 / (1 + Math.exp(-score));
