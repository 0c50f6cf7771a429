import type { Feature } from '../http/feature.ts';
import { rateLimitRoutes } from './routes.ts';

export const rateLimitsFeature = {
  routes: { '/api/v1': [rateLimitRoutes] },
} satisfies Feature;
