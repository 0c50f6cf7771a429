import { z } from '@hono/zod-openapi';
import { pageOf, pageQuery } from '../../http/openapi.ts';
import { Router } from '../../http/router.ts';
import { Id } from '../../http/schema.ts';
import { LinkQuery, WorkspaceExport } from './schema.ts';
import { createExport, downloadExport, getExport, listExports } from './service.ts';

const params = z.object({ workspace_export: Id('wex') });
const about = { access: 'workspace:write', tag: 'Workspaces' } as const;

export const exportRoutes = new Router()
  .endpoint(
    {
      ...about,
      method: 'post',
      path: '/workspace/exports',
      summary: 'Export the workspace',
      operationId: 'createWorkspaceExport',
      description:
        'Starts a background job that writes an archive (`.tar.gz`) of everything in the workspace: the rows of its tables as NDJSON and its ' +
        'stored files. It contains no credentials and nothing computed, such as vectors; `manifest.json` in it lists what is left out and ' +
        'why. One export at a time, and at most 10 a day. The archive is deleted after 24 hours.',
      reply: { status: 202, schema: WorkspaceExport, description: 'The export, in progress' },
      failures: ['conflict', 'rate_limited'],
    },
    (ctx) => createExport(ctx),
  )
  .endpoint(
    {
      ...about,
      method: 'get',
      path: '/workspace/exports',
      summary: 'List workspace exports',
      query: z.strictObject(pageQuery),
      reply: { status: 200, schema: pageOf(WorkspaceExport), description: 'Exports, newest first' },
      failures: ['invalid_cursor'],
    },
    (ctx, { query }) => listExports(ctx, query),
  )
  .endpoint(
    {
      ...about,
      method: 'get',
      path: '/workspace/exports/{workspace_export}',
      summary: 'Get a workspace export',
      params,
      reply: { status: 200, schema: WorkspaceExport, description: 'The export with its link' },
    },
    (ctx, { params }) => getExport(ctx, params.workspace_export),
  )
  .endpoint(
    {
      method: 'get',
      path: '/workspace/exports/{workspace_export}/download',
      access: 'public',
      tag: 'Workspaces',
      summary: 'Download a workspace export by its link',
      operationId: 'downloadWorkspaceExport',
      description: 'The `url` of an export: signed, and valid without a key for 15 minutes.',
      params,
      query: LinkQuery,
      reply: {
        status: 200,
        mediaType: 'application/gzip',
        description: 'The archive, as a download',
      },
      failures: ['forbidden', 'not_found', 'validation_failed'],
    },
    (ctx, { params, query }) => downloadExport(ctx, params.workspace_export, query),
  );
