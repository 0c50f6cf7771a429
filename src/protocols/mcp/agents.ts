import { parseConfig } from '../../agents/index.ts';
import { type Ctx, coveredAgents, coversAgent } from '../../platform/context.ts';
import { Failure, notFound } from '../../shared/failure.ts';
import { type Page, readPage } from '../../shared/page.ts';
import { type McpAgentRow, selectAgentNamed, selectAgentsAfter, selectSlugsFrom } from './store.ts';
import { slugsOf, toToolName } from './tool-names.ts';

/** An agent with the configuration of its active version. */
export interface McpAgent extends Omit<McpAgentRow, 'config'> {
  readonly config: ReturnType<typeof parseConfig>;
  /** Name of the tool that asks it. */
  readonly tool: string;
}

/** The scope of a request: one agent, or the agents of the credential. */
export interface McpScope {
  readonly ctx: Ctx;
  /** Null for all agents that the credential covers. */
  readonly agent: McpAgent | null;
  /** The end user that an API key acts for. */
  readonly end_user_id: string | null;
  /** Base of the URLs of files. */
  readonly origin: string;
}

const agentsPerPage = 20;

const toAgent = async ({ config, ...row }: McpAgentRow): Promise<McpAgent> => ({
  ...row,
  config: parseConfig(config),
  tool: await toToolName(row.slug),
});

/** Returns an agent by id or slug. Throws `not_found` and `agent_archived`. */
export async function findMcpAgent(ctx: Ctx, name: string): Promise<McpAgent> {
  const row = await selectAgentNamed(ctx.db, ctx.workspace_id, name).get();
  if (row === undefined || !coversAgent(ctx.actor, row.id)) throw notFound('agent');
  if (row.archived_at !== null)
    throw new Failure('agent_archived', 'The agent is archived. Restore it first.');
  return toAgent(row);
}

/** Lists the agents in scope, newest first. Throws `invalid_cursor`. */
export async function listMcpAgents(
  { ctx, agent }: McpScope,
  list: string,
  cursor: string | undefined,
  limit = agentsPerPage,
): Promise<Page<McpAgent>> {
  const only = coveredAgents(ctx.actor);
  const { data, next_cursor } = await readPage(
    {
      secret: ctx.config.signing_secret,
      workspace_id: ctx.workspace_id,
      list: `mcp:${list}`,
      filters: { only, agent: agent?.id },
    },
    { limit, cursor },
    async (after, count) =>
      agent === null ? selectAgentsAfter(ctx.db, ctx.workspace_id, only, after, count).all() : [],
    ({ id }) => id,
    (row) => row,
  );
  return agent === null
    ? { data: await Promise.all(data.map(toAgent)), next_cursor }
    : { data: [agent], next_cursor: null };
}

/** Returns the agent that a tool asks; null for a name that no tool in scope has. */
export async function agentOfTool(
  { ctx, agent }: McpScope,
  name: string,
): Promise<McpAgent | null> {
  if (agent !== null) return agent.tool === name ? agent : null;
  const slugs = slugsOf(name);
  if (slugs === null) return null;
  const slug = slugs.isPrefix ? await matchingSlug(ctx, name, slugs.slug) : slugs.slug;
  return slug === null ? null : findMcpAgent(ctx, slug).catch(nullIfUnknown);
}

async function matchingSlug(ctx: Ctx, name: string, prefix: string): Promise<string | null> {
  const rows = await selectSlugsFrom(ctx.db, ctx.workspace_id, prefix).all();
  for (const { slug } of rows) if ((await toToolName(slug)) === name) return slug;
  return null;
}

function nullIfUnknown(error: unknown): null {
  if (error instanceof Failure && error.code === 'not_found') return null;
  throw error;
}
