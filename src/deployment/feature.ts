import type { Feature } from '../http/feature.ts';
import { deploymentRoutes } from './routes.ts';

export const deploymentFeature = {
  routes: { '/api/v1': [deploymentRoutes] },
} satisfies Feature;
