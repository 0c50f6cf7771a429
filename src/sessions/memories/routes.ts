import { z } from '@hono/zod-openapi';
import { pageOf } from '../../http/openapi.ts';
import { Router } from '../../http/router.ts';
import { EndUserId, Id } from '../../http/schema.ts';
import { CreateMemory, ForgetQuery, MemoriesQuery, Memory, UpdateMemory } from './schema.ts';
import {
  changeMemory,
  createMemory,
  forgetAll,
  forgetMemory,
  getMemory,
  listMemories,
} from './service.ts';

const tag = 'Memories';
const end_user = z.object({
  end_user: EndUserId.describe('Your id of the end user, as in `end_user_id` of a session'),
});
const memory = z.object({ memory: Id('fact') });

/** The memories that agents have of their end users. */
export const memoryRoutes = new Router()
  .endpoint(
    {
      method: 'get',
      path: '/end-users/{end_user}/memories',
      access: 'messages:read',
      for_end_users: true,
      tag,
      summary: 'List memories',
      description:
        'Facts that agents with `memory.remember` know about an end user. A `runtime` key sees those from sessions that it created.',
      params: end_user,
      query: MemoriesQuery,
      reply: { status: 200, schema: pageOf(Memory), description: 'Facts, newest first' },
      failures: ['invalid_cursor'],
    },
    (ctx, { params, query }) => listMemories(ctx, params.end_user, query),
  )
  .endpoint(
    {
      method: 'post',
      path: '/end-users/{end_user}/memories',
      access: 'sessions:write',
      for_end_users: true,
      tag,
      summary: 'Create a memory',
      description:
        'Writes a fact that an agent shall know about an end user. A fact with this text is confirmed rather than repeated.',
      params: end_user,
      body: CreateMemory,
      reply: { status: 201, schema: Memory, description: 'The fact' },
      failures: ['conflict'],
    },
    (ctx, { params, body }) => createMemory(ctx, params.end_user, body),
  )
  .endpoint(
    {
      method: 'delete',
      path: '/end-users/{end_user}/memories',
      access: 'sessions:write',
      for_end_users: true,
      tag,
      summary: 'Forget an end user',
      operationId: 'deleteMemories',
      description:
        'Deletes what agents remember of an end user. Their sessions stay; `DELETE /end-users/{end_user}` erases these too.',
      params: end_user,
      query: ForgetQuery,
      reply: { status: 204, description: 'The facts were deleted' },
    },
    async (ctx, { params, query }) => void (await forgetAll(ctx, params.end_user, query)),
  )
  .endpoint(
    {
      method: 'get',
      path: '/memories/{memory}',
      access: 'messages:read',
      for_end_users: true,
      tag,
      summary: 'Get a memory',
      params: memory,
      reply: { status: 200, schema: Memory, description: 'The fact' },
    },
    (ctx, { params }) => getMemory(ctx, params.memory),
  )
  .endpoint(
    {
      method: 'patch',
      path: '/memories/{memory}',
      access: 'sessions:write',
      for_end_users: true,
      tag,
      summary: 'Update a memory',
      params: memory,
      body: UpdateMemory,
      reply: { status: 200, schema: Memory, description: 'The changed fact' },
      failures: ['conflict'],
    },
    (ctx, { params, body }) => changeMemory(ctx, params.memory, body),
  )
  .endpoint(
    {
      method: 'delete',
      path: '/memories/{memory}',
      access: 'sessions:write',
      for_end_users: true,
      tag,
      summary: 'Forget a memory',
      operationId: 'deleteMemory',
      params: memory,
      reply: { status: 204, description: 'The fact was deleted' },
    },
    async (ctx, { params }) => void (await forgetMemory(ctx, params.memory)),
  );
