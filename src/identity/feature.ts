import type { Feature } from '../http/feature.ts';
import { apiKeyRoutes } from './api-keys/routes.ts';
import { callerRoutes } from './caller/routes.ts';
import { endUserRoutes } from './end-users/routes.ts';

export const identityFeature = {
  routes: { '/api/v1': [callerRoutes, apiKeyRoutes, endUserRoutes] },
} satisfies Feature;
