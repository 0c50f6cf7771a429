import type { Feature } from '../http/feature.ts';
import { judgeRoutes } from './judges/routes.ts';

export const evaluationFeature = {
  routes: { '/api/v1': [judgeRoutes] },
} satisfies Feature;
