import { z } from '@hono/zod-openapi';
import { pageOf } from '../http/openapi.ts';
import { Router } from '../http/router.ts';
import { createAgent } from './create.ts';
import { agentKnowledgeRoutes } from './knowledge-routes.ts';
import { manifestRoutes } from './manifest-routes.ts';
import { agent } from './parameters.ts';
import { planRoutes } from './plan-routes.ts';
import {
  Agent,
  AgentQuery,
  AgentSummary,
  CreateAgent,
  DeleteAgentQuery,
  UpdateAgent,
} from './schema.ts';
import { deleteAgent, getAgent, listAgents, restoreAgent, updateAgent } from './service.ts';
import { versionRoutes } from './version-routes.ts';

const tag = 'Agents';
const one = z.object({ agent });
const etag = (reply: { readonly revision: number }) => String(reply.revision);

const ownRoutes = new Router()
  .endpoint(
    {
      method: 'post',
      path: '/agents',
      access: 'agents:write',
      tag,
      summary: 'Create an agent',
      description: 'Creates an agent with an active version 1 and its own knowledge base.',
      body: CreateAgent,
      reply: { status: 201, schema: Agent, description: 'The agent' },
      failures: ['not_found', 'slug_taken', 'quota_exceeded'],
      etag,
    },
    (ctx, { body }) => createAgent(ctx, body),
  )
  .endpoint(
    {
      method: 'get',
      path: '/agents',
      access: 'agents:read',
      tag,
      summary: 'List agents',
      query: AgentQuery,
      reply: {
        status: 200,
        schema: pageOf(AgentSummary),
        description: 'Agents, newest first, without their configurations',
      },
      failures: ['invalid_cursor'],
    },
    (ctx, { query }) => listAgents(ctx, query),
  )
  .endpoint(
    {
      method: 'get',
      path: '/agents/{agent}',
      access: 'agents:read',
      tag,
      summary: 'Get an agent',
      params: one,
      reply: { status: 200, schema: Agent, description: 'The agent with its active configuration' },
      etag,
    },
    (ctx, { params }) => getAgent(ctx, params.agent),
  )
  .endpoint(
    {
      method: 'patch',
      path: '/agents/{agent}',
      access: 'agents:write',
      tag,
      summary: 'Update an agent',
      description:
        'Updates the fields that are given. A changed configuration becomes the next version and is activated at once; changes of other ' +
        'fields create no version.',
      params: one,
      body: UpdateAgent,
      reply: { status: 200, schema: Agent, description: 'The updated agent' },
      failures: ['agent_archived', 'slug_taken', 'conflict', 'evaluation_required', 'forbidden'],
      etag,
    },
    (ctx, { params, body, ifMatch }) => updateAgent(ctx, { agent: params.agent, ifMatch }, body),
  )
  .endpoint(
    {
      method: 'delete',
      path: '/agents/{agent}',
      access: 'agents:write',
      tag,
      summary: 'Archive an agent',
      description:
        'The agent stops answering and becomes read-only; its versions, sessions and knowledge are kept. With `permanent=true`, an ' +
        'archived agent is deleted: its slug is free at once, and a background job erases its versions, its own knowledge base with ' +
        'files and vectors, its sessions and runs. Its usage and cost are kept under its id.',
      params: one,
      query: DeleteAgentQuery,
      reply: { status: 204, description: 'Archived, or deleted' },
      failures: ['precondition_failed', 'conflict'],
    },
    async (ctx, { params, query, ifMatch }) =>
      void (await deleteAgent(ctx, { agent: params.agent, ifMatch }, query.permanent)),
  )
  .endpoint(
    {
      method: 'post',
      path: '/agents/{agent}/restore',
      access: 'agents:write',
      tag,
      summary: 'Restore an agent',
      params: one,
      reply: { status: 200, schema: Agent, description: 'The agent, in use again' },
      failures: ['precondition_failed', 'quota_exceeded'],
      etag,
    },
    (ctx, { params, ifMatch }) => restoreAgent(ctx, { agent: params.agent, ifMatch }),
  );

export const agentRoutes = new Router();
for (const routes of [ownRoutes, versionRoutes, planRoutes, manifestRoutes, agentKnowledgeRoutes])
  agentRoutes.include('/', routes);
