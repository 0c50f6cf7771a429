import { z } from '@hono/zod-openapi';
import { AgentParameter } from '../../agents/index.ts';
import { pageOf } from '../../http/openapi.ts';
import { Router } from '../../http/router.ts';
import { Id } from '../../http/schema.ts';
import { createReplay } from './create.ts';
import { CreateReplay, Replay, ReplaysQuery, ResumeReplay, toReplay } from './schema.ts';
import { changeReplay, deleteReplay, findReplay, listReplays, listTurns } from './service.ts';
import { ReplayTurn, TurnsQuery } from './turn-schema.ts';

const tag = 'Evaluation';
const replay = z.object({ replay: Id('rpl') });

export const replayRoutes = new Router()
  .endpoint(
    {
      method: 'post',
      path: '/agents/{agent}/replays',
      access: 'evaluations:write',
      tag,
      summary: 'Start a replay',
      operationId: 'createReplay',
      description:
        'Answers past turns again with another version or a draft, in the background. Tools are answered from the record of the turn: no tool is called that has an effect or reaches the web, and a call that the record does not have is reported. Tool results are recorded while content logging is on.',
      params: z.object({ agent: AgentParameter }),
      body: CreateReplay,
      reply: { status: 202, schema: Replay, description: 'The replay' },
      failures: ['not_found', 'agent_archived', 'conflict'],
    },
    (ctx, { params, body }) => createReplay(ctx, params.agent, body),
  )
  .endpoint(
    {
      method: 'get',
      path: '/replays',
      access: 'evaluations:read',
      tag,
      summary: 'List replays',
      query: ReplaysQuery,
      reply: { status: 200, schema: pageOf(Replay), description: 'Replays, newest first' },
      failures: ['invalid_cursor', 'not_found'],
    },
    (ctx, { query }) => listReplays(ctx, 'replay', query, toReplay),
  )
  .endpoint(
    {
      method: 'get',
      path: '/replays/{replay}',
      access: 'evaluations:read',
      tag,
      summary: 'Get a replay',
      params: replay,
      reply: { status: 200, schema: Replay, description: 'The replay' },
    },
    async (ctx, { params }) => toReplay(await findReplay(ctx, params.replay, 'replay')),
  )
  .endpoint(
    {
      method: 'get',
      path: '/replays/{replay}/turns',
      access: 'evaluations:read',
      tag,
      summary: 'List the turns of a replay',
      operationId: 'listReplayTurns',
      description: 'Each turn with its original: answer, citations, tools, latency and cost.',
      params: replay,
      query: TurnsQuery,
      reply: { status: 200, schema: pageOf(ReplayTurn), description: 'Turns, oldest first' },
      failures: ['invalid_cursor'],
    },
    (ctx, { params, query }) => listTurns(ctx, params.replay, 'replay', query),
  )
  .endpoint(
    {
      method: 'post',
      path: '/replays/{replay}/cancel',
      access: 'evaluations:write',
      tag,
      summary: 'Cancel a replay',
      description: 'Turns that are being answered are finished. What was answered is kept.',
      params: replay,
      reply: { status: 200, schema: Replay, description: 'The replay' },
      failures: ['conflict'],
    },
    (ctx, { params }) => changeReplay(ctx, params.replay, 'replay', 'cancel', toReplay),
  )
  .endpoint(
    {
      method: 'post',
      path: '/replays/{replay}/resume',
      access: 'evaluations:write',
      tag,
      summary: 'Resume a replay',
      description:
        'Continues a paused replay, such as one that has reached its cost limit or a budget.',
      params: replay,
      body: ResumeReplay,
      reply: { status: 200, schema: Replay, description: 'The replay' },
      failures: ['conflict'],
    },
    (ctx, { params, body }) => changeReplay(ctx, params.replay, 'replay', 'resume', toReplay, body),
  )
  .endpoint(
    {
      method: 'delete',
      path: '/replays/{replay}',
      access: 'evaluations:write',
      tag,
      summary: 'Delete a replay',
      description: 'Deletes its answers, and stops it if it is running.',
      params: replay,
      reply: { status: 204, description: 'Deleted' },
    },
    async (ctx, { params }) => void (await deleteReplay(ctx, params.replay, 'replay')),
  );
