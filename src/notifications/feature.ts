import type { Feature } from '../http/feature.ts';
import { alertRoutes } from './alerts/routes.ts';
import { deleteOldDeliveries, retryDeliveries } from './deliveries/retry.ts';
import { deliveryRoutes } from './deliveries/routes.ts';
import { describeEvents } from './events/describe.ts';
import { fanOutEvents } from './events/fan-out.ts';
import { notificationJobs } from './jobs.ts';
import { webhookRoutes } from './webhooks/routes.ts';

describeEvents(webhookRoutes);

export const notificationsFeature = {
  routes: { '/api/v1': [webhookRoutes, deliveryRoutes, alertRoutes] },
  jobs: notificationJobs,
  tasks: {
    everyMinute: [
      { name: 'webhook_events', run: fanOutEvents },
      { name: 'webhook_deliveries', run: retryDeliveries },
    ],
    everyHour: [{ name: 'webhook_log', run: deleteOldDeliveries }],
  },
} satisfies Feature;
