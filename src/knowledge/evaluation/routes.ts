import { z } from '@hono/zod-openapi';
import { pageOf } from '../../http/openapi.ts';
import { Router } from '../../http/router.ts';
import { Id } from '../../http/schema.ts';
import {
  cancelEvaluation,
  createEvaluation,
  getEvaluation,
  listEvaluations,
  listResults,
} from './evaluations.ts';
import {
  createQuestions,
  deleteQuestion,
  getQuestion,
  listQuestions,
  updateQuestion,
} from './questions.ts';
import {
  CreatedQuestions,
  CreateEvaluation,
  CreateQuestions,
  Evaluation,
  EvaluationQuery,
  EvaluationResult,
  Question,
  QuestionQuery,
  ResultQuery,
  UpdateQuestion,
} from './schema.ts';

const kb = z.object({ kb: Id('kb') });
const question = z.object({ kb: Id('kb'), golden_question: Id('gq') });
const evaluation = z.object({ kb: Id('kb'), evaluation: Id('rev') });
const tag = 'Knowledge';

export const evaluationRoutes = new Router()
  .endpoint(
    {
      method: 'post',
      path: '/knowledge-bases/{kb}/golden-questions',
      access: 'knowledge:write',
      tag,
      summary: 'Add golden questions',
      operationId: 'createGoldenQuestions',
      description:
        'Questions with the files or passages that answer them, by which the search of the base is evaluated. All are added, or none. A base has at most 2,000.',
      params: kb,
      body: CreateQuestions,
      reply: { status: 201, schema: CreatedQuestions, description: 'The questions, in order' },
      failures: ['conflict'],
    },
    (ctx, { params, body }) => createQuestions(ctx, params.kb, body),
  )
  .endpoint(
    {
      method: 'get',
      path: '/knowledge-bases/{kb}/golden-questions',
      access: 'knowledge:read',
      tag,
      summary: 'List golden questions',
      params: kb,
      query: QuestionQuery,
      reply: { status: 200, schema: pageOf(Question), description: 'Questions, oldest first' },
      failures: ['invalid_cursor'],
    },
    (ctx, { params, query }) => listQuestions(ctx, params.kb, query),
  )
  .endpoint(
    {
      method: 'get',
      path: '/knowledge-bases/{kb}/golden-questions/{golden_question}',
      access: 'knowledge:read',
      tag,
      summary: 'Get a golden question',
      params: question,
      reply: { status: 200, schema: Question, description: 'The question' },
    },
    (ctx, { params }) => getQuestion(ctx, params.kb, params.golden_question),
  )
  .endpoint(
    {
      method: 'patch',
      path: '/knowledge-bases/{kb}/golden-questions/{golden_question}',
      access: 'knowledge:write',
      tag,
      summary: 'Update a golden question',
      params: question,
      body: UpdateQuestion,
      reply: { status: 200, schema: Question, description: 'The updated question' },
    },
    (ctx, { params, body }) => updateQuestion(ctx, params.kb, params.golden_question, body),
  )
  .endpoint(
    {
      method: 'delete',
      path: '/knowledge-bases/{kb}/golden-questions/{golden_question}',
      access: 'knowledge:write',
      tag,
      summary: 'Delete a golden question',
      description: 'Former evaluations keep their results of it.',
      params: question,
      reply: { status: 204, description: 'Deleted' },
    },
    async (ctx, { params }) => void (await deleteQuestion(ctx, params.kb, params.golden_question)),
  )
  .endpoint(
    {
      method: 'post',
      path: '/knowledge-bases/{kb}/evaluations',
      access: 'knowledge:write',
      tag,
      summary: 'Evaluate the search of a knowledge base',
      operationId: 'createRetrievalEvaluation',
      description:
        'Searches for every golden question with the given settings, in the background, and compares the hits with what was expected. An evaluation also starts by itself when an agent activates a version that searches the base with other settings than before. Searches are metered as usual. The last 200 evaluations of a base are kept.',
      params: kb,
      body: CreateEvaluation,
      reply: { status: 202, schema: Evaluation, description: 'The evaluation; poll it' },
      failures: ['conflict', 'revision_purged'],
    },
    (ctx, { params, body }) => createEvaluation(ctx, params.kb, body),
  )
  .endpoint(
    {
      method: 'get',
      path: '/knowledge-bases/{kb}/evaluations',
      access: 'knowledge:read',
      tag,
      summary: 'List evaluations of a knowledge base',
      params: kb,
      query: EvaluationQuery,
      reply: {
        status: 200,
        schema: pageOf(Evaluation),
        description: 'Evaluations with their metrics, newest first',
      },
      failures: ['invalid_cursor'],
    },
    (ctx, { params, query }) => listEvaluations(ctx, params.kb, query),
  )
  .endpoint(
    {
      method: 'get',
      path: '/knowledge-bases/{kb}/evaluations/{evaluation}',
      access: 'knowledge:read',
      tag,
      summary: 'Get an evaluation of a knowledge base',
      params: evaluation,
      reply: { status: 200, schema: Evaluation, description: 'The evaluation' },
    },
    (ctx, { params }) => getEvaluation(ctx, params.kb, params.evaluation),
  )
  .endpoint(
    {
      method: 'get',
      path: '/knowledge-bases/{kb}/evaluations/{evaluation}/results',
      access: 'knowledge:read',
      tag,
      summary: 'List the results of an evaluation',
      description:
        'The hits of each question so far, and the rank of the first expected one. With `baseline`, only questions whose rank differs in that evaluation.',
      params: evaluation,
      query: ResultQuery,
      reply: { status: 200, schema: pageOf(EvaluationResult), description: 'Results by question' },
      failures: ['invalid_cursor'],
    },
    (ctx, { params, query }) => listResults(ctx, params.kb, params.evaluation, query),
  )
  .endpoint(
    {
      method: 'post',
      path: '/knowledge-bases/{kb}/evaluations/{evaluation}/cancel',
      access: 'knowledge:write',
      tag,
      summary: 'Cancel an evaluation of a knowledge base',
      description: 'Keeps the results so far. An evaluation that has ended is returned unchanged.',
      params: evaluation,
      reply: { status: 200, schema: Evaluation, description: 'The evaluation' },
    },
    (ctx, { params }) => cancelEvaluation(ctx, params.kb, params.evaluation),
  );
