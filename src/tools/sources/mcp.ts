import type { JSONSchema7 } from '@ai-sdk/provider';
import { sql } from 'drizzle-orm';
import { batch } from '../../db/client.ts';
import { type Ctx, coversAgent } from '../../platform/context.ts';
import { callMcpTool, forRun, isAccepted, type PinnedTool, type RunServer } from '../mcp/call.ts';
import { wildcardServer } from '../mcp/names.ts';
import { effectOf, isIncluded } from '../mcp/rules.ts';
import { selectAccepted, selectPinnable, selectPinned, selectServersByIds } from '../mcp/store.ts';
import type { CallableTool } from '../tool.ts';
import type { ToolSource } from './source.ts';

/** Tools of MCP servers. A key that is limited to agents has none. */
export const mcpSource: ToolSource<'mcp'> = {
  async list(ctx) {
    if (!coversAgent(ctx.actor, null)) return [];
    const rows = await selectAccepted(ctx.db, ctx.workspace_id).all();
    return rows.flatMap(({ name, tool_name, accepted, rules }) =>
      accepted === null || !isIncluded(rules, name)
        ? []
        : [
            {
              name: tool_name,
              description: accepted.description,
              effect: effectOf(rules, name, accepted),
            },
          ],
    );
  },
  async pin(ctx, names) {
    if (!coversAgent(ctx.actor, null)) return [];
    const rows = await readPinnable(ctx, names);
    return rows.map(({ tool_name, server_id, hash }) => ({
      ...{ kind: 'mcp' as const, name: tool_name },
      ...{ server_id, hash },
    }));
  },
  async resolve(ctx, pins) {
    const ids = [...new Set(pins.map(({ server_id }) => server_id))];
    const [servers, tools] = await batch(ctx.db, [
      selectServersByIds(ctx.db, ctx.workspace_id, ids),
      selectPinned(ctx.db, ctx.workspace_id, pins),
    ]);
    const byId = new Map(servers.map((server) => [server.id, forRun(server)]));
    return tools.flatMap((tool) => {
      const server = byId.get(tool.server_id);
      return server === undefined || !isAccepted(tool) || !isIncluded(server.tools, tool.name)
        ? []
        : [toCallable(server, tool)];
    });
  },
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

/** Tools that the rules of their servers include. */
async function readPinnable(ctx: Ctx, names: readonly string[], servers: readonly string[] = []) {
  const rows = await selectPinnable(ctx.db, ctx.workspace_id, names, servers).all();
  return rows.filter(({ rules, name }) => isIncluded(rules, name));
}

/** Returns the names with those that stand for all tools of a server replaced by these tools. */
export async function expandWildcards(
  ctx: Ctx,
  names: readonly string[],
): Promise<readonly string[]> {
  const servers = names.flatMap((name) => wildcardServer(name) ?? []);
  if (servers.length === 0 || !coversAgent(ctx.actor, null)) return names;
  const rows = await readPinnable(ctx, [], servers);
  const expanded = names.flatMap((name) => {
    const server = wildcardServer(name);
    const own = rows.filter((row) => row.server === server).map(({ tool_name }) => tool_name);
    return own.length === 0 ? [name] : own;
  });
  return [...new Set(expanded)];
}

/** Where a call goes and for whom, which is part of what a person approves or signs in for. */
const callerOf = ({ url, auth }: RunServer): string =>
  `${new URL(url).origin}:${auth.type === 'oauth' ? auth.per : auth.type}`;

function toCallable(server: RunServer, tool: PinnedTool): CallableTool {
  const { accepted, accepted_hash } = tool;
  return {
    name: tool.tool_name,
    description: accepted.description === '' ? (accepted.title ?? tool.name) : accepted.description,
    input_schema: accepted.input_schema as JSONSchema7,
    effect: effectOf(server.tools, tool.name, accepted),
    revision: `${server.id}:${accepted_hash}:${callerOf(server)}`,
    takes_text: true,
    hostsOf: () => [new URL(server.url).host],
    run: (ctx, input, { signal, attribution, report, can_ask = false, given }) =>
      callMcpTool(ctx, server, tool, {
        input: input as Record<string, unknown>,
        end_user_id: attribution.end_user_id ?? null,
        ...{ signal, can_ask, given },
        ...(report === undefined ? {} : { report }),
      }),
  };
}
