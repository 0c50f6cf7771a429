import { z } from '@hono/zod-openapi';
import { Router } from '../../http/router.ts';
import { Id } from '../../http/schema.ts';
import { CitedPage } from './schema.ts';
import { getCitedPage } from './service.ts';

export const citationRoutes = new Router().endpoint(
  {
    method: 'get',
    path: '/messages/{message}/citations/{citation}',
    access: 'messages:read',
    for_end_users: true,
    for_visitors: true,
    tag: 'Sessions',
    summary: 'Get a cited page',
    description:
      'The page of the document that a citation of an answer is from, with the place of the quote: for readers of the answer, who need no access to the knowledge base.',
    params: z.object({
      message: Id('msg'),
      citation: z.coerce.number().int().min(1).max(10_000).describe('Number of the citation'),
    }),
    reply: { status: 200, schema: CitedPage, description: 'The page' },
  },
  (ctx, { params }) => getCitedPage(ctx, params.message, params.citation),
);
