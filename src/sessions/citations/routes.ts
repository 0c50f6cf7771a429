import { z } from '@hono/zod-openapi';
import { servedTypes } from '../../documents/index.ts';
import { Router } from '../../http/router.ts';
import { Id } from '../../http/schema.ts';
import { openDocument } from './document.ts';
import { CitedPage, LinkQuery } from './schema.ts';
import { getCitedPage } from './service.ts';

const tag = 'Sessions';
const params = z.object({
  message: Id('msg'),
  citation: z.coerce.number().int().min(1).max(10_000).describe('Number of the citation'),
});

export const citationRoutes = new Router()
  .endpoint(
    {
      method: 'get',
      path: '/messages/{message}/citations/{citation}',
      access: 'messages:read',
      for_end_users: true,
      for_visitors: true,
      tag,
      summary: 'Get a cited page',
      description:
        'The page of the document that a citation of an answer is from, with the place of the quote: for readers of the answer, who need no access to the knowledge base. For end users with a link to the document.',
      params,
      reply: { status: 200, schema: CitedPage, description: 'The page' },
    },
    (ctx, { params, request }) =>
      getCitedPage(ctx, params.message, params.citation, new URL(request.url).origin),
  )
  .endpoint(
    {
      method: 'get',
      path: '/messages/{message}/citations/{citation}/document',
      access: 'public',
      tag,
      summary: 'Open a cited document by its link',
      operationId: 'openCitedDocument',
      description:
        'The `document.url` of a cited page: valid without a key for 5 minutes, and for as long as the end user may read the answer and the document has not been replaced. PDF and images are shown by browsers, other formats are downloads.',
      params,
      query: LinkQuery,
      alsoProduces: servedTypes(['document', 'image']),
      reply: {
        status: 200,
        mediaType: 'application/octet-stream',
        description: 'The original of the document',
      },
      alsoAnswers: { 206: { description: 'The part of the file that `Range` names' } },
      failures: ['forbidden', 'not_found', 'range_not_satisfiable', 'rate_limited'],
    },
    (ctx, { params, query, request }) =>
      openDocument(ctx, params.message, params.citation, query.link, request),
  );
