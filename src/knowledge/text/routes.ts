import { z } from '@hono/zod-openapi';
import { Router } from '../../http/router.ts';
import { Id } from '../../http/schema.ts';
import { getText } from './get-text.ts';
import { FileText, TextQuery } from './schema.ts';

export const textRoutes = new Router().endpoint(
  {
    method: 'get',
    path: '/files/{file}/text',
    access: 'knowledge:read',
    tag: 'Knowledge',
    summary: 'Get the text of a file',
    description:
      'The text as it was extracted, from which the chunks are cut: Markdown for formats with structure. Long texts are returned in parts. While a file is processed again, it is the text that is searchable.',
    params: z.object({ file: Id('file') }),
    query: TextQuery,
    reply: { status: 200, schema: FileText, description: 'The text, or a part of it' },
    failures: ['conflict', 'revision_purged'],
  },
  (ctx, { params, query }) => getText(ctx, params.file, query),
);
