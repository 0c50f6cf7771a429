import { z } from '@hono/zod-openapi';
import { pageOf } from '../http/openapi.ts';
import { Router } from '../http/router.ts';
import { Id } from '../http/schema.ts';
import { importTools, previewImport } from './import.ts';
import {
  ImportedTools,
  ImportPreview,
  ImportTools,
  maxDocument,
  PreviewImport,
} from './import-schema.ts';
import { CreateTool, TestTool, Tool, ToolQuery, ToolResult, UpdateTool } from './schema.ts';
import { createTool, deleteTool, getTool, listTools, updateTool } from './service.ts';
import { tryTool } from './try.ts';

const tag = 'Tools';
const tool = z.object({ tool: Id('tool') });
const etag = (reply: { readonly revision: number }) => String(reply.revision);
/**
 * Maximum bytes of a request with a document inside JSON, where quotes and line feeds take two
 * bytes.
 */
const documentLimit = 2 * maxDocument;

export const toolRoutes = new Router()
  .endpoint(
    {
      method: 'post',
      path: '/tools',
      access: 'tools:write',
      tag,
      summary: 'Create a tool',
      description:
        'Creates an HTTP request that models may make, with arguments that match a schema. Agents refer to it in `tools`.',
      body: CreateTool,
      reply: { status: 201, schema: Tool, description: 'The tool; secret values are not returned' },
      failures: ['name_taken', 'url_not_allowed', 'quota_exceeded'],
      etag,
    },
    (ctx, { body }) => createTool(ctx, body),
  )
  .endpoint(
    {
      method: 'get',
      path: '/tools',
      access: 'tools:read',
      tag,
      summary: 'List tools',
      query: ToolQuery,
      reply: { status: 200, schema: pageOf(Tool), description: 'Tools, newest first' },
      failures: ['invalid_cursor'],
    },
    (ctx, { query }) => listTools(ctx, query),
  )
  .endpoint(
    {
      method: 'post',
      path: '/tools/openapi',
      access: 'tools:write',
      tag,
      summary: 'Import tools',
      description: 'Creates tools from the chosen operations of an OpenAPI document, all or none.',
      body: ImportTools,
      bodyLimit: documentLimit,
      reply: {
        status: 201,
        schema: ImportedTools,
        description: 'The tools, in the order of `operations`',
      },
      failures: ['name_taken', 'url_not_allowed'],
    },
    (ctx, { body }) => importTools(ctx, body),
  )
  .endpoint(
    {
      method: 'post',
      path: '/tools/openapi/preview',
      access: 'tools:write',
      tag,
      summary: 'Preview an import',
      description:
        'Lists the operations of an OpenAPI document and the tools that they would become. Nothing is stored.',
      body: PreviewImport,
      bodyLimit: documentLimit,
      reply: {
        status: 200,
        schema: ImportPreview,
        description: 'The operations, in the order of the document',
      },
    },
    (ctx, { body }) => previewImport(ctx, body),
  )
  .endpoint(
    {
      method: 'get',
      path: '/tools/{tool}',
      access: 'tools:read',
      tag,
      summary: 'Get a tool',
      params: tool,
      reply: { status: 200, schema: Tool, description: 'The tool' },
      etag,
    },
    (ctx, { params }) => getTool(ctx, params.tool),
  )
  .endpoint(
    {
      method: 'patch',
      path: '/tools/{tool}',
      access: 'tools:write',
      tag,
      summary: 'Update a tool',
      description:
        'Creates the next revision. Agent versions keep the revision that they were created with until `tools` is set again.',
      params: tool,
      body: UpdateTool,
      reply: { status: 200, schema: Tool, description: 'The tool' },
      failures: ['name_taken', 'url_not_allowed'],
      etag,
    },
    (ctx, { params, body, ifMatch }) => updateTool(ctx, params.tool, body, ifMatch),
  )
  .endpoint(
    {
      method: 'delete',
      path: '/tools/{tool}',
      access: 'tools:write',
      tag,
      summary: 'Delete a tool',
      description:
        'New versions cannot use the tool. Versions that use it keep the revision they were created with.',
      params: tool,
      reply: { status: 204, description: 'Deleted' },
      failures: ['precondition_failed'],
    },
    async (ctx, { params, ifMatch }) => void (await deleteTool(ctx, params.tool, ifMatch)),
  )
  .endpoint(
    {
      method: 'post',
      path: '/tools/{tool}/test',
      access: 'tools:write',
      tag,
      summary: 'Test a tool',
      description: 'Calls the tool as a model would. A failed call is a result, not an error.',
      params: tool,
      body: TestTool,
      reply: { status: 200, schema: ToolResult, description: 'The result' },
    },
    (ctx, { params, body }) => tryTool(ctx, params.tool, body),
  );
