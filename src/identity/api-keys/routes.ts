import { z } from '@hono/zod-openapi';
import { pageOf, pageQuery } from '../../http/openapi.ts';
import { Router } from '../../http/router.ts';
import { Id } from '../../http/schema.ts';
import { ApiKey, CreateApiKey, NewApiKey, RotateApiKey, UpdateApiKey } from './schema.ts';
import {
  createApiKey,
  getApiKey,
  listApiKeys,
  revokeApiKey,
  rotateApiKey,
  updateApiKey,
} from './service.ts';

const key = z.object({ key: Id('key') });

export const apiKeyRoutes = new Router()
  .endpoint(
    {
      method: 'post',
      path: '/api-keys',
      access: 'keys:manage',
      tag: 'API keys',
      summary: 'Create an API key',
      description:
        'The secret is returned once. A key cannot create a key with more access than its own.',
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
      reply: { status: 200, schema: ApiKey, description: 'The updated key' },
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
      description: 'Takes effect at once in this location and within 30 seconds everywhere.',
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
      description:
        'Creates a key with the same access. The old key stays valid for the grace period.',
      params: key,
      body: RotateApiKey,
      reply: { status: 201, schema: NewApiKey, description: 'The new key with its secret' },
      failures: ['conflict'],
    },
    (ctx, { params, body }) => rotateApiKey(ctx, params.key, body),
  );
