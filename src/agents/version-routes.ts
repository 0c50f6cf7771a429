import { z } from '@hono/zod-openapi';
import { pageOf } from '../http/openapi.ts';
import { Router } from '../http/router.ts';
import { removeLabel, setLabel } from './labels.ts';
import { agent, Label, NewLabel, Version as VersionName } from './parameters.ts';
import { Agent } from './schema.ts';
import {
  ActivateVersion,
  Activation,
  CreateVersion,
  SetLabel,
  Version,
  VersionDiff,
  VersionQuery,
  VersionSummary,
} from './version-schema.ts';
import {
  activateVersion,
  compareVersions,
  createVersion,
  getVersion,
  listActivations,
  listVersions,
} from './versions.ts';

const tag = 'Versions';
const etag = (reply: { readonly revision: number }) => String(reply.revision);
const etagOfVersion = (reply: { readonly agent_revision: number }) => String(reply.agent_revision);

export const versionRoutes = new Router()
  .endpoint(
    {
      method: 'get',
      path: '/agents/{agent}/versions',
      access: 'agents:read',
      tag,
      summary: 'List versions',
      params: z.object({ agent }),
      query: VersionQuery,
      reply: {
        status: 200,
        schema: pageOf(VersionSummary),
        description: 'Versions, newest first, without their configurations',
      },
      failures: ['invalid_cursor'],
    },
    (ctx, { params, query }) => listVersions(ctx, params.agent, query),
  )
  .endpoint(
    {
      method: 'post',
      path: '/agents/{agent}/versions',
      access: 'agents:write',
      tag,
      summary: 'Create a version',
      description:
        'Stores the active configuration, or a change of it, as a new version. The agent uses it at once only if `activate` is true.',
      params: z.object({ agent }),
      body: CreateVersion,
      reply: { status: 201, schema: Version, description: 'The version' },
      failures: [
        'agent_archived',
        'conflict',
        'precondition_failed',
        'evaluation_required',
        'forbidden',
      ],
      etag: etagOfVersion,
    },
    (ctx, { params, body, ifMatch }) => createVersion(ctx, { agent: params.agent, ifMatch }, body),
  )
  .endpoint(
    {
      method: 'get',
      path: '/agents/{agent}/versions/{version}',
      access: 'agents:read',
      tag,
      summary: 'Get a version',
      params: z.object({ agent, version: VersionName }),
      reply: {
        status: 200,
        schema: Version,
        description: 'The version with its configuration, which never changes',
      },
      etag: etagOfVersion,
    },
    (ctx, { params }) => getVersion(ctx, params.agent, params.version),
  )
  .endpoint(
    {
      method: 'post',
      path: '/agents/{agent}/versions/{version}/activate',
      access: 'agents:write',
      tag,
      summary: 'Activate a version',
      description:
        'Makes a version, older or newer, the active one. Effective at once and recorded. Runs in progress keep their version.',
      params: z.object({ agent, version: VersionName }),
      body: ActivateVersion,
      reply: { status: 200, schema: Agent, description: 'The agent with the version active' },
      failures: [
        'agent_archived',
        'precondition_failed',
        'conflict',
        'evaluation_required',
        'forbidden',
      ],
      etag,
    },
    (ctx, { params, body, ifMatch }) =>
      activateVersion(ctx, { agent: params.agent, ifMatch }, params.version, body),
  )
  .endpoint(
    {
      method: 'get',
      path: '/agents/{agent}/versions/{a}/diff/{b}',
      access: 'agents:read',
      tag,
      summary: 'Compare two versions',
      params: z.object({ agent, a: VersionName, b: VersionName }),
      reply: {
        status: 200,
        schema: VersionDiff,
        description: 'The differences from the first version to the second',
      },
    },
    (ctx, { params }) => compareVersions(ctx, params.agent, params.a, params.b),
  )
  .endpoint(
    {
      method: 'put',
      path: '/agents/{agent}/labels/{label}',
      access: 'agents:write',
      tag,
      summary: 'Set a label',
      description:
        'Points a label such as `production` at a version. Runs can select the version by its label.',
      params: z.object({ agent, label: NewLabel }),
      body: SetLabel,
      reply: { status: 200, schema: Agent, description: 'The agent with its labels' },
      failures: ['agent_archived', 'conflict'],
      etag,
    },
    (ctx, { params, body, ifMatch }) =>
      setLabel(ctx, { agent: params.agent, ifMatch }, params.label, body),
  )
  .endpoint(
    {
      method: 'delete',
      path: '/agents/{agent}/labels/{label}',
      access: 'agents:write',
      tag,
      summary: 'Remove a label',
      params: z.object({ agent, label: Label }),
      reply: { status: 204, description: 'Removed' },
      failures: ['agent_archived', 'precondition_failed'],
    },
    async (ctx, { params, ifMatch }) =>
      void (await removeLabel(ctx, { agent: params.agent, ifMatch }, params.label)),
  )
  .endpoint(
    {
      method: 'get',
      path: '/agents/{agent}/activations',
      access: 'agents:read',
      tag,
      summary: 'List activations',
      params: z.object({ agent }),
      query: VersionQuery,
      reply: {
        status: 200,
        schema: pageOf(Activation),
        description: 'Activations, newest first',
      },
      failures: ['invalid_cursor'],
    },
    (ctx, { params, query }) => listActivations(ctx, params.agent, query),
  );
