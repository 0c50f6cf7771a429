export { alertRoutes } from './routes.ts';
export { promiseAlerts, selectAlertWebhook } from './store.ts';
export {
  checkWebhookUrl,
  tellWebhook,
  toWebhook,
  type Webhook,
} from './webhook.ts';
