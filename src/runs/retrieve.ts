import { type Hit, passagesFor, searchQueries } from '../knowledge/index.ts';
import type { Ctx } from '../platform/context.ts';
import { Account } from '../usage/index.ts';
import type { AgentRun } from './agent-run.ts';
import type { RunEvent } from './events.ts';
import { writeQueries } from './prompt/queries.ts';

type Retrieval = Pick<
  AgentRun,
  'config' | 'prompt' | 'progress' | 'signal' | 'account' | 'attribution' | 'call_key'
>;

/** Searches the agent's knowledge for the question, and numbers the passages found. */
export async function* retrieve(
  ctx: Ctx,
  { config, prompt, progress, signal, ...run }: Retrieval,
): AsyncGenerator<RunEvent, void> {
  const started_at = ctx.now();
  const account = new Account(undefined, run.account);
  const { base_ids, revisions, mode, top_k, min_score } = config.knowledge;
  const { reranker, filter, diversity, context_tokens } = config.knowledge;
  const search = {
    ...{ base_ids, revisions, mode, top_k, min_score },
    ...{ reranker, filter, diversity, context_tokens },
  };
  const call = { ...run.attribution, account, call_key: `${run.call_key}:retrieval` };
  const written = await writeQueries(ctx, config, prompt, { ...call, signal });
  progress.usage.push(...written.usage);
  const { queries } = written;
  const found = await searchQueries(ctx, search, queries, call).catch((error: unknown) => {
    // A search that the run has aborted is not a failure.
    if (signal.aborted) return null;
    throw error;
  });
  if (found === null) return;
  const { confidence, coverage } = found;
  const latency_ms = ctx.now() - started_at;
  ctx.meter.retrieval_ms += latency_ms;
  progress.addSources(passagesFor(config.model, found));
  Object.assign(progress, { confidence, coverage });
  progress.usage.push(...found.usage);
  const rewritten = written.usage.length > 0 ? { queries } : {};
  const output = { ...recordOf(found.hits), confidence, coverage, ...rewritten };
  const { cost_nano_usd } = account;
  progress.addSpan({
    ...{ type: 'retrieval', name: mode, input: { queries }, output },
    ...{ started_at, latency_ms, cost_nano_usd },
  });
  const { source_file_ids: file_ids } = progress;
  yield { type: 'retrieval', hits: progress.sources.length, confidence, latency_ms, file_ids };
}

/** Maximum characters of a passage in the trace. */
const maxPassage = 800;

/** Returns the record of hits in the trace: scores without texts, and the passages with their places, also after their chunks are gone. */
const recordOf = (found: readonly Hit[]) => ({
  hits: found.map((hit) => ({
    ...{ chunk_id: hit.chunk_id, score: hit.score },
    ...{ keyword_rank: hit.keyword_rank, keyword_score: hit.keyword_score },
    ...{ vector_rank: hit.vector_rank, vector_score: hit.vector_score },
    ...{ fused_score: hit.fused_score, rerank_score: hit.rerank_score },
  })),
  passages: found.map(({ chunk_id, base_id, file_id, file_name, page, start, end, ...hit }) => ({
    ...{ chunk_id, base_id, file_id, file_name, page, start, end, revision: hit.revision },
    text: hit.text.slice(0, maxPassage),
  })),
});
