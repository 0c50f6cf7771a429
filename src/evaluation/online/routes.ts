import { z } from '@hono/zod-openapi';
import { AgentParameter } from '../../agents/index.ts';
import { pageOf, pageQuery } from '../../http/openapi.ts';
import { Router } from '../../http/router.ts';
import { Id } from '../../http/schema.ts';
import {
  AnswerScore,
  CreateOnlineScorer,
  OnlineScorer,
  ScoresQuery,
  UpdateOnlineScorer,
} from './schema.ts';
import {
  createScorer,
  deleteScorer,
  getScorer,
  listScorers,
  listScores,
  updateScorer,
} from './service.ts';

const tag = 'Evaluation';
const agent = z.object({ agent: AgentParameter });
const one = z.object({ online_scorer: Id('osc') });
const etag = ({ revision }: OnlineScorer) => String(revision);

export const onlineRoutes = new Router()
  .endpoint(
    {
      method: 'post',
      path: '/agents/{agent}/online-scorers',
      access: 'evaluations:write',
      tag,
      summary: 'Create an online scorer',
      description:
        'Scores a share of the live answers of an agent in the background, by a rule or a judge. The same share of answers is chosen whenever it is computed. Previews, evaluations and replays are not scored. The mean is the metric `online_score` of analytics, and a day far below the days before is an anomaly.',
      params: agent,
      body: CreateOnlineScorer,
      reply: { status: 201, schema: OnlineScorer, description: 'The online scorer' },
      failures: ['not_found', 'conflict'],
      etag,
    },
    (ctx, { params, body }) => createScorer(ctx, params.agent, body),
  )
  .endpoint(
    {
      method: 'get',
      path: '/agents/{agent}/online-scorers',
      access: 'evaluations:read',
      tag,
      summary: 'List online scorers',
      params: agent,
      query: z.strictObject(pageQuery),
      reply: { status: 200, schema: pageOf(OnlineScorer), description: 'Scorers, newest first' },
      failures: ['not_found', 'invalid_cursor'],
    },
    (ctx, { params, query }) => listScorers(ctx, params.agent, query),
  )
  .endpoint(
    {
      method: 'get',
      path: '/online-scorers/{online_scorer}',
      access: 'evaluations:read',
      tag,
      summary: 'Get an online scorer',
      params: one,
      reply: { status: 200, schema: OnlineScorer, description: 'The online scorer' },
      etag,
    },
    (ctx, { params }) => getScorer(ctx, params.online_scorer),
  )
  .endpoint(
    {
      method: 'patch',
      path: '/online-scorers/{online_scorer}',
      access: 'evaluations:write',
      tag,
      summary: 'Update an online scorer',
      description: 'Scores that it has given are kept as they are.',
      params: one,
      body: UpdateOnlineScorer,
      reply: { status: 200, schema: OnlineScorer, description: 'The updated online scorer' },
      failures: ['conflict', 'precondition_failed'],
      etag,
    },
    (ctx, { params, body, ifMatch }) => updateScorer(ctx, params.online_scorer, ifMatch, body),
  )
  .endpoint(
    {
      method: 'delete',
      path: '/online-scorers/{online_scorer}',
      access: 'evaluations:write',
      tag,
      summary: 'Delete an online scorer',
      description: 'Deletes its scores, too. Analytics keeps its figures.',
      params: one,
      reply: { status: 204, description: 'Deleted' },
      failures: ['conflict', 'precondition_failed'],
    },
    async (ctx, { params, ifMatch }) =>
      void (await deleteScorer(ctx, params.online_scorer, ifMatch)),
  )
  .endpoint(
    {
      method: 'get',
      path: '/agents/{agent}/scores',
      access: 'evaluations:read',
      tag,
      summary: 'List scores of live answers',
      operationId: 'listAnswerScores',
      params: agent,
      query: ScoresQuery,
      reply: { status: 200, schema: pageOf(AnswerScore), description: 'Scores, newest first' },
      failures: ['not_found', 'invalid_cursor'],
    },
    (ctx, { params, query }) => listScores(ctx, params.agent, query),
  );
