import { z } from '@hono/zod-openapi';
import { pageOf } from '../../http/openapi.ts';
import { Router } from '../../http/router.ts';
import { Id } from '../../http/schema.ts';
import { createServer } from './create.ts';
import { acceptTools, refreshServer, tryMcpTool } from './refresh.ts';
import {
  AcceptMcpTools,
  CreateMcpServer,
  McpRefresh,
  McpServer,
  McpServerDetail,
  McpServerQuery,
  McpToolResult,
  TestMcpTool,
  UpdateMcpServer,
} from './schema.ts';
import { getServer, listServers } from './service.ts';
import { deleteServer, updateSettings } from './settings.ts';

const tag = 'Tools';
const server = z.object({ server: Id('mcp') });
const etag = (reply: { readonly revision: number }) => String(reply.revision);

export const mcpRoutes = new Router()
  .endpoint(
    {
      method: 'post',
      path: '/tools/mcp',
      access: 'tools:write',
      tag,
      summary: 'Create an MCP server',
      description:
        'Connects to a server of the Model Context Protocol, lists its tools and accepts them as they are. Agents refer to them in `tools` as `name__tool`, or to all of them as `name__*`. A server that cannot be listed is created with `status` and `error`.',
      body: CreateMcpServer,
      reply: {
        status: 201,
        schema: McpServerDetail,
        description: 'The server with its tools; secret values are not returned',
      },
      failures: ['name_taken', 'url_not_allowed', 'quota_exceeded'],
      etag,
    },
    (ctx, { body }) => createServer(ctx, body),
  )
  .endpoint(
    {
      method: 'get',
      path: '/tools/mcp',
      access: 'tools:read',
      tag,
      summary: 'List MCP servers',
      query: McpServerQuery,
      reply: { status: 200, schema: pageOf(McpServer), description: 'Servers, newest first' },
      failures: ['invalid_cursor'],
    },
    (ctx, { query }) => listServers(ctx, query),
  )
  .endpoint(
    {
      method: 'get',
      path: '/tools/mcp/{server}',
      access: 'tools:read',
      tag,
      summary: 'Get an MCP server',
      params: server,
      reply: { status: 200, schema: McpServerDetail, description: 'The server with its tools' },
      etag,
    },
    (ctx, { params }) => getServer(ctx, params.server),
  )
  .endpoint(
    {
      method: 'patch',
      path: '/tools/mcp/{server}',
      access: 'tools:write',
      tag,
      summary: 'Update an MCP server',
      description:
        'Changes settings at once, for all versions. `tools` is replaced as a whole. Tools that become visible by it are listed with `POST /tools/mcp/{server}/refresh` and then accepted.',
      params: server,
      body: UpdateMcpServer,
      reply: { status: 200, schema: McpServer, description: 'The server' },
      failures: ['url_not_allowed'],
      etag,
    },
    (ctx, { params, body, ifMatch }) => updateSettings(ctx, params.server, body, ifMatch),
  )
  .endpoint(
    {
      method: 'delete',
      path: '/tools/mcp/{server}',
      access: 'tools:write',
      tag,
      summary: 'Delete an MCP server',
      description:
        'Deletes the server with its tools and secrets. Versions that use the tools continue without them.',
      params: server,
      reply: { status: 204, description: 'Deleted' },
      failures: ['precondition_failed'],
    },
    async (ctx, { params, ifMatch }) => void (await deleteServer(ctx, params.server, ifMatch)),
  )
  .endpoint(
    {
      method: 'post',
      path: '/tools/mcp/{server}/refresh',
      access: 'tools:write',
      tag,
      summary: 'Refresh an MCP server',
      description:
        'Lists the tools of the server and returns what differs from what was accepted. Tools that have changed are not called until the change is accepted.',
      params: server,
      reply: { status: 200, schema: McpRefresh, description: 'The server and the differences' },
    },
    (ctx, { params }) => refreshServer(ctx, params.server),
  )
  .endpoint(
    {
      method: 'post',
      path: '/tools/mcp/{server}/accept',
      access: 'tools:write',
      tag,
      summary: 'Accept tools of an MCP server',
      description:
        'Accepts the definitions with these hashes. Versions that have pinned the tools use them from then on.',
      params: server,
      body: AcceptMcpTools,
      reply: { status: 200, schema: McpServerDetail, description: 'The server with its tools' },
      failures: ['conflict', 'precondition_failed'],
    },
    (ctx, { params, body, ifMatch }) => acceptTools(ctx, params.server, body, ifMatch),
  )
  .endpoint(
    {
      method: 'post',
      path: '/tools/mcp/{server}/test',
      access: 'tools:write',
      tag,
      summary: 'Test a tool of an MCP server',
      description:
        'Calls an accepted tool as a model would. A failed call is a result, not an error.',
      params: server,
      body: TestMcpTool,
      reply: { status: 200, schema: McpToolResult, description: 'The result' },
    },
    (ctx, { params, body }) => tryMcpTool(ctx, params.server, body),
  );
