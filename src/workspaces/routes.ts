import { z } from '@hono/zod-openapi';
import { pageOf, pageQuery } from '../http/openapi.ts';
import { Router } from '../http/router.ts';
import { Id } from '../http/schema.ts';
import {
  ApiKey,
  AuditEntry,
  AuditQuery,
  CreateApiKey,
  CreateWorkspace,
  Me,
  NewApiKey,
  NewWorkspace,
  RotateApiKey,
  UpdateApiKey,
  UpdateWorkspace,
  Workspace,
} from './schema.ts';
import {
  type CheckModel,
  createApiKey,
  createWorkspace,
  getApiKey,
  getMe,
  getWorkspace,
  listApiKeys,
  listAuditLog,
  revokeApiKey,
  rotateApiKey,
  updateApiKey,
  updateWorkspace,
  type ZoneChange,
} from './service.ts';

const key = z.object({ key: Id('key') });

/** `faultOf` says what is wrong with the name of a model. */
export const workspaceRoutes = (faultOf: CheckModel, zones: ZoneChange) =>
  new Router()
    .endpoint(
      {
        method: 'post',
        path: '/workspaces',
        access: 'root',
        tag: 'Workspaces',
        summary: 'Create a workspace',
        description: 'Makes a workspace and its first admin key. The secret is shown once.',
        body: CreateWorkspace,
        reply: {
          status: 201,
          schema: NewWorkspace,
          description: 'The workspace and its first admin key',
        },
      },
      (ctx, { body }) => createWorkspace(ctx, body, faultOf),
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
          'Another time zone takes what budgets have spent over to the days, weeks and months that run there.',
        body: UpdateWorkspace,
        reply: { status: 200, schema: Workspace, description: 'The workspace as it is now' },
        failures: ['conflict'],
      },
      (ctx, { body }) => updateWorkspace(ctx, body, faultOf, zones),
    )
    .endpoint(
      {
        method: 'get',
        path: '/users/me',
        access: 'self:read',
        tag: 'Workspaces',
        summary: 'Get the caller',
        operationId: 'getCurrentKey',
        reply: {
          status: 200,
          schema: Me,
          description: 'Who the credential stands for and what it may do',
        },
      },
      async (ctx) => getMe(ctx),
    )
    .endpoint(
      {
        method: 'post',
        path: '/api-keys',
        access: 'keys:manage',
        tag: 'API keys',
        summary: 'Create an API key',
        description: 'The secret is shown once. A key cannot make a key that is wider than itself.',
        body: CreateApiKey,
        reply: { status: 201, schema: NewApiKey, description: 'The key with its secret' },
        failures: ['not_found', 'quota_exceeded'],
      },
      (ctx, { body }) => createApiKey(ctx, body),
    )
    .endpoint(
      {
        method: 'get',
        path: '/api-keys',
        access: 'keys:read',
        tag: 'API keys',
        summary: 'List API keys',
        query: z.strictObject(pageQuery),
        reply: { status: 200, schema: pageOf(ApiKey), description: 'Keys, newest first' },
        failures: ['invalid_cursor'],
      },
      (ctx, { query }) => listApiKeys(ctx, query),
    )
    .endpoint(
      {
        method: 'get',
        path: '/api-keys/{key}',
        access: 'keys:read',
        tag: 'API keys',
        summary: 'Get an API key',
        params: key,
        reply: { status: 200, schema: ApiKey, description: 'The key, without its secret' },
      },
      (ctx, { params }) => getApiKey(ctx, params.key),
    )
    .endpoint(
      {
        method: 'patch',
        path: '/api-keys/{key}',
        access: 'keys:manage',
        tag: 'API keys',
        summary: 'Update an API key',
        params: key,
        body: UpdateApiKey,
        reply: { status: 200, schema: ApiKey, description: 'The key as it is now' },
        failures: ['last_admin_key', 'quota_exceeded'],
      },
      (ctx, { params, body }) => updateApiKey(ctx, params.key, body),
    )
    .endpoint(
      {
        method: 'delete',
        path: '/api-keys/{key}',
        access: 'keys:manage',
        tag: 'API keys',
        summary: 'Revoke an API key',
        description: 'Takes effect at once here and within 30 seconds everywhere.',
        params: key,
        reply: { status: 204, description: 'Revoked' },
        failures: ['last_admin_key'],
      },
      async (ctx, { params }) => void (await revokeApiKey(ctx, params.key)),
    )
    .endpoint(
      {
        method: 'post',
        path: '/api-keys/{key}/rotate',
        access: 'keys:manage',
        tag: 'API keys',
        summary: 'Rotate an API key',
        description: 'Makes a key like this one; the old one stays valid for the grace.',
        params: key,
        body: RotateApiKey,
        reply: { status: 201, schema: NewApiKey, description: 'The new key with its secret' },
        failures: ['conflict'],
      },
      (ctx, { params, body }) => rotateApiKey(ctx, params.key, body),
    )
    .endpoint(
      {
        method: 'get',
        path: '/audit-log',
        access: 'audit:read',
        tag: 'Workspaces',
        summary: 'List the audit log',
        query: AuditQuery,
        reply: {
          status: 200,
          schema: pageOf(AuditEntry),
          description: 'Who did what, newest first',
        },
        failures: ['invalid_cursor'],
      },
      (ctx, { query }) => listAuditLog(ctx, query),
    );
