import type { Feature } from '../http/feature.ts';
import { agentRoutes } from './routes.ts';

export const agentsFeature = {
  routes: { '/api/v1': [agentRoutes] },
} satisfies Feature;
