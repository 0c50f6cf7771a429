import type { Feature } from '../http/feature.ts';
import { experimentRoutes } from './routes.ts';

export const experimentsFeature = {
  routes: { '/api/v1': [experimentRoutes] },
} satisfies Feature;
