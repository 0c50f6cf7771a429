import type { Feature } from '../http/feature.ts';
import { llmRoutes } from './routes.ts';

export const llmFeature = {
  routes: { '/api/v1': [llmRoutes] },
} satisfies Feature;
