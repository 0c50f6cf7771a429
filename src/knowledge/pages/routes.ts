import { z } from '@hono/zod-openapi';
import { pageOf } from '../../http/openapi.ts';
import { Router } from '../../http/router.ts';
import { Id } from '../../http/schema.ts';
import { getBoxes, getPage, listPages } from './pages.ts';
import { BoxQuery, FileBoxes, FilePage, FilePageSummary, PageQuery } from './schema.ts';

const file = z.object({ file: Id('file') });
const tag = 'Knowledge';

export const pageRoutes = new Router()
  .endpoint(
    {
      method: 'get',
      path: '/files/{file}/pages',
      access: 'knowledge:read',
      tag,
      summary: 'List the pages of a file',
      operationId: 'listFilePages',
      description:
        'Sizes of the pages and where their text begins. Empty for formats without pages.',
      params: file,
      query: PageQuery,
      reply: { status: 200, schema: pageOf(FilePageSummary), description: 'Pages in order' },
      failures: ['conflict', 'invalid_cursor', 'revision_purged'],
    },
    (ctx, { params, query }) => listPages(ctx, params.file, query),
  )
  .endpoint(
    {
      method: 'get',
      path: '/files/{file}/pages/{page}',
      access: 'knowledge:read',
      tag,
      summary: 'Get a page of a file',
      operationId: 'getFilePage',
      description:
        'For a viewer of the original: the text, where its lines stand, and the boxes to highlight for a citation, a hit or a chunk.',
      params: file.extend({
        page: z.coerce.number().int().min(1).max(1_000_000).describe('Number of the page, from 1'),
      }),
      query: BoxQuery,
      reply: { status: 200, schema: FilePage, description: 'The page' },
      failures: ['conflict', 'revision_purged'],
    },
    (ctx, { params, query }) => getPage(ctx, params.file, params.page, query),
  )
  .endpoint(
    {
      method: 'get',
      path: '/files/{file}/boxes',
      access: 'knowledge:read',
      tag,
      summary: 'Locate a passage on its pages',
      operationId: 'getFileBoxes',
      description:
        'Where a citation, a hit or a chunk of a PDF stands: give its `start` and `end`, or its chunk. Boxes are in points from the top left corner of the page as a reader shows it.',
      params: file,
      query: BoxQuery,
      reply: { status: 200, schema: FileBoxes, description: 'The boxes' },
      failures: ['conflict', 'revision_purged'],
    },
    (ctx, { params, query }) => getBoxes(ctx, params.file, query),
  );
