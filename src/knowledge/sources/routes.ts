import { z } from '@hono/zod-openapi';
import { pageOf } from '../../http/openapi.ts';
import { Router } from '../../http/router.ts';
import { Id } from '../../http/schema.ts';
import {
  CreateSource,
  DeleteSourceQuery,
  Source,
  SourcePage,
  SourcePageQuery,
  SourceQuery,
  UpdateSource,
} from './schema.ts';
import {
  createSource,
  deleteSource,
  getSource,
  listSourcePages,
  listSources,
  syncSourceNow,
} from './service.ts';
import { updateSource } from './update-source.ts';

const kb = z.object({ kb: Id('kb') });
const source = z.object({ source: Id('src') });
const tag = 'Knowledge';

export const sourceRoutes = new Router()
  .endpoint(
    {
      method: 'post',
      path: '/knowledge-bases/{kb}/sources',
      access: 'knowledge:write',
      tag,
      summary: 'Create a knowledge source',
      description:
        'Fills the knowledge base from the web (one page or document, the pages of a sitemap, of a crawl, or of a feed), from a bucket with the API of S3, or from a GitHub repository. The first synchronization starts immediately. Each document is a file whose `external_id` is its address. robots.txt is obeyed; the crawler is named `AgentGrid`.',
      params: kb,
      body: CreateSource,
      reply: { status: 201, schema: Source, description: 'The source' },
      failures: ['url_not_allowed', 'conflict'],
    },
    (ctx, { params, body }) => createSource(ctx, params.kb, body),
  )
  .endpoint(
    {
      method: 'get',
      path: '/knowledge-bases/{kb}/sources',
      access: 'knowledge:read',
      tag,
      summary: 'List knowledge sources',
      params: kb,
      query: SourceQuery,
      reply: { status: 200, schema: pageOf(Source), description: 'Sources, newest first' },
      failures: ['invalid_cursor'],
    },
    (ctx, { params, query }) => listSources(ctx, params.kb, query),
  )
  .endpoint(
    {
      method: 'get',
      path: '/sources/{source}',
      access: 'knowledge:read',
      tag,
      summary: 'Get a knowledge source',
      params: source,
      reply: {
        status: 200,
        schema: Source,
        description: 'The source with the progress of its synchronization',
      },
    },
    (ctx, { params }) => getSource(ctx, params.source),
  )
  .endpoint(
    {
      method: 'patch',
      path: '/sources/{source}',
      access: 'knowledge:write',
      tag,
      summary: 'Update a knowledge source',
      description:
        'Settings apply from the next synchronization. Type and address cannot be changed.',
      params: source,
      body: UpdateSource,
      reply: { status: 200, schema: Source, description: 'The updated source' },
    },
    (ctx, { params, body }) => updateSource(ctx, params.source, body),
  )
  .endpoint(
    {
      method: 'delete',
      path: '/sources/{source}',
      access: 'knowledge:write',
      tag,
      summary: 'Delete a knowledge source',
      description: 'Deletes its files in the background, unless `keep_files` is `true`.',
      params: source,
      query: DeleteSourceQuery,
      reply: { status: 204, description: 'Deleted' },
    },
    async (ctx, { params, query }) =>
      void (await deleteSource(ctx, params.source, query.keep_files ?? false)),
  )
  .endpoint(
    {
      method: 'post',
      path: '/sources/{source}/sync',
      access: 'knowledge:write',
      tag,
      summary: 'Synchronize a knowledge source',
      operationId: 'syncKnowledgeSource',
      description:
        'Adds new pages, updates changed ones and deletes the files of pages that no longer exist. If the synchronization fails, what is stored is kept.',
      params: source,
      reply: { status: 202, schema: Source, description: 'The queued source' },
      failures: ['conflict'],
    },
    (ctx, { params }) => syncSourceNow(ctx, params.source),
  )
  .endpoint(
    {
      method: 'get',
      path: '/sources/{source}/pages',
      access: 'knowledge:read',
      tag,
      summary: 'List the pages of a knowledge source',
      params: source,
      query: SourcePageQuery,
      reply: {
        status: 200,
        schema: pageOf(SourcePage),
        description: 'Pages in the order in which they were found',
      },
      failures: ['invalid_cursor'],
    },
    (ctx, { params, query }) => listSourcePages(ctx, params.source, query),
  );
