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
      summary: 'Get the alert webhook',
      description:
        'Returns the webhook that receives alerts of the workspace. All fields are null when none is set.',
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
      summary: 'Set the alert webhook',
      description:
        'Receives anomalies (`anomaly.alert`) and alerts of budgets without a webhook of their own (`budget.alert`). A request that is ' +
        'not answered with 2xx is retried with the same alert. The signature is an HMAC-SHA-256 of `<t>.<body>` under the secret. ' +
        'Use `POST /webhooks` to receive other events.',
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
      summary: 'Remove the alert webhook',
      description: 'Cancels its pending deliveries.',
      reply: { status: 204, description: 'Removed' },
      failures: ['not_found'],
    },
    async (ctx) => void (await removeAlertWebhook(ctx)),
  );
