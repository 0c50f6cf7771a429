import type { Router } from '../http/router.ts';
import { alertRoutes } from './alerts/routes.ts';
import { deliveryRoutes } from './deliveries/routes.ts';
import { describeEvents } from './events/describe.ts';
import { webhookRoutes } from './webhooks/routes.ts';

describeEvents(webhookRoutes);

/** Webhooks, their deliveries, and the webhook of alerts. */
export const notificationRoutes: readonly Router[] = [webhookRoutes, deliveryRoutes, alertRoutes];
