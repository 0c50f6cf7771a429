export { alertsFeature } from './feature.ts';
export { promiseAlerts, selectAlertWebhook } from './store.ts';
export {
  checkWebhookUrl,
  placeOfSecret,
  rewrapAlertSecrets,
  tellWebhook,
  toWebhook,
  type Webhook,
} from './webhook.ts';
