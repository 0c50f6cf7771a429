import { z } from '@hono/zod-openapi';
import { pageOf } from '../../http/openapi.ts';
import { Router } from '../../http/router.ts';
import { Id } from '../../http/schema.ts';
import { DeliveryQuery, WebhookDelivery } from './schema.ts';
import { getDelivery, listDeliveries, redeliver } from './service.ts';
import { testWebhook } from './test-webhook.ts';

const delivery = z.object({ delivery: Id('whd') });
const access = 'webhooks:manage' as const;
const tag = 'Webhooks';

export const deliveryRoutes = new Router()
  .endpoint(
    {
      method: 'post',
      path: '/webhooks/{webhook}/test',
      access,
      tag,
      summary: 'Test a webhook',
      description:
        'Sends one `webhook.test` event, also to a disabled webhook, and returns the result. A failed test is not retried.',
      params: z.object({ webhook: Id('whk') }),
      reply: { status: 200, schema: WebhookDelivery, description: 'The delivery with its result' },
    },
    (ctx, { params }) => testWebhook(ctx, params.webhook),
  )
  .endpoint(
    {
      method: 'get',
      path: '/webhook-deliveries',
      access,
      tag,
      summary: 'List webhook deliveries',
      description: 'Returns one delivery for each event and webhook, of the last 30 days.',
      query: DeliveryQuery,
      reply: {
        status: 200,
        schema: pageOf(WebhookDelivery),
        description: 'Deliveries, newest first',
      },
      failures: ['invalid_cursor'],
    },
    (ctx, { query }) => listDeliveries(ctx, query),
  )
  .endpoint(
    {
      method: 'get',
      path: '/webhook-deliveries/{delivery}',
      access,
      tag,
      summary: 'Get a webhook delivery',
      description: 'Returns its state and the result of its last attempt.',
      params: delivery,
      reply: { status: 200, schema: WebhookDelivery, description: 'The delivery' },
    },
    (ctx, { params }) => getDelivery(ctx, params.delivery),
  )
  .endpoint(
    {
      method: 'post',
      path: '/webhook-deliveries/{delivery}/redeliver',
      access,
      tag,
      summary: 'Redeliver an event',
      operationId: 'redeliverWebhookEvent',
      description: 'Sends the event again with the same id, even if it was accepted before.',
      params: delivery,
      reply: { status: 202, schema: WebhookDelivery, description: 'The pending delivery' },
      failures: ['conflict'],
    },
    (ctx, { params }) => redeliver(ctx, params.delivery),
  );
