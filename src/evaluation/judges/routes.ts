import { z } from '@hono/zod-openapi';
import { pageOf } from '../../http/openapi.ts';
import { Router } from '../../http/router.ts';
import { Id } from '../../http/schema.ts';
import { calibrateJudge, readCalibration } from './calibration.ts';
import {
  CalibrateJudge,
  Calibration,
  CalibrationQuery,
  CalibrationStep,
} from './calibration-schema.ts';
import { CreateJudge, Judge, JudgeQuery, JudgeRevision, UpdateJudge } from './schema.ts';
import {
  createJudge,
  deleteJudge,
  etagOf,
  getJudge,
  listJudgeRevisions,
  listJudges,
  updateJudge,
} from './service.ts';
import { testJudge } from './test-judge.ts';
import { JudgeTest, TestJudge } from './test-schema.ts';

const tag = 'Evaluation';
const one = z.object({ judge: Id('jdg') });

export const judgeRoutes = new Router()
  .endpoint(
    {
      method: 'post',
      path: '/judges',
      access: 'judges:write',
      tag,
      summary: 'Create a judge',
      description:
        'A model that scores answers by a rubric. It gives its reason before the score, and reads answers as data: text in them that asks for a score is ignored.',
      body: CreateJudge,
      reply: { status: 201, schema: Judge, description: 'The judge' },
      failures: ['conflict'],
      etag: etagOf,
    },
    (ctx, { body }) => createJudge(ctx, body),
  )
  .endpoint(
    {
      method: 'get',
      path: '/judges',
      access: 'judges:read',
      tag,
      summary: 'List judges',
      query: JudgeQuery,
      reply: { status: 200, schema: pageOf(Judge), description: 'Judges, newest first' },
      failures: ['invalid_cursor'],
    },
    (ctx, { query }) => listJudges(ctx, query),
  )
  .endpoint(
    {
      method: 'get',
      path: '/judges/{judge}',
      access: 'judges:read',
      tag,
      summary: 'Get a judge',
      params: one,
      reply: { status: 200, schema: Judge, description: 'The judge' },
      etag: etagOf,
    },
    (ctx, { params }) => getJudge(ctx, params.judge),
  )
  .endpoint(
    {
      method: 'patch',
      path: '/judges/{judge}',
      access: 'judges:write',
      tag,
      summary: 'Update a judge',
      description:
        'A change of anything but the name makes a revision. Scores name the revision that gave them, and are not changed.',
      params: one,
      body: UpdateJudge,
      reply: { status: 200, schema: Judge, description: 'The updated judge' },
      failures: ['conflict', 'precondition_failed'],
      etag: etagOf,
    },
    (ctx, { params, body, ifMatch }) => updateJudge(ctx, params.judge, ifMatch, body),
  )
  .endpoint(
    {
      method: 'delete',
      path: '/judges/{judge}',
      access: 'judges:write',
      tag,
      summary: 'Delete a judge',
      description:
        'Deletes its revisions and its calibration. Scores that it gave are kept; scorers that name it fail.',
      params: one,
      reply: { status: 204, description: 'Deleted' },
      failures: ['precondition_failed'],
    },
    async (ctx, { params, ifMatch }) => void (await deleteJudge(ctx, params.judge, ifMatch)),
  )
  .endpoint(
    {
      method: 'get',
      path: '/judges/{judge}/revisions',
      access: 'judges:read',
      tag,
      summary: 'List the revisions of a judge',
      operationId: 'listJudgeRevisions',
      params: one,
      query: JudgeQuery,
      reply: { status: 200, schema: pageOf(JudgeRevision), description: 'Revisions, newest first' },
      failures: ['invalid_cursor'],
    },
    (ctx, { params, query }) => listJudgeRevisions(ctx, params.judge, query),
  )
  .endpoint(
    {
      method: 'post',
      path: '/judges/{judge}/test',
      access: 'judges:write',
      tag,
      summary: 'Test a judge',
      description: 'Judges one answer. The calls of the model are billed.',
      params: one,
      body: TestJudge,
      reply: { status: 200, schema: JudgeTest, description: 'The score with its samples' },
      failures: [
        ...(['budget_exceeded', 'rate_limited', 'provider_auth'] as const),
        ...(['provider_not_configured', 'provider_error', 'provider_timeout'] as const),
        'structured_output_failed',
      ],
    },
    (ctx, { params, body }) => testJudge(ctx, params.judge, body),
  )
  .endpoint(
    {
      method: 'get',
      path: '/judges/{judge}/calibration',
      access: 'judges:read',
      tag,
      summary: 'Get the calibration of a judge',
      operationId: 'getJudgeCalibration',
      description:
        'Compares the judge with the verdicts of people on the same turns of the review queue: without a calibration nobody knows what a score means.',
      params: one,
      query: CalibrationQuery,
      reply: { status: 200, schema: Calibration, description: 'Agreement of judge and people' },
    },
    (ctx, { params, query }) => readCalibration(ctx, params.judge, query),
  )
  .endpoint(
    {
      method: 'post',
      path: '/judges/{judge}/calibration',
      access: 'judges:write',
      tag,
      summary: 'Calibrate a judge',
      operationId: 'calibrateJudge',
      description:
        'Scores reviewed turns that the newest revision has not scored, the newest first; call it again while `pending` is above 0. The judge does not see what the reviewers say. The calls of the model are billed.',
      params: one,
      body: CalibrateJudge,
      reply: { status: 200, schema: CalibrationStep, description: 'What was scored' },
    },
    (ctx, { params, body }) => calibrateJudge(ctx, params.judge, body),
  );
