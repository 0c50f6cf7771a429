import type { Feature } from '../http/feature.ts';
import { alertRoutes } from './routes.ts';
import { rewrapAlertSecrets } from './webhook.ts';

export const alertsFeature = {
  routes: { '/api/v1': [alertRoutes] },
  tasks: { everyHour: [{ name: 'alert_secrets', run: rewrapAlertSecrets }] },
} satisfies Feature;
