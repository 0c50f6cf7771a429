import { Router } from '../http/router.ts';
import { CreateWorkspace, NewWorkspace, UpdateWorkspace, Workspace } from './schema.ts';
import { createOwnWorkspace, createWorkspace, getWorkspace, updateWorkspace } from './service.ts';

export const workspaceRoutes = new Router()
  .endpoint(
    {
      method: 'post',
      path: '/workspaces',
      access: 'root',
      tag: 'Workspaces',
      summary: 'Create a workspace',
      description: 'Creates a workspace and its first admin key. The secret is returned once.',
      body: CreateWorkspace,
      reply: {
        status: 201,
        schema: NewWorkspace,
        description: 'The workspace and its first admin key',
      },
    },
    (ctx, { body }) => createWorkspace(ctx, body),
  )
  .endpoint(
    {
      method: 'get',
      path: '/workspace',
      access: 'workspace:read',
      tag: 'Workspaces',
      summary: 'Get the workspace',
      reply: { status: 200, schema: Workspace, description: 'The workspace of the key' },
    },
    (ctx) => getWorkspace(ctx),
  )
  .endpoint(
    {
      method: 'patch',
      path: '/workspace',
      access: 'workspace:write',
      tag: 'Workspaces',
      summary: 'Update the workspace',
      description:
        'A changed time zone moves the current spending of budgets to the periods of the new zone.',
      body: UpdateWorkspace,
      reply: { status: 200, schema: Workspace, description: 'The updated workspace' },
      failures: ['conflict'],
    },
    (ctx, { body }) => updateWorkspace(ctx, body),
  )
  .endpoint(
    {
      method: 'post',
      path: '/me/workspaces',
      access: 'person',
      tag: 'Account',
      summary: 'Create a workspace as its owner',
      operationId: 'createOwnWorkspace',
      description:
        'Where the deployment allows it (`SIGN_UP`). At most 20 workspaces for each person.',
      body: CreateWorkspace,
      reply: { status: 201, schema: Workspace, description: 'The workspace' },
      failures: ['conflict'],
    },
    (ctx, { body }) => createOwnWorkspace(ctx, body),
  );
