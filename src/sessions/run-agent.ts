import { type AgentConfig, parseConfig, selectVersionFor } from '../agents/index.ts';
import type { Statement } from '../db/client.ts';
import { type AgentCall, type LoopResult, type RunAgent, resolveTools, runLoop, type Spent, type ToolOutcome } from '../execution/index.ts';
import { type Hit, searchKnowledge } from '../knowledge/index.ts';
import { commit } from '../platform/commit.ts';
import type { Ctx } from '../platform/context.ts';
import { type Source, toSource } from './citations.ts';
import { modelOptions, passagesOf, promptOf } from './prompt.ts';

/**
 * Another agent's answer to one message, on its active version, without a session. What it costs is on
 * the run that asked: its usage rows carry that run, and its outcome the sum.
 */
export const runAgent: RunAgent = async (ctx, call) => {
  const version = await selectVersionFor(ctx.db, ctx.workspace_id, call.agent.id, null).get();
  if (version === undefined) return { ok: false, error: `The agent ${call.agent.slug} has no version.` };
  const config = parseConfig(version.config);
  // Named anew each time: a model may give two calls one id, and each has been paid for.
  const call_key = `${call.attribution.run_id ?? ctx.request_id}:${ctx.newId('use')}`;
  const sources: Source[] = [];
  const cite = (hits: readonly Hit[]) => {
    const numbered = hits.map((hit, index) => toSource(hit, sources.length + index + 1));
    sources.push(...numbered);
    return numbered;
  };
  const usage: Statement[] = [];
  if (config.knowledge.base_ids.length > 0) usage.push(...(await retrieve(ctx, call, config, call_key, cite)));

  const spent: Spent = { steps: 0, tool_calls: 0, cost_nano_usd: 0 };
  const turn = { config, session: { inputs: {} }, history: [], question: call.message };
  const loop = runLoop(ctx, {
    call_key,
    models: [config.model, ...config.fallback_models],
    prompt: promptOf(turn, sources),
    options: modelOptions(config),
    tools: await resolveTools(ctx, version.tools, { runAgent }),
    circumstances: { config, depth: call.depth, above: [...call.above, call.agent.id] },
    attribution: call.attribution,
    signal: call.signal,
    spent,
    cite: (hits) => passagesOf(config, cite(hits)),
    store: async (round) => void (await commit(ctx, { statements: round.usage })),
  });
  let next = await loop.next();
  while (next.done !== true) next = await loop.next();
  return toOutcome(call, next.value, spent, usage);
};

async function retrieve(ctx: Ctx, call: AgentCall, { knowledge }: AgentConfig, call_key: string, cite: (hits: readonly Hit[]) => unknown) {
  const { base_ids, mode, top_k, min_score, reranker } = knowledge;
  const search = { base_ids, query: call.message, mode, top_k, min_score, reranker, filter: {} };
  const found = await searchKnowledge(ctx, search, { ...call.attribution, call_key: `${call_key}:retrieval` });
  if (found.coverage !== 'none') cite(found.hits);
  return found.usage;
}

function toOutcome(
  call: AgentCall,
  { last, limit, failure }: LoopResult,
  { cost_nano_usd }: Spent,
  earlier: readonly Statement[],
): ToolOutcome {
  const usage = [...earlier, ...last.usage];
  const text = last.model.content.map((part) => (part.type === 'text' ? part.text : '')).join('');
  if (limit !== null) return { ok: false, error: `${call.agent.slug} reached its limit of ${limit}.`, usage };
  if (failure !== null) return { ok: false, error: `${call.agent.slug} failed: ${failure.message}`, usage };
  // Its markers number its own passages, which mean nothing to whoever asked.
  return { ok: true, output: { agent: call.agent.slug, answer: text.replaceAll(/\s?\[\d{1,3}\]/g, '') }, cost_nano_usd, usage };
}
