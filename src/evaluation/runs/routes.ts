import { z } from '@hono/zod-openapi';
import { pageOf } from '../../http/openapi.ts';
import { Router } from '../../http/router.ts';
import { Id } from '../../http/schema.ts';
import { CaseHistoryQuery, listCaseHistory, PastResult } from './case-history.ts';
import { compareEvaluations } from './comparison.ts';
import { Comparison, ComparisonQuery } from './comparison-schema.ts';
import { exportResults } from './export.ts';
import { listResults } from './results.ts';
import {
  CreateEvaluation,
  Evaluation,
  EvaluationQuery,
  EvaluationResult,
  ExportResultsQuery,
  ResultQuery,
  ResumeEvaluation,
} from './schema.ts';
import {
  cancelEvaluation,
  createEvaluation,
  deleteEvaluation,
  getEvaluation,
  listEvaluations,
  resumeEvaluation,
} from './service.ts';

const evaluation = z.object({ eval: Id('eval') });
const tag = 'Evaluation';

export const evaluationRoutes = new Router()
  .endpoint(
    {
      method: 'post',
      path: '/datasets/{dataset}/evaluations',
      access: 'evaluations:write',
      tag,
      summary: 'Evaluate an agent',
      operationId: 'createEvaluation',
      description:
        'Runs versions of an agent, or a draft, over the cases of the newest revision of a dataset, in the background, and scores the answers. Runs are previews: they are metered and subject to budgets, and count in no statistics of the traffic. Tools that change something are simulated. The webhook events are `evaluation.completed` and `evaluation.failed`.',
      params: z.object({ dataset: Id('ds') }),
      body: CreateEvaluation,
      reply: { status: 202, schema: Evaluation, description: 'The evaluation, which runs' },
      failures: ['agent_archived', 'quota_exceeded', 'tool_not_configured'],
    },
    (ctx, { params, body }) => createEvaluation(ctx, params.dataset, body),
  )
  .endpoint(
    {
      method: 'get',
      path: '/evaluations',
      access: 'evaluations:read',
      tag,
      summary: 'List evaluations',
      query: EvaluationQuery,
      reply: { status: 200, schema: pageOf(Evaluation), description: 'Evaluations, newest first' },
      failures: ['invalid_cursor', 'not_found'],
    },
    (ctx, { query }) => listEvaluations(ctx, query),
  )
  .endpoint(
    {
      method: 'get',
      path: '/evaluations/{eval}',
      access: 'evaluations:read',
      tag,
      summary: 'Get an evaluation',
      description:
        'Its progress, and by target and scorer the mean score and the share that passed.',
      params: evaluation,
      reply: { status: 200, schema: Evaluation, description: 'The evaluation' },
    },
    (ctx, { params }) => getEvaluation(ctx, params.eval),
  )
  .endpoint(
    {
      method: 'get',
      path: '/evaluations/{eval}/results',
      access: 'evaluations:read',
      tag,
      summary: 'List the results of an evaluation',
      operationId: 'listCaseResults',
      description: 'One for each case, target and repetition, with its scores and their reasons.',
      params: evaluation,
      query: ResultQuery,
      reply: { status: 200, schema: pageOf(EvaluationResult), description: 'Results by case' },
      failures: ['invalid_cursor', 'forbidden'],
    },
    (ctx, { params, query }) => listResults(ctx, params.eval, query),
  )
  .endpoint(
    {
      method: 'get',
      path: '/datasets/{dataset}/cases/{case}/results',
      access: 'evaluations:read',
      tag,
      summary: 'List the results of a case',
      operationId: 'listPastResults',
      description: 'What the case came to in the evaluations of its dataset.',
      params: z.object({ dataset: Id('ds'), case: Id('case') }),
      query: CaseHistoryQuery,
      reply: { status: 200, schema: pageOf(PastResult), description: 'Results, newest first' },
      failures: ['invalid_cursor'],
    },
    (ctx, { params, query }) => listCaseHistory(ctx, params.dataset, params.case, query),
  )
  .endpoint(
    {
      method: 'get',
      path: '/evaluations/{eval}/export',
      access: 'evaluations:read',
      tag,
      summary: 'Export the results of an evaluation',
      operationId: 'exportCaseResults',
      description:
        'Streams the results as JSON Lines, CSV, or JUnit XML with a suite for each target. Text that a spreadsheet would evaluate as a formula is prefixed with an apostrophe in CSV.',
      params: evaluation,
      query: ExportResultsQuery,
      alsoProduces: ['text/csv', 'application/xml'],
      reply: {
        status: 200,
        mediaType: 'application/jsonl',
        schema: z.string(),
        description: 'The results, one on each line',
      },
    },
    (ctx, { params, query, request }) =>
      exportResults(ctx, params.eval, query, request.headers.get('accept')),
  )
  .endpoint(
    {
      method: 'get',
      path: '/evaluations/{eval}/comparison',
      access: 'evaluations:read',
      tag,
      summary: 'Compare two evaluations',
      operationId: 'compareEvaluations',
      description:
        'Pairs the cases of two evaluations, or of two targets of one: wins and losses, paired differences with intervals, flaky cases, and what the cases that got worse have in common. Cases that were changed in between are left out.',
      params: evaluation,
      query: ComparisonQuery,
      reply: { status: 200, schema: Comparison, description: 'The comparison' },
      failures: ['conflict'],
    },
    (ctx, { params, query }) => compareEvaluations(ctx, params.eval, query),
  )
  .endpoint(
    {
      method: 'post',
      path: '/evaluations/{eval}/cancel',
      access: 'evaluations:write',
      tag,
      summary: 'Cancel an evaluation',
      description: 'Stops its runs. Results so far are kept, and it can be resumed.',
      params: evaluation,
      reply: { status: 200, schema: Evaluation, description: 'The cancelled evaluation' },
      failures: ['conflict'],
    },
    (ctx, { params }) => cancelEvaluation(ctx, params.eval),
  )
  .endpoint(
    {
      method: 'post',
      path: '/evaluations/{eval}/resume',
      access: 'evaluations:write',
      tag,
      summary: 'Resume an evaluation',
      description:
        'Continues one that was cancelled or has failed, such as by a budget, with the tasks that have not ended, and with the credential of this request.',
      params: evaluation,
      body: ResumeEvaluation,
      reply: { status: 202, schema: Evaluation, description: 'The evaluation, which runs' },
      failures: ['conflict'],
    },
    (ctx, { params, body }) => resumeEvaluation(ctx, params.eval, body),
  )
  .endpoint(
    {
      method: 'delete',
      path: '/evaluations/{eval}',
      access: 'evaluations:write',
      tag,
      summary: 'Delete an evaluation',
      params: evaluation,
      reply: { status: 204, description: 'Deleted' },
    },
    async (ctx, { params }) => void (await deleteEvaluation(ctx, params.eval)),
  );
