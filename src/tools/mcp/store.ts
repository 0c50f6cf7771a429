import { and, eq, isNotNull, sql } from 'drizzle-orm';
import type { Db } from '../../db/client.ts';
import { mcp_servers, mcp_tools } from '../../db/schema/mcp.ts';

export type McpServerRow = typeof mcp_servers.$inferSelect;
export type McpToolRow = typeof mcp_tools.$inferSelect;

/** Tools that a configuration can name, with the rules of their servers. */
export const selectAccepted = (db: Db, workspace_id: string) =>
  db
    .select({
      server_id: mcp_tools.server_id,
      name: mcp_tools.name,
      tool_name: mcp_tools.tool_name,
      definition: sql<McpToolRow['accepted']>`${mcp_tools.accepted}`.as('definition'),
      rules: mcp_servers.tools,
    })
    .from(mcp_tools)
    .innerJoin(mcp_servers, eq(mcp_servers.id, mcp_tools.server_id))
    .where(and(eq(mcp_tools.workspace_id, workspace_id), isNotNull(mcp_tools.accepted_hash)))
    .orderBy(mcp_tools.tool_name);

export const selectAcceptedByName = (db: Db, workspace_id: string, names: readonly string[]) =>
  db
    .select({
      server_id: mcp_tools.server_id,
      tool_name: mcp_tools.tool_name,
      hash: sql<string>`${mcp_tools.accepted_hash}`.as('hash'),
    })
    .from(mcp_tools)
    .where(
      and(
        eq(mcp_tools.workspace_id, workspace_id),
        isNotNull(mcp_tools.accepted_hash),
        sql`${mcp_tools.tool_name} in (select value from json_each(${JSON.stringify(names)}))`,
      ),
    );
