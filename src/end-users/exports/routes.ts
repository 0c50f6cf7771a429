import { z } from '@hono/zod-openapi';
import { pageOf, pageQuery } from '../../http/openapi.ts';
import { Router } from '../../http/router.ts';
import { Id } from '../../http/schema.ts';
import { EndUserParameter } from '../schema.ts';
import { EndUserExport, ExportParameters, LinkQuery } from './schema.ts';
import { createExport, downloadExport, getExport, listExports } from './service.ts';

const tag = 'End users';
const access = 'end-users:manage';

export const exportRoutes = new Router()
  .endpoint(
    {
      method: 'post',
      path: '/end-users/{end_user}/exports',
      access,
      tag,
      summary: 'Export an end user',
      operationId: 'exportEndUser',
      description:
        'Collects everything of the end user in one archive, in the background: gzip of JSON lines, each with its `kind`, and the content of files ' +
        'as `file_content` lines in base64url. Secrets and data of others are not part of it. The archive is removed after 24 hours.',
      params: EndUserParameter,
      reply: { status: 202, schema: EndUserExport, description: 'The export has started' },
    },
    (ctx, { params }) => createExport(ctx, params.end_user),
  )
  .endpoint(
    {
      method: 'get',
      path: '/end-users/{end_user}/exports',
      access,
      tag,
      summary: 'List exports of an end user',
      operationId: 'listEndUserExports',
      params: EndUserParameter,
      query: z.strictObject(pageQuery),
      reply: { status: 200, schema: pageOf(EndUserExport), description: 'Exports, newest first' },
      failures: ['invalid_cursor'],
    },
    (ctx, { params, query }) => listExports(ctx, params.end_user, query),
  )
  .endpoint(
    {
      method: 'get',
      path: '/end-users/{end_user}/exports/{export}',
      access,
      tag,
      summary: 'Get an export of an end user',
      operationId: 'getEndUserExport',
      params: ExportParameters,
      reply: { status: 200, schema: EndUserExport, description: 'The export' },
    },
    (ctx, { params }) => getExport(ctx, params.end_user, params.export),
  )
  .endpoint(
    {
      method: 'get',
      path: '/end-user-exports/{export}/content',
      access: 'public',
      tag,
      summary: 'Download an export by its link',
      operationId: 'downloadEndUserExport',
      description: 'The `url` of an export: signed, and valid without a key until it expires.',
      params: z.object({ export: Id('eux') }),
      query: LinkQuery,
      reply: { status: 200, mediaType: 'application/gzip', description: 'The archive' },
      failures: ['forbidden', 'not_found', 'validation_failed'],
    },
    (ctx, { params, query }) => downloadExport(ctx, params.export, query),
  );
