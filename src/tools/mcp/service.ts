import { batch } from '../../db/client.ts';
import { isGuardViolation } from '../../db/errors.ts';
import { type Ctx, coversAgent } from '../../platform/context.ts';
import { Failure, notFound } from '../../shared/failure.ts';
import { type Page, readPage } from '../../shared/page.ts';
import { toCatalogTool } from './catalog.ts';
import {
  type McpServer,
  type McpServerDetail,
  type McpServerQuery,
  toMcpServer,
} from './schema.ts';
import {
  type McpServerRow,
  type McpToolRow,
  type SealedServer,
  selectServer,
  selectServers,
  selectTools,
} from './store.ts';

/** Attempts of a change that concurrent changes of the same server restart. */
const attempts = 10;

export const auditOf = (
  action: string,
  { id, name }: Pick<McpServerRow, 'id' | 'name'>,
  detail: Readonly<Record<string, unknown>> = {},
) => ({ action, target_type: 'mcp_server', target_id: id, detail: { name, ...detail } });

/** Returns a server with its secrets, sealed. Throws `not_found`, also for an API key that is limited to agents. */
export async function findServer(ctx: Ctx, id: string): Promise<SealedServer> {
  const row = coversAgent(ctx.actor, null)
    ? await selectServer(ctx.db, ctx.workspace_id, id).get()
    : undefined;
  if (row === undefined) throw notFound('MCP server');
  return row;
}

export const toDetail = (row: McpServerRow, tools: readonly McpToolRow[]): McpServerDetail => ({
  ...toMcpServer(row),
  catalog: tools.flatMap((tool) => toCatalogTool(row, tool)),
});

/** Returns a server with its tools, in one trip. */
export async function getServer(ctx: Ctx, id: string): Promise<McpServerDetail> {
  if (!coversAgent(ctx.actor, null)) throw notFound('MCP server');
  const [[row], tools] = await batch(ctx.db, [
    selectServer(ctx.db, ctx.workspace_id, id),
    selectTools(ctx.db, ctx.workspace_id, id),
  ]);
  if (row === undefined) throw notFound('MCP server');
  return toDetail(row, tools);
}

/** Returns a page of servers, newest first, in one trip. */
export const listServers = (
  ctx: Ctx,
  { limit, cursor, q }: McpServerQuery,
): Promise<Page<McpServer>> =>
  readPage(
    {
      ...{ secret: ctx.config.signing_secret, workspace_id: ctx.workspace_id },
      ...{ list: 'mcp_servers', filters: { q } },
    },
    { limit, cursor },
    async (after, count) =>
      coversAgent(ctx.actor, null)
        ? selectServers(ctx.db, ctx.workspace_id, q, after, count).all()
        : [],
    (row) => row.id,
    toMcpServer,
  );

const stale = () =>
  new Failure('precondition_failed', 'The MCP server has changed. Read it again.');

/**
 * Runs a change of a server at the revision that it reads, and again where another change came first. Throws `not_found`,
 * `precondition_failed`.
 */
export async function changeServer<Result>(
  ctx: Ctx,
  id: string,
  ifMatch: readonly string[] | null,
  change: (row: SealedServer) => Promise<Result>,
): Promise<Result> {
  for (let attempt = 1; attempt <= attempts; attempt += 1) {
    const row = await findServer(ctx, id);
    if (ifMatch !== null && !ifMatch.includes(String(row.revision))) throw stale();
    try {
      return await change(row);
    } catch (error) {
      if (!isGuardViolation(error, 'mcp_servers.revision')) throw error;
      if (ifMatch !== null) throw stale();
    }
  }
  throw new Failure('unavailable', 'Too many concurrent changes of this MCP server. Retry.', {
    retryAfter: 1,
  });
}
