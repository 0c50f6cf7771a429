import { Router } from '../../http/router.ts';
import { AlertWebhook, AlertWebhookSet, PutAlertWebhook } from './schema.ts';
import { getAlertWebhook, removeAlertWebhook, setAlertWebhook } from './service.ts';

const tag = 'Operations';

export const alertRoutes = new Router()
  .endpoint(
    {
      method: 'get',
      path: '/alerts/webhook',
      access: 'operations:read',
      tag,
      summary: 'Get the webhook of alerts',
      description:
        'The address that receives alerts of the workspace. All null where nothing is set.',
      reply: { status: 200, schema: AlertWebhook, description: 'The webhook' },
    },
    (ctx) => getAlertWebhook(ctx),
  )
  .endpoint(
    {
      method: 'put',
      path: '/alerts/webhook',
      access: 'workspace:write',
      tag,
      summary: 'Set the webhook of alerts',
      description:
        'Receives anomalies (`anomaly.alert`), and the alerts of budgets that have no webhook of their own (`budget.alert`). A request that is ' +
        'not answered with 2xx is repeated, with the same alert. The signature is an HMAC-SHA-256 of `<t>.<body>` under the secret. ' +
        'Webhooks for all events are made with `POST /webhooks`.',
      body: PutAlertWebhook,
      reply: { status: 200, schema: AlertWebhookSet, description: 'The updated webhook' },
      failures: ['url_not_allowed'],
    },
    (ctx, { body }) => setAlertWebhook(ctx, body),
  )
  .endpoint(
    {
      method: 'delete',
      path: '/alerts/webhook',
      access: 'workspace:write',
      tag,
      summary: 'Remove the webhook of alerts',
      description: 'Cancels its pending deliveries.',
      reply: { status: 204, description: 'Removed' },
      failures: ['not_found'],
    },
    async (ctx) => void (await removeAlertWebhook(ctx)),
  );
