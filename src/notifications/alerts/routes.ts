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
      description: 'Where the workspace is told of alerts. All null where nothing is set.',
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
        'Told of anomalies (`anomaly.alert`), and of the alerts of budgets that have no webhook of their own (`budget.alert`). What it does ' +
        'not answer with 2xx is sent again a few times, with the same id. The signature is an HMAC-SHA-256 of `<t>.<body>` under the secret.',
      body: PutAlertWebhook,
      reply: { status: 200, schema: AlertWebhookSet, description: 'The webhook as it is set now' },
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
      description: 'What was not sent yet is not sent any more.',
      reply: { status: 204, description: 'Removed' },
      failures: ['not_found'],
    },
    async (ctx) => void (await removeAlertWebhook(ctx)),
  );
