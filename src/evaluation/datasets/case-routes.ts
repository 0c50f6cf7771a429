import { z } from '@hono/zod-openapi';
import { pageOf } from '../../http/openapi.ts';
import { Router } from '../../http/router.ts';
import { Id } from '../../http/schema.ts';
import { createCaseOfMessage } from './case-of-turn.ts';
import { Case, UpdateCase } from './case-schema.ts';
import { createCases, deleteCase, getCase, listCases, updateCase } from './cases.ts';
import { CaseOfTurn, CaseQuery, CreateCases, CreatedCases, RevisionQuery } from './schema.ts';

const dataset = z.object({ dataset: Id('ds') });
const one = z.object({ dataset: Id('ds'), case: Id('case') });
const tag = 'Evaluation';
const etag = ({ revision }: Case) => String(revision);
const withheld = 'A key that may not read messages gets cases from turns without their content.';

export const caseRoutes = new Router()
  .endpoint(
    {
      method: 'post',
      path: '/datasets/{dataset}/cases',
      access: 'datasets:write',
      tag,
      summary: 'Add cases',
      operationId: 'createCases',
      description: 'Adds all cases, or none. A dataset has at most 10,000.',
      params: dataset,
      body: CreateCases,
      reply: { status: 201, schema: CreatedCases, description: 'The cases, in order' },
      failures: ['conflict', 'quota_exceeded'],
    },
    (ctx, { params, body }) => createCases(ctx, params.dataset, body),
  )
  .endpoint(
    {
      method: 'get',
      path: '/datasets/{dataset}/cases',
      access: 'datasets:read',
      tag,
      summary: 'List cases',
      description: withheld,
      params: dataset,
      query: CaseQuery,
      reply: { status: 200, schema: pageOf(Case), description: 'Cases, oldest first' },
      failures: ['invalid_cursor'],
    },
    (ctx, { params, query }) => listCases(ctx, params.dataset, query),
  )
  .endpoint(
    {
      method: 'get',
      path: '/datasets/{dataset}/cases/{case}',
      access: 'datasets:read',
      tag,
      summary: 'Get a case',
      description: withheld,
      params: one,
      query: RevisionQuery,
      reply: { status: 200, schema: Case, description: 'The case' },
      etag,
    },
    (ctx, { params, query }) => getCase(ctx, params.dataset, params.case, query.revision),
  )
  .endpoint(
    {
      method: 'patch',
      path: '/datasets/{dataset}/cases/{case}',
      access: 'datasets:write',
      tag,
      summary: 'Update a case',
      description: 'Replaces the fields that are given. Former revisions keep the case as it was.',
      params: one,
      body: UpdateCase,
      reply: { status: 200, schema: Case, description: 'The updated case' },
      failures: ['conflict', 'quota_exceeded'],
      etag,
    },
    (ctx, { params, body, ifMatch }) => updateCase(ctx, params.dataset, params.case, ifMatch, body),
  )
  .endpoint(
    {
      method: 'delete',
      path: '/datasets/{dataset}/cases/{case}',
      access: 'datasets:write',
      tag,
      summary: 'Delete a case',
      description: 'Former revisions keep the case.',
      params: one,
      reply: { status: 204, description: 'Deleted' },
      failures: ['precondition_failed'],
    },
    async (ctx, { params, ifMatch }) =>
      void (await deleteCase(ctx, params.dataset, params.case, ifMatch)),
  )
  .endpoint(
    {
      method: 'post',
      path: '/messages/{message}/cases',
      access: 'datasets:write',
      tag,
      summary: 'Add the turn of an answer to a dataset',
      operationId: 'createMessageCase',
      description:
        'The question becomes the input, the conversation before it is kept, and answer, cited passages and calls of tools become the expectation, unless `expected` says otherwise. The case is erased from all revisions when the session or one of its turns is.',
      params: z.object({ message: Id('msg') }),
      body: CaseOfTurn,
      reply: { status: 201, schema: Case, description: 'The case' },
      failures: ['conflict', 'quota_exceeded'],
      etag,
    },
    (ctx, { params, body }) => createCaseOfMessage(ctx, params.message, body),
  );
