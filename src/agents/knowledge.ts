import { z } from '@hono/zod-openapi';
import {
  type File,
  type FileQuery,
  listFilesOf,
  narrowFilter,
  type PartlyUploaded,
  type SearchFilter,
  SearchQuery,
  type SearchResult,
  searchKnowledge,
  toResult,
  type Uploaded,
  type UploadSource,
  uploadFiles,
} from '../knowledge/index.ts';
import { commit } from '../platform/commit.ts';
import type { Ctx } from '../platform/context.ts';
import { withRetry } from '../platform/with-retry.ts';
import { definedFields } from '../shared/defined-fields.ts';
import type { Page } from '../shared/page.ts';
import { readAgent, refuseArchived } from './change.ts';
import { parseConfig } from './merge-config.ts';
import { ownBaseOf } from './store.ts';

const searchFields = SearchQuery.shape;

/** A search query; options that are left out are taken from the agent's configuration. */
export const AgentSearchQuery = z
  .strictObject({
    query: searchFields.query,
    filter: searchFields.filter
      .unwrap()
      .optional()
      .describe('An end user narrows the filter of the agent by it; an API key replaces that'),
    groups: searchFields.groups,
    boxes: searchFields.boxes,
    mode: searchFields.mode.unwrap().optional(),
    top_k: searchFields.top_k.unwrap().optional(),
    min_score: searchFields.min_score
      .unwrap()
      .optional()
      .describe('Leaves out hits with a lower `score`'),
    reranker: searchFields.reranker.unwrap().optional(),
    diversity: searchFields.diversity.unwrap().optional(),
    context_tokens: searchFields.context_tokens.unwrap().optional(),
  })
  .describe("Options that are left out are taken from the agent's configuration")
  .openapi('AgentSearchQuery', {
    example: { query: 'How many days of leave do I have?' } as never,
  });
export type AgentSearchQuery = z.output<typeof AgentSearchQuery>;

/** Stores files in the agent's own base. Throws `not_found`, `agent_archived` and the failures of an upload. */
export async function uploadAgentFiles(
  ctx: Ctx,
  agent: string,
  source: UploadSource,
): Promise<Uploaded | PartlyUploaded> {
  const row = await readAgent(ctx, agent);
  refuseArchived(row);
  return uploadFiles(ctx, row.base_id, source);
}

/** Lists the files of the agent's own base, in one round trip. Throws `not_found`. */
export const listAgentFiles = (
  ctx: Ctx,
  agent: string,
  page: z.output<typeof FileQuery>,
): Promise<Page<z.output<typeof File>>> =>
  listFilesOf(ctx, ownBaseOf(ctx.workspace_id, agent), agent, page);

/** Searches the bases of the agent's active version with its settings. Throws `not_found`. */
export async function searchAgent(
  ctx: Ctx,
  agent: string,
  { filter: given, boxes, ...options }: AgentSearchQuery,
): Promise<z.output<typeof SearchResult>> {
  const row = await readAgent(ctx, agent);
  const { base_ids, revisions, filter, ...knowledge } = parseConfig(row.config).knowledge;
  const { mode, top_k, min_score, reranker, diversity, context_tokens } = knowledge;
  const settings = {
    base_ids,
    revisions,
    filter: filterFor(ctx, filter, given),
    mode,
    top_k,
    min_score,
    reranker,
    diversity,
    context_tokens,
  };
  const call = { call_key: ctx.newId('req'), agent_id: row.id, version_id: row.active_version_id };
  const { usage, ...found } = await searchKnowledge(
    ctx,
    { ...settings, ...definedFields(options) },
    call,
  );
  const reply = await toResult(ctx, found, boxes);
  // A repeated request of an end user searches again: who may read a file may have changed.
  const stored = ctx.groups === null ? { reply } : {};
  await withRetry(() => commit(ctx, { statements: usage, ...stored }));
  return reply;
}

/** The filter of a search: a caller replaces that of the agent, and an end user can only narrow it. */
function filterFor(ctx: Ctx, own: SearchFilter | null, given: SearchFilter | null | undefined) {
  if (given == null || own === null) return given ?? own;
  return ctx.groups === null ? given : narrowFilter(own, given);
}
