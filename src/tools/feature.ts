import type { Feature } from '../http/feature.ts';
import { toolRoutes } from './routes.ts';

export const toolsFeature = {
  routes: { '/api/v1': [toolRoutes] },
} satisfies Feature;
