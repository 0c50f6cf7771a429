import { passagesFor, searchKnowledge } from '../knowledge/index.ts';
import type { Ctx } from '../platform/context.ts';
import type {
  FileRequest,
  KnowledgeAnswer,
  KnowledgeQuery,
  ReadFiles,
  ToolServices,
  WebQuery,
} from '../tools/index.ts';
import { type SearchOutcome, searchWeb } from '../web/index.ts';
import { callDelegate, type RunAgent } from './delegate.ts';
import { circumstancesOf, refuseRedirect } from './judge-call.ts';
import type { ToolCall } from './tool.ts';

export interface ToolPorts {
  /** Runs another agent. Without it, the tool `agent` is omitted. */
  readonly runAgent?: RunAgent;
  /** Reads files for code. Without it, code has none. */
  readonly readFiles?: (request: FileRequest) => Promise<ReadFiles>;
}

/** Binds the features that tools use to one tool call. */
export const toolServices = (
  ctx: Ctx,
  call: ToolCall,
  { runAgent, readFiles }: ToolPorts,
): ToolServices => ({
  searchKnowledge: (query) => searchOwnKnowledge(ctx, call, query),
  readFiles: async (request) => (await readFiles?.(request)) ?? { ok: true, files: [] },
  callAgent: async (request) =>
    runAgent === undefined
      ? { ok: false, error: 'Agents cannot be called in this run.' }
      : callDelegate(ctx, call, request, runAgent),
  searchWeb: (query) => searchOwnWeb(ctx, call, query),
  pageRules: (address) => ({
    ...call.config.web,
    refuseRedirect: (from, to) => refuseRedirect(address, from, to, circumstancesOf(call)),
  }),
});

/** Searches the web within the domains of the agent's version. */
const searchOwnWeb = (
  ctx: Ctx,
  { attribution, config, signal }: ToolCall,
  query: WebQuery,
): Promise<SearchOutcome> =>
  searchWeb(
    ctx,
    { ...query, ...domainsOf(config.web) },
    { ...attribution, call_key: callKeyOf(ctx, attribution), signal },
  );

const domainsOf = ({ allowed_domains, blocked_domains }: ToolCall['config']['web']) => ({
  allowed_domains,
  blocked_domains,
});

/** A new key per call: a model may give two calls the same id, and each is billed. */
const callKeyOf = (ctx: Ctx, { run_id }: ToolCall['attribution']): string =>
  `${run_id ?? ctx.request_id}:${ctx.newId('use')}`;

/** Searches the knowledge bases of the agent's version with the settings of that version. */
async function searchOwnKnowledge(
  ctx: Ctx,
  { attribution, config }: ToolCall,
  { query, top_k }: KnowledgeQuery,
): Promise<KnowledgeAnswer | null> {
  const { base_ids, revisions, mode, min_score, reranker, filter, diversity, context_tokens } =
    config.knowledge;
  if (base_ids.length === 0) return null;
  const call_key = callKeyOf(ctx, attribution);
  const search = {
    ...{ base_ids, revisions, query, mode, min_score, reranker, filter, diversity, context_tokens },
    top_k: top_k ?? config.knowledge.top_k,
  };
  const found = await searchKnowledge(ctx, search, { ...attribution, call_key });
  return { ...found, hits: passagesFor(config.model, found) };
}
