import { passagesFor, searchKnowledge } from '../knowledge/index.ts';
import type { Ctx } from '../platform/context.ts';
import { Account } from '../usage/index.ts';
import type { AgentRun } from './agent-run.ts';
import type { RunEvent } from './events.ts';
import { searchText } from './prompt/prompt.ts';

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
  const { base_ids, mode, top_k, min_score, reranker, filter, diversity, context_tokens } =
    config.knowledge;
  const found = await searchKnowledge(
    ctx,
    {
      ...{ base_ids, query: searchText(prompt), mode, top_k, min_score },
      ...{ reranker, filter, diversity, context_tokens },
    },
    { ...run.attribution, account, call_key: `${run.call_key}:retrieval` },
  ).catch((error: unknown) => {
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
  const hits = found.hits.map(({ chunk_id, score }) => ({ chunk_id, score }));
  const output = { hits, confidence, coverage };
  const { cost_nano_usd } = account;
  progress.addSpan({
    ...{ type: 'retrieval', name: mode, output },
    ...{ started_at, latency_ms, cost_nano_usd },
  });
  yield { type: 'retrieval', hits: progress.sources.length, confidence, latency_ms };
}
