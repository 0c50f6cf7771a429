import type { Feature } from '../http/feature.ts';
import { experimentResultRoutes } from './results-routes.ts';
import { experimentRoutes } from './routes.ts';
import { countExperiments } from './tick.ts';

export const experimentsFeature = {
  routes: { '/api/v1': [experimentRoutes, experimentResultRoutes] },
  tasks: { everyMinute: [{ name: 'experiments', run: countExperiments }] },
} satisfies Feature;
