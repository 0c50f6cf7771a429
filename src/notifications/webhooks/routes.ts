import { z } from '@hono/zod-openapi';
import { pageOf, pageQuery } from '../../http/openapi.ts';
import { Router } from '../../http/router.ts';
import { Id } from '../../http/schema.ts';
import { rotateSecret } from './rotate.ts';
import {
  CreateWebhook,
  RotateWebhookSecret,
  UpdateWebhook,
  Webhook,
  WebhookWithSecret,
} from './schema.ts';
import {
  createWebhook,
  getWebhook,
  listWebhooks,
  removeWebhook,
  updateWebhook,
} from './service.ts';

const webhook = z.object({ webhook: Id('whk') });
const access = 'webhooks:manage' as const;
const tag = 'Webhooks';

export const webhookRoutes = new Router()
  .endpoint(
    {
      method: 'post',
      path: '/webhooks',
      access,
      tag,
      summary: 'Create a webhook',
      description:
        'Sends signed events of the workspace to a URL. A request that is not answered with 2xx within 10 seconds is retried ' +
        'for about 18 hours, with the same event id.',
      body: CreateWebhook,
      reply: {
        status: 201,
        schema: WebhookWithSecret,
        description: 'The webhook with its signing secret',
      },
      failures: ['url_not_allowed', 'conflict'],
    },
    (ctx, { body }) => createWebhook(ctx, body),
  )
  .endpoint(
    {
      method: 'get',
      path: '/webhooks',
      access,
      tag,
      summary: 'List webhooks',
      description: 'Includes the alert webhook and budget webhooks.',
      query: z.strictObject(pageQuery),
      reply: { status: 200, schema: pageOf(Webhook), description: 'Webhooks, newest first' },
      failures: ['invalid_cursor'],
    },
    (ctx, { query }) => listWebhooks(ctx, query),
  )
  .endpoint(
    {
      method: 'get',
      path: '/webhooks/{webhook}',
      access,
      tag,
      summary: 'Get a webhook',
      description: 'Returns its settings and its failures. The secret is not returned again.',
      params: webhook,
      reply: { status: 200, schema: Webhook, description: 'The webhook' },
    },
    (ctx, { params }) => getWebhook(ctx, params.webhook),
  )
  .endpoint(
    {
      method: 'patch',
      path: '/webhooks/{webhook}',
      access,
      tag,
      summary: 'Update a webhook',
      description: 'The signing secret is kept. Enabling a webhook clears its failures.',
      params: webhook,
      body: UpdateWebhook,
      reply: { status: 200, schema: Webhook, description: 'The updated webhook' },
      failures: ['url_not_allowed', 'conflict'],
    },
    (ctx, { params, body }) => updateWebhook(ctx, params.webhook, body),
  )
  .endpoint(
    {
      method: 'delete',
      path: '/webhooks/{webhook}',
      access,
      tag,
      summary: 'Delete a webhook',
      description: 'Cancels its pending deliveries. Its delivery log remains for 30 days.',
      params: webhook,
      reply: { status: 204, description: 'Deleted' },
      failures: ['conflict'],
    },
    async (ctx, { params }) => void (await removeWebhook(ctx, params.webhook)),
  )
  .endpoint(
    {
      method: 'post',
      path: '/webhooks/{webhook}/rotate-secret',
      access,
      tag,
      summary: 'Rotate the signing secret of a webhook',
      operationId: 'rotateWebhookSecret',
      description:
        'During the overlap every request carries two `v1` signatures, one for each secret.',
      params: webhook,
      body: RotateWebhookSecret,
      reply: {
        status: 200,
        schema: WebhookWithSecret,
        description: 'The webhook with its new signing secret',
      },
      failures: ['conflict'],
    },
    (ctx, { params, body }) => rotateSecret(ctx, params.webhook, body),
  );
