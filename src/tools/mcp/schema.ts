import { z } from '@hono/zod-openapi';
import { mcpServerStatuses } from '../../db/schema/mcp.ts';
import { pageQuery } from '../../http/openapi.ts';
import { Id, Time } from '../../http/schema.ts';
import { toWireTime } from '../../shared/time.ts';
import { effects } from '../definition.ts';
import { Auth, AuthInput, toAuth } from './auth-schema.ts';
import { maxServerName, serverName } from './names.ts';
import type { McpServerRow } from './store.ts';

const ToolName = z.string().min(1).max(128);
const differ = (names: readonly string[]) => new Set(names).size === names.length;
const names = z.array(ToolName).max(500).refine(differ, 'Each tool once.');

const Rules = z
  .strictObject({
    include: names
      .min(1)
      .nullable()
      .default(null)
      .describe('Names of the tools to use, as the server has them; null for all'),
    exclude: names.default([]).describe('Names of tools that are not used'),
    effects: z
      .record(ToolName, z.enum(effects))
      .refine((value) => Object.keys(value).length <= 500, 'At most 500 tools.')
      .default({})
      .describe(
        'Effects of tools by their names. The others have the effect `write`, or `destructive` if the server declares it',
      ),
    trust_read_only: z
      .boolean()
      .default(false)
      .describe('Tools that the server calls read-only have the effect `read`'),
  })
  .openapi('McpToolRules');

const fields = {
  url: z.string().min(1).max(2000).describe('Address of the server: streamable HTTP over https'),
  auth: AuthInput,
  tools: Rules,
  timeout_ms: z.int().min(1000).max(60_000).describe('Time limit of a call, with the connection'),
  max_bytes: z.int().min(1).max(2_000_000).describe('Maximum size of a result'),
};

export const CreateMcpServer = z
  .strictObject({
    name: z
      .string()
      .max(maxServerName)
      .regex(serverName, 'Lower-case words joined by `-` or `_`, such as `github`.')
      .describe('Namespace of its tools: models see them as `name__tool`. It cannot be changed'),
    ...fields,
    auth: fields.auth.default({ type: 'none' }),
    tools: fields.tools.default({
      include: null,
      exclude: [],
      effects: {},
      trust_read_only: false,
    }),
    timeout_ms: fields.timeout_ms.default(30_000),
    max_bytes: fields.max_bytes.default(500_000),
  })
  .openapi('CreateMcpServer', {
    example: {
      name: 'tickets',
      url: 'https://mcp-tickets.example.com/mcp',
      auth: { type: 'header', header: 'Authorization', value: 'Bearer 3f9a…' },
      tools: { exclude: ['purge'], effects: { search: 'read' } },
    } as never,
  });
export type CreateMcpServer = z.output<typeof CreateMcpServer>;

export const UpdateMcpServer = z
  .strictObject(fields)
  .partial()
  .openapi('UpdateMcpServer', { example: { timeout_ms: 10_000 } });
export type UpdateMcpServer = z.output<typeof UpdateMcpServer>;

export const McpServerQuery = z.strictObject({
  ...pageQuery,
  q: z.string().min(1).max(100).optional().describe('Filter by a part of the name'),
});
export type McpServerQuery = z.output<typeof McpServerQuery>;

const server = {
  id: Id('mcp'),
  name: z.string(),
  url: z.string(),
  auth: Auth,
  tools: z.object({
    include: z.array(z.string()).nullable(),
    exclude: z.array(z.string()),
    effects: z.record(z.string(), z.enum(effects)),
    trust_read_only: z.boolean(),
  }),
  timeout_ms: z.int(),
  max_bytes: z.int(),
  revision: z.int().min(1).describe('Incremented with every change; the `ETag`'),
  status: z
    .enum(mcpServerStatuses)
    .describe(
      'Outcome of the last listing of tools: `auth_required` when credentials were refused',
    ),
  error: z.string().nullable().describe('Why the last listing failed'),
  refused: z
    .array(z.object({ name: z.string(), reason: z.string() }))
    .describe('Tools of the last listing that cannot be used'),
  server_info: z
    .object({ name: z.string(), version: z.string(), protocol_version: z.string() })
    .nullable()
    .describe('Name and version that the server reports, and the protocol version in use'),
  refreshed_at: Time.nullable().describe('When the tools were last listed'),
  created_by: z.string().nullable(),
  created_at: Time,
  updated_at: Time,
};

