import type { Statement } from '../../db/client.ts';
import { commit } from '../../platform/commit.ts';
import type { Ctx } from '../../platform/context.ts';
import { Failure } from '../../shared/failure.ts';
import type { BaseRow } from '../base-store.ts';
import { selectQuestions } from '../evaluation/question-store.ts';
import { searchByVector } from '../search/by-vector.ts';
import { correlate } from './correlate.ts';
import { selectRecentQueries } from './recent-queries.ts';
import {
  type CompareEmbeddings,
  comparedHits,
  type EmbeddingComparison,
  maxComparedQueries,
} from './schema.ts';
import { findMigration } from './service.ts';

/** Queries that are compared at the same time. */
const atOnce = 5;

/** Searches with both models and compares the hits. Throws `conflict` before all chunks have vectors of both. */
export async function compareMigration(
  ctx: Ctx,
  id: string,
  { queries }: CompareEmbeddings,
): Promise<EmbeddingComparison> {
  const { row, base } = await findMigration(ctx, id);
  if (row.status !== 'ready' && row.status !== 'switched')
    throw new Failure(
      'conflict',
      `The embedding migration is ${row.status}, not ready or switched.`,
    );
  const wanted = queries ?? (await knownQueries(ctx, base));
  if (wanted.length === 0)
    throw new Failure(
      'conflict',
      'No user has asked an agent that searches this knowledge base yet, and it has no golden questions. Give `queries`.',
    );
  const source = { ...base, ...row.source, vector_space: row.source_space };
  const target = { ...base, ...row.target, vector_space: row.target_space };
  const compared: EmbeddingComparison['queries'] = [];
  const usage: Statement[] = [];
  for (let start = 0; start < wanted.length; start += atOnce) {
    const some = await Promise.all(
      wanted.slice(start, start + atOnce).map(async (query) => {
        const [former, next] = await Promise.all([
          find(ctx, source, query),
          find(ctx, target, query),
        ]);
        usage.push(...former.usage, ...next.usage);
        return { query, ...compareHits(former.ids, next.ids) };
      }),
    );
    compared.push(...some);
  }
  const correlations = compared.flatMap(({ rank_correlation }) => rank_correlation ?? []);
  const reply: EmbeddingComparison = {
    query_count: compared.length,
    overlap: mean(compared.map(({ overlap }) => overlap)) ?? 0,
    rank_correlation: mean(correlations),
    changed_top_hits: compared.filter(({ is_top_hit_changed }) => is_top_hit_changed).length,
    queries: compared,
  };
  await commit(ctx, { statements: usage, reply });
  return reply;
}

async function find(ctx: Ctx, base: BaseRow, query: string) {
  const input = {
    ...{ base_ids: [base.id], query, mode: 'vector' as const, top_k: comparedHits },
    ...{ min_score: 0, reranker: null },
  };
  const { hits, usage } = await searchByVector(
    ctx,
    [base],
    input,
    { call_key: ctx.newId('req') },
    [],
  );
  return { ids: hits.slice(0, comparedHits).map(({ id }) => id), usage };
}

function compareHits(source: string[], target: string[]) {
  const common = source.filter((id) => target.includes(id));
  const most = Math.max(source.length, target.length);
  return {
    overlap: most === 0 ? 1 : common.length / most,
    rank_correlation: correlate(
      common.map((id) => source.indexOf(id)),
      common.map((id) => target.indexOf(id)),
    ),
    is_top_hit_changed: source[0] !== target[0],
    source,
    target,
  };
}

const mean = (values: readonly number[]): number | null =>
  values.length === 0 ? null : values.reduce((sum, value) => sum + value, 0) / values.length;

/** The latest messages of users, or the golden questions of the base. */
async function knownQueries(ctx: Ctx, base: BaseRow): Promise<string[]> {
  const recent = await selectRecentQueries(ctx, base, maxComparedQueries);
  if (recent.length > 0) return recent;
  const { db, workspace_id } = ctx;
  const golden = selectQuestions(db, workspace_id, base.id, { after: null }, maxComparedQueries);
  return (await golden.all()).map(({ question }) => question);
}
