export { deleteOldDeliveries, retryDeliveries } from './deliveries/retry.ts';
export { fanOutEvents } from './events/fan-out.ts';
export { promiseAlerts, type RaisedAlert } from './events/promise.ts';
export { type NewEvent, publishEvents } from './events/publish.ts';
export type { EventData, EventType } from './events/registry.ts';
export { notificationsFeature } from './feature.ts';
export { planManagedWebhook, removeManagedWebhook } from './webhooks/managed.ts';
