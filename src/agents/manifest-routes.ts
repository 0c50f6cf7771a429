import { z } from '@hono/zod-openapi';
import { Router } from '../http/router.ts';
import { duplicateAgent, exportAgent, importAgent } from './manifest.ts';
import { DuplicateAgent, ImportedAgent, Manifest } from './manifest-schema.ts';
import { agent } from './parameters.ts';
import { Agent } from './schema.ts';

const tag = 'Agents';
const one = z.object({ agent });
const etag = (reply: { readonly revision: number }) => String(reply.revision);

export const manifestRoutes = new Router()
  .endpoint(
    {
      method: 'post',
      path: '/agents/import',
      access: 'agents:write',
      tag,
      summary: 'Import an agent',
      description:
        'Creates an agent from a manifest. Shared knowledge bases are matched by name. Bases and tools that this workspace does not have ' +
        'are left out and listed in `warnings`. If the slug is in use, the agent gets another one.',
      body: Manifest,
      reply: { status: 201, schema: ImportedAgent, description: 'The agent' },
      etag,
      failures: ['quota_exceeded'],
    },
    (ctx, { body }) => importAgent(ctx, body),
  )
  .endpoint(
    {
      method: 'get',
      path: '/agents/{agent}/export',
      access: 'agents:read',
      tag,
      summary: 'Export an agent',
      description:
        'Returns the active configuration as a manifest, without secrets and without ids of this workspace.',
      params: one,
      reply: { status: 200, schema: Manifest, description: 'The manifest' },
    },
    (ctx, { params }) => exportAgent(ctx, params.agent),
  )
  .endpoint(
    {
      method: 'post',
      path: '/agents/{agent}/duplicate',
      access: 'agents:write',
      tag,
      summary: 'Duplicate an agent',
      description:
        'Creates an agent with the active configuration of this one. It searches the same knowledge bases, at the same revisions, and its own.',
      params: one,
      body: DuplicateAgent,
      reply: { status: 201, schema: Agent, description: 'The new agent' },
      failures: ['slug_taken', 'quota_exceeded', 'conflict'],
      etag,
    },
    (ctx, { params, body }) => duplicateAgent(ctx, params.agent, body),
  );
