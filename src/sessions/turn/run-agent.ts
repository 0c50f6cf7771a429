import { type AgentConfig, parseConfig, selectVersionFor } from '../../agents/index.ts';
import type { Statement } from '../../db/client.ts';
import {
  type AgentCall,
  type LoopResult,
  type RunAgent,
  resolveTools,
  runLoop,
  type ToolOutcome,
} from '../../execution/index.ts';
import { type Hit, searchKnowledge } from '../../knowledge/index.ts';
import { parseStructured } from '../../llm/index.ts';
import { commit } from '../../platform/commit.ts';
import type { Ctx } from '../../platform/context.ts';
import { retried } from '../../platform/retried.ts';
import { admitCall } from '../../rate-limits/index.ts';
import { Failure } from '../../shared/failure.ts';
import { fromUsd } from '../../shared/money.ts';
import { second } from '../../shared/time.ts';
import { Account } from '../../usage/index.ts';
import { type Source, toSource } from './citations.ts';
import { modelOptions, passagesOf, promptOf } from './prompt.ts';

/**
 * Another agent's answer to one message, on its active version, without a session and within its own
 * limits and those of the run that asked. What it costs is on that run's account and that of the agent which
 * was talked to; budgets and rate limits that are named for the agent that is asked bind it all the same.
 */
export const runAgent: RunAgent = async (given, call) => {
  const version = await selectVersionFor(given.db, given.workspace_id, call.agent.id, null).get();
  if (version === undefined)
    return { ok: false, error: `The agent ${call.agent.slug} has no version.` };
  const refusal = await refusalOf(given, call.agent.id);
  if (refusal !== null)
    return { ok: false, error: `${call.agent.slug} cannot be asked: ${refusal}` };
  const config = parseConfig(version.config);
  const account = new Account(fromUsd(config.limits.cost_usd), call.attribution.account);
  const signal = AbortSignal.any([
    call.signal,
    AbortSignal.timeout(config.limits.seconds * second),
  ]);
  const ctx = { ...given, signal };
  const attribution = {
    ...call.attribution,
    account,
    asked_agent_ids: [...(call.attribution.asked_agent_ids ?? []), call.agent.id],
  };
  // Named anew each time: a model may give two calls one id, and each has been paid for.
  const call_key = `${call.attribution.run_id ?? ctx.request_id}:${ctx.newId('use')}`;
  const sources: Source[] = [];
  const number = (hits: readonly Hit[]) => {
    const numbered = hits.map((hit, index) => toSource(hit, sources.length + index + 1));
    sources.push(...numbered);
    return numbered;
  };
  const usage = await retrieve(ctx, { ...call, attribution }, config, call_key, number);
  const { base_ids, no_answer, scope } = config.knowledge;
  if (
    base_ids.length > 0 &&
    sources.length === 0 &&
    scope === 'only' &&
    config.tools.length === 0
  ) {
    return { ok: true, output: { agent: call.agent.slug, answer: no_answer }, usage };
  }
  const loop = runLoop(ctx, {
    call_key,
    models: [config.model, ...config.fallback_models],
    prompt: promptOf(
      { config, session: { inputs: {} }, history: [], question: call.message, summary: null },
      sources,
    ),
    options: modelOptions(config),
    tools: await resolveTools(ctx, version.tools, { runAgent }),
    context: {
      config,
      depth: call.depth,
      above: [...call.above, call.agent.id],
      attribution,
      signal,
    },
    spent: { steps: 0, tool_calls: 0 },
    cite: (hits) => passagesOf(config, number(hits)),
    store: async (round) => void (await retried(() => commit(ctx, { statements: round.usage }))),
  });
  let next = await loop.next();
  while (next.done !== true) next = await loop.next();
  return toOutcome(call, config, next.value, usage);
};

/** The agent's rate limits hold for those who ask it, too; null where they allow it. */
async function refusalOf(ctx: Ctx, agent_id: string): Promise<string | null> {
  try {
    await admitCall(ctx, { agent_id });
    return null;
  } catch (error) {
    if (error instanceof Failure) return error.message;
    throw error;
  }
}

/** What the agent's documents say about the message; returns the usage rows. */
async function retrieve(
  ctx: Ctx,
  call: Pick<AgentCall, 'attribution' | 'message'>,
  { knowledge }: AgentConfig,
  call_key: string,
  number: (hits: readonly Hit[]) => unknown,
): Promise<Statement[]> {
  const { base_ids, mode, top_k, min_score, reranker } = knowledge;
  if (base_ids.length === 0) return [];
  const search = { base_ids, query: call.message, mode, top_k, min_score, reranker, filter: {} };
  const found = await searchKnowledge(ctx, search, {
    ...call.attribution,
    call_key: `${call_key}:retrieval`,
  });
  if (found.coverage !== 'none') number(found.hits);
  return found.usage;
}

function toOutcome(
  { agent }: AgentCall,
  config: AgentConfig,
  { last, limit, failure }: LoopResult,
  earlier: readonly Statement[],
): ToolOutcome {
  const usage = [...earlier, ...(last?.usage ?? [])];
  if (limit !== null)
    return { ok: false, error: `${agent.slug} reached a limit: ${limit}.`, usage };
  if (failure !== null)
    return { ok: false, error: `${agent.slug} failed: ${failure.message}`, usage };
  const text = (last?.model.content ?? [])
    .map((part) => (part.type === 'text' ? part.text : ''))
    .join('');
  const structured =
    config.output_schema === null ? null : parseStructured(text, config.output_schema);
  if (structured?.ok === false)
    return {
      ok: false,
      error: `${agent.slug} gave an answer that does not follow its schema.`,
      usage,
    };
  // Its markers number its own passages, which mean nothing to whoever asked.
  return {
    ok: true,
    output: {
      agent: agent.slug,
      answer: structured?.value ?? text.replaceAll(/\s?\[\d{1,3}\]/g, ''),
    },
    usage,
  };
}
