import { sql } from 'drizzle-orm';
import { coversAgent } from '../../platform/context.ts';
import { selectAccepted, selectAcceptedByName } from '../mcp/store.ts';
import type { ToolSource } from './source.ts';

/** Tools of MCP servers. A key that is limited to agents has none. */
export const mcpSource: ToolSource<'mcp'> = {
  async list(ctx) {
    if (!coversAgent(ctx.actor, null)) return [];
    await selectAccepted(ctx.db, ctx.workspace_id).all();
    return [];
  },
  async pin(ctx, names) {
    if (!coversAgent(ctx.actor, null)) return [];
    const rows = await selectAcceptedByName(ctx.db, ctx.workspace_id, names).all();
    return rows.map(({ tool_name, server_id, hash }) => ({
      ...{ kind: 'mcp' as const, name: tool_name },
      ...{ server_id, hash },
    }));
  },
  resolve: async () => [],
  status: {
    where: 'database',
    status: (pin) => sql`coalesce((
      select case when m.offered_hash is null then 'deleted'
        when m.offered_hash = m.accepted_hash then 'current' else 'changed' end
      from mcp_tools m where m.server_id = ${pin}.value ->> 'server_id' and m.tool_name = ${pin}.value ->> 'name'), 'deleted')`,
    exists: (pin, workspace_id) => sql`exists (
      select 1 from mcp_tools m where m.workspace_id = ${workspace_id}
        and m.server_id = ${pin}.value ->> 'server_id' and m.tool_name = ${pin}.value ->> 'name')`,
  },
};
