export { deleteOldDeliveries, retryDeliveries } from './deliveries/retry.ts';
export { fanOutEvents } from './events/fan-out.ts';
export { promiseAlerts } from './events/promise.ts';
export { publishEvents } from './events/publish.ts';
export type { EventData, EventType } from './events/registry.ts';
export { notificationsFeature } from './feature.ts';
export { planManagedWebhook, removeManagedWebhook } from './webhooks/managed.ts';
