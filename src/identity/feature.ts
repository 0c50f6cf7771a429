import type { Feature } from '../http/feature.ts';
import { apiKeyRoutes } from './api-keys/routes.ts';
import { callerRoutes } from './caller/routes.ts';

export const identityFeature = {
  routes: { '/api/v1': [callerRoutes, apiKeyRoutes] },
} satisfies Feature;
