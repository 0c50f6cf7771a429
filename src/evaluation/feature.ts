import type { Feature } from '../http/feature.ts';
import { caseRoutes } from './datasets/case-routes.ts';
import { removeDeleted } from './datasets/datasets.ts';
import { datasetRoutes } from './datasets/routes.ts';
import { judgeRoutes } from './judges/routes.ts';

export const evaluationFeature = {
  routes: { '/api/v1': [datasetRoutes, caseRoutes, judgeRoutes] },
  tasks: { everyMinute: [{ name: 'deleted_datasets', run: removeDeleted }] },
} satisfies Feature;
