import { z } from '@hono/zod-openapi';
import { pageOf } from '../../http/openapi.ts';
import { Router } from '../../http/router.ts';
import { Id } from '../../http/schema.ts';
import { DiffQuery, FileDifference, KnowledgeRevision, RevisionQuery } from './schema.ts';
import { compareRevisions, listRevisions } from './service.ts';

const kb = z.object({ kb: Id('kb') });
const tag = 'Knowledge';

export const historyRoutes = new Router()
  .endpoint(
    {
      method: 'get',
      path: '/knowledge-bases/{kb}/revisions',
      access: 'knowledge:read',
      tag,
      summary: 'List the revisions of a knowledge base',
      description:
        'Each change of what searches find is a revision. Revisions before `oldest_revision` of the base are removed over time.',
      params: kb,
      query: RevisionQuery,
      reply: {
        status: 200,
        schema: pageOf(KnowledgeRevision),
        description: 'Revisions, the latest first',
      },
      failures: ['invalid_cursor'],
    },
    (ctx, { params, query }) => listRevisions(ctx, params.kb, query),
  )
  .endpoint(
    {
      method: 'get',
      path: '/knowledge-bases/{kb}/diff',
      access: 'knowledge:read',
      tag,
      summary: 'Compare two revisions of a knowledge base',
      operationId: 'compareKnowledgeBaseRevisions',
      params: kb,
      query: DiffQuery,
      reply: {
        status: 200,
        schema: pageOf(FileDifference),
        description: 'Files that differ, by their ids',
      },
      failures: ['invalid_cursor', 'revision_purged'],
    },
    (ctx, { params, query }) => compareRevisions(ctx, params.kb, query),
  );
