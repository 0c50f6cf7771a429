import { z } from '@hono/zod-openapi';
import { AgentParameter } from '../../agents/index.ts';
import { pageOf } from '../../http/openapi.ts';
import { Router } from '../../http/router.ts';
import { Id } from '../../http/schema.ts';
import { createShadow } from './create.ts';
import { CreateShadow, ReplaysQuery, ResumeReplay, Shadow, toShadow } from './schema.ts';
import { changeReplay, deleteReplay, findReplay, listReplays, listTurns } from './service.ts';
import { ReplayTurn, TurnsQuery } from './turn-schema.ts';

const tag = 'Evaluation';
const shadow = z.object({ shadow: Id('rpl') });

export const shadowRoutes = new Router()
  .endpoint(
    {
      method: 'post',
      path: '/agents/{agent}/shadows',
      access: 'evaluations:write',
      tag,
      summary: 'Start a shadow',
      operationId: 'createShadow',
      description:
        'Answers a share of the live turns again with another version, in the background, after they have ended. Nobody is shown these answers. Tools are answered from the record of the turn; a call that the record does not have and that would change something is simulated.',
      params: z.object({ agent: AgentParameter }),
      body: CreateShadow,
      reply: { status: 201, schema: Shadow, description: 'The shadow' },
      failures: ['not_found', 'agent_archived', 'conflict'],
    },
    (ctx, { params, body }) => createShadow(ctx, params.agent, body),
  )
  .endpoint(
    {
      method: 'get',
      path: '/shadows',
      access: 'evaluations:read',
      tag,
      summary: 'List shadows',
      query: ReplaysQuery,
      reply: { status: 200, schema: pageOf(Shadow), description: 'Shadows, newest first' },
      failures: ['invalid_cursor', 'not_found'],
    },
    (ctx, { query }) => listReplays(ctx, 'shadow', query, toShadow),
  )
  .endpoint(
    {
      method: 'get',
      path: '/shadows/{shadow}',
      access: 'evaluations:read',
      tag,
      summary: 'Get a shadow',
      params: shadow,
      reply: { status: 200, schema: Shadow, description: 'The shadow' },
    },
    async (ctx, { params }) => toShadow(await findReplay(ctx, params.shadow, 'shadow')),
  )
  .endpoint(
    {
      method: 'get',
      path: '/shadows/{shadow}/turns',
      access: 'evaluations:read',
      tag,
      summary: 'List the turns of a shadow',
      operationId: 'listShadowTurns',
      description: 'Each turn with its original: answer, citations, tools, latency and cost.',
      params: shadow,
      query: TurnsQuery,
      reply: { status: 200, schema: pageOf(ReplayTurn), description: 'Turns, oldest first' },
      failures: ['invalid_cursor'],
    },
    (ctx, { params, query }) => listTurns(ctx, params.shadow, 'shadow', query),
  )
  .endpoint(
    {
      method: 'post',
      path: '/shadows/{shadow}/pause',
      access: 'evaluations:write',
      tag,
      summary: 'Pause a shadow',
      params: shadow,
      reply: { status: 200, schema: Shadow, description: 'The shadow' },
      failures: ['conflict'],
    },
    (ctx, { params }) => changeReplay(ctx, params.shadow, 'shadow', 'pause', toShadow),
  )
  .endpoint(
    {
      method: 'post',
      path: '/shadows/{shadow}/resume',
      access: 'evaluations:write',
      tag,
      summary: 'Resume a shadow',
      description: 'Continues with turns that end from now on.',
      params: shadow,
      body: ResumeReplay,
      reply: { status: 200, schema: Shadow, description: 'The shadow' },
      failures: ['conflict'],
    },
    (ctx, { params, body }) => changeReplay(ctx, params.shadow, 'shadow', 'resume', toShadow, body),
  )
  .endpoint(
    {
      method: 'post',
      path: '/shadows/{shadow}/stop',
      access: 'evaluations:write',
      tag,
      summary: 'Stop a shadow',
      description: 'Ends it for good. What was answered is kept.',
      params: shadow,
      reply: { status: 200, schema: Shadow, description: 'The shadow' },
      failures: ['conflict'],
    },
    (ctx, { params }) => changeReplay(ctx, params.shadow, 'shadow', 'cancel', toShadow),
  )
  .endpoint(
    {
      method: 'delete',
      path: '/shadows/{shadow}',
      access: 'evaluations:write',
      tag,
      summary: 'Delete a shadow',
      description: 'Deletes its answers, and stops it if it is running.',
      params: shadow,
      reply: { status: 204, description: 'Deleted' },
    },
    async (ctx, { params }) => void (await deleteReplay(ctx, params.shadow, 'shadow')),
  );
