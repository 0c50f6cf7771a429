import { z } from '@hono/zod-openapi';
import { pageOf } from '../../http/openapi.ts';
import { Router } from '../../http/router.ts';
import { Id } from '../../http/schema.ts';
import {
  ListedWorkspace,
  ManagedWorkspace,
  ManageWorkspace,
  WorkspacesQuery,
  WorkspaceWithQuotas,
} from './schema.ts';
import {
  deleteWorkspace,
  getManagedWorkspace,
  listWorkspaces,
  manageWorkspace,
  resumeWorkspace,
  suspendWorkspace,
} from './service.ts';

const params = z.object({ workspace: Id('ws') });
const about = { access: 'root', tag: 'Workspaces' } as const;

/** Management of workspaces by the operator of the deployment. */
export const managedWorkspaceRoutes = new Router()
  .endpoint(
    {
      ...about,
      method: 'get',
      path: '/workspaces',
      summary: 'List workspaces',
      query: WorkspacesQuery,
      reply: {
        status: 200,
        schema: pageOf(ListedWorkspace),
        description: 'Workspaces of the deployment with their use, newest first',
      },
      failures: ['invalid_cursor'],
    },
    (ctx, { query }) => listWorkspaces(ctx, query),
  )
  .endpoint(
    {
      ...about,
      method: 'get',
      path: '/workspaces/{workspace}',
      summary: 'Get a workspace by id',
      params,
      reply: {
        status: 200,
        schema: WorkspaceWithQuotas,
        description: 'The workspace with its quotas',
      },
    },
    (ctx, { params }) => getManagedWorkspace(ctx, params.workspace),
  )
  .endpoint(
    {
      ...about,
      method: 'patch',
      path: '/workspaces/{workspace}',
      summary: 'Manage a workspace',
      description:
        'Renames the workspace and sets its quotas. A limit below the current use deletes nothing; it only prevents additions.',
      params,
      body: ManageWorkspace,
      reply: {
        status: 200,
        schema: WorkspaceWithQuotas,
        description: 'The updated workspace',
      },
    },
    (ctx, { params, body }) => manageWorkspace(ctx, params.workspace, body),
  )
  .endpoint(
    {
      ...about,
      method: 'post',
      path: '/workspaces/{workspace}/suspend',
      summary: 'Suspend a workspace',
      description:
        'Requests with any of its credentials return 401, at once in this location and within 30 seconds everywhere. Its data is kept. Background work that ' +
        'costs money or calls other systems waits: ingestion, synchronizations, evaluations, replays, webhooks, channels. Model calls are refused, so active ' +
        'runs end as `failed` with `workspace_suspended`. Deletions, erasures, retention and exports continue.',
      params,
      reply: { status: 200, schema: ManagedWorkspace, description: 'The suspended workspace' },
    },
    (ctx, { params }) => suspendWorkspace(ctx, params.workspace),
  )
  .endpoint(
    {
      ...about,
      method: 'post',
      path: '/workspaces/{workspace}/resume',
      summary: 'Resume a workspace',
      description:
        'Makes the credentials of the workspace valid again, within 30 seconds everywhere. Work that has waited continues within a minute.',
      params,
      reply: { status: 200, schema: ManagedWorkspace, description: 'The active workspace' },
    },
    (ctx, { params }) => resumeWorkspace(ctx, params.workspace),
  )
  .endpoint(
    {
      ...about,
      method: 'delete',
      path: '/workspaces/{workspace}',
      summary: 'Delete a workspace',
      description:
        'Irreversible. Its credentials return 401, at once in this location and within 30 seconds everywhere; a background job erases everything in ' +
        'it: agents, files, vectors, sessions, usage, archives and its audit log.',
      params,
      reply: { status: 204, description: 'Deleted' },
    },
    async (ctx, { params }) => void (await deleteWorkspace(ctx, params.workspace)),
  );
