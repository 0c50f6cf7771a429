import { z } from '@hono/zod-openapi';
import { AgentParameter, searchAgent } from '../../agents/index.ts';
import { mayUse } from '../../identity/index.ts';
import type { SearchResult } from '../../knowledge/index.ts';
import { coveredAgents } from '../../platform/context.ts';
import { canonicalJson } from '../../shared/digest.ts';
import { invalid } from '../../shared/failure.ts';
import { findMcpAgent, listMcpAgents, type McpAgent, type McpScope } from './agents.ts';
import { type ObjectSchema, readArguments, toInputSchema } from './arguments.ts';
import { contentUrl } from './content-url.ts';
import type { ToolCall, ToolReply } from './tool.ts';

/** Agents whose knowledge one search covers; with more, a search names one. */
const maxSearched = 10;
const maxResults = 20;

const SearchArguments = z.strictObject({
  query: z.string().trim().min(1).max(4000).describe('The query, in natural language'),
  agent: AgentParameter.optional().describe('Slug of the agent whose knowledge is searched'),
});

/** Returns the JSON Schema of the arguments. Some clients call `search` with a query only, so `agent` is there only where it is needed. */
export function searchInputSchema({ agent }: McpScope, agents: number): ObjectSchema {
  const schema = toInputSchema(SearchArguments);
  return agent === null && agents > maxSearched
    ? { ...schema, required: ['query', 'agent'] }
    : { ...schema, properties: { query: schema.properties.query ?? {} } };
}

/** The fields that clients with a `search` and a `fetch` tool expect, and more of our own. */
export const searchOutputSchema = {
  type: 'object' as const,
  properties: {
    results: {
      type: 'array',
      items: {
        type: 'object',
        properties: {
          id: { type: 'string', description: '`fetch` returns the document or passage' },
          title: { type: 'string' },
          url: { type: 'string' },
          text: { type: 'string', description: 'The passage that was found' },
          page: { type: ['integer', 'null'] },
          score: { type: 'number', description: 'Relevance, from 0 to 1' },
        },
        required: ['id', 'title', 'url', 'text', 'page', 'score'],
      },
    },
    confidence: {
      type: 'number',
      description: 'Estimated probability that the results answer the query',
    },
  },
  required: ['results', 'confidence'],
};

/** The result of a search in the knowledge of one agent. */
type Found = Pick<z.output<typeof SearchResult>, 'hits'> & { readonly slug: string };
type FoundHit = Found['hits'][number] & { readonly slug: string };

/** Searches the knowledge of the agents in scope as their runs do. Best results first. */
export async function search({ scope, input }: ToolCall): Promise<ToolReply> {
  const { query, agent } = readArguments(SearchArguments, input);
  const agents = await searchedAgents(scope, agent);
  // A search changes nothing: a repeated one is not replayed, and the key belongs to calls that spend.
  const ctx = { ...scope.ctx, idempotency: null };
  const found = await Promise.all(
    agents.map(async ({ id, slug }) => ({
      slug,
      ...(await searchAgent(ctx, id, { query, groups: null, boxes: false })),
    })),
  );
  const results = mergeHits(found, mayFetchFiles(scope)).map((hit) => toResult(hit, scope));
  const reply = { results, confidence: Math.max(0, ...found.map(({ confidence }) => confidence)) };
  return { content: [{ type: 'text', text: JSON.stringify(reply) }], structuredContent: reply };
}

/** Returns the agents to search, one of those with the same knowledge. Throws `validation_failed` if there are too many. */
export async function searchedAgents(scope: McpScope, name?: string): Promise<readonly McpAgent[]> {
  if (scope.agent !== null) {
    if (name !== undefined && name !== scope.agent.slug && name !== scope.agent.id)
      throw invalid(
        '/agent',
        `Only the knowledge of \`${scope.agent.slug}\` can be searched here.`,
      );
    return [scope.agent];
  }
  if (name !== undefined) return [await findMcpAgent(scope.ctx, name)];
  const { data, next_cursor } = await listMcpAgents(scope, 'search', undefined, maxSearched);
  if (next_cursor !== null)
    throw invalid(
      '/agent',
      `There are more than ${maxSearched} agents: name the one whose knowledge to search, such as \`${data[0]?.slug}\`.`,
    );
  return [...new Map(data.map((one) => [canonicalJson(one.config.knowledge), one])).values()];
}

/** True for a caller who may read whole files: `id` of a result is then a file, otherwise a passage. */
export const mayFetchFiles = ({ ctx: { actor } }: McpScope): boolean =>
  mayUse(actor, 'knowledge:read') && coveredAgents(actor) === null;

/** Merges the hits of several searches by their scores: each passage once, or each file once with its best passage. */
function mergeHits(found: readonly Found[], isByFile: boolean): FoundHit[] {
  const best = new Map<string, FoundHit>();
  const all = found.flatMap(({ hits, slug }) => hits.map((hit) => ({ ...hit, slug })));
  for (const hit of all.toSorted((a, b) => b.score - a.score)) {
    const key = isByFile ? hit.file_id : hit.chunk_id;
    if (!best.has(key)) best.set(key, hit);
  }
  return [...best.values()].slice(0, maxResults);
}

/** The id of a passage names the agent in whose knowledge it is. */
const toResult = (hit: FoundHit, scope: McpScope) => ({
  id: mayFetchFiles(scope) ? hit.file_id : `${hit.chunk_id}@${hit.slug}`,
  title: titleOf(hit),
  url: contentUrl(scope.origin, hit.file_id, hit.page),
  ...{ text: hit.text, page: hit.page, score: hit.score },
});

const titleOf = ({ title, file_name, heading }: FoundHit): string =>
  heading === null ? (title ?? file_name) : `${title ?? file_name}: ${heading}`;
