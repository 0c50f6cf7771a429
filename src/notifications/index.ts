export { alertRoutes } from './alerts/routes.ts';
export { promiseAlerts, selectAlertWebhook } from './alerts/store.ts';
export {
  checkWebhookUrl,
  tellWebhook,
  toWebhook,
  type Webhook,
} from './alerts/webhook.ts';