export const McpServer = z.object(server).openapi('McpServer');
export type McpServer = z.output<typeof McpServer>;

const FieldChange = z.object({
  field: z.enum(['title', 'description', 'input_schema', 'output_schema', 'annotations']),
  before: z.unknown(),
  after: z.unknown(),
});

const toolStates = ['accepted', 'added', 'changed', 'removed'] as const;

const CatalogTool = z
  .object({
    name: z.string().describe('As the server has it'),
    tool_name: z.string().describe('As models and configurations have it'),
    state: z
      .enum(toolStates)
      .describe(
        '`added`: not accepted yet. `changed` and `removed`: calls are refused until the change is accepted',
      ),
    effect: z.enum(effects),
    title: z.string().nullable(),
    description: z.string(),
    input_schema: z.record(z.string(), z.unknown()),
    output_schema: z.record(z.string(), z.unknown()).nullable(),
    annotations: z.record(z.string(), z.unknown()),
    hash: z
      .string()
      .nullable()
      .describe('Identifies the definition that the server offers; null once it offers none'),
    accepted_hash: z.string().nullable().describe('The same for the definition that was accepted'),
    changes: z.array(FieldChange).describe('Differences from the accepted definition'),
  })
  .openapi('McpTool');
export type CatalogTool = z.output<typeof CatalogTool>;

export const McpServerDetail = z
  .object({
    ...server,
    catalog: z
      .array(CatalogTool)
      .describe('Its tools, by name, with the definitions on the server'),
  })
  .openapi('McpServerDetail');
export type McpServerDetail = z.output<typeof McpServerDetail>;

export const McpRefresh = z
  .object({
    server: McpServer,
    added: z.array(CatalogTool),
    changed: z.array(CatalogTool),
    removed: z.array(CatalogTool),
  })
  .openapi('McpRefresh');
export type McpRefresh = z.output<typeof McpRefresh>;

export const AcceptMcpTools = z
  .strictObject({
    tools: z
      .array(
        z.strictObject({
          name: ToolName.describe('As the server has it'),
          hash: z
            .string()
            .regex(/^[0-9a-f]{64}$/)
            .nullable()
            .describe('`hash` of the tool as it was seen; null accepts that it was removed'),
        }),
      )
      .min(1)
      .max(256)
      .refine((tools) => differ(tools.map(({ name }) => name)), 'Each tool once.'),
  })
  .openapi('AcceptMcpTools', {
    example: { tools: [{ name: 'search', hash: 'c0ffee'.repeat(10).concat('beef') }] },
  });
export type AcceptMcpTools = z.output<typeof AcceptMcpTools>;

export const TestMcpTool = z
  .strictObject({
    tool: ToolName.describe('As the server has it'),
    input: z.record(z.string(), z.unknown()).default({}).describe('Arguments of the call'),
  })
  .openapi('TestMcpTool', { example: { tool: 'search', input: { query: 'printer' } } });
export type TestMcpTool = z.output<typeof TestMcpTool>;

export const McpToolResult = z
  .object({
    ok: z.boolean(),
    output: z.unknown().describe('The result as the model reads it'),
    error: z.string().nullable(),
    latency_ms: z.int(),
  })
  .openapi('McpToolResult');
export type McpToolResult = z.output<typeof McpToolResult>;

export const toMcpServer = (row: McpServerRow): McpServer => ({
  id: row.id,
  name: row.name,
  url: row.url,
  auth: toAuth(row),
  tools: {
    include: row.tools.include === null ? null : [...row.tools.include],
    exclude: [...row.tools.exclude],
    effects: { ...row.tools.effects },
    trust_read_only: row.tools.trust_read_only,
  },
  timeout_ms: row.timeout_ms,
  max_bytes: row.max_bytes,
  revision: row.revision,
  status: row.status,
  error: row.error,
  refused: [...row.refused],
  server_info: row.server_info,
  refreshed_at: row.refreshed_at === null ? null : toWireTime(row.refreshed_at),
  created_by: row.created_by,
  created_at: toWireTime(row.created_at),
  updated_at: toWireTime(row.updated_at),
});
