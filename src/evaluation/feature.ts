import type { Feature } from '../http/feature.ts';
import { caseRoutes } from './datasets/case-routes.ts';
import { removeDeleted } from './datasets/datasets.ts';
import { datasetRoutes } from './datasets/routes.ts';
import { judgeRoutes } from './judges/routes.ts';
import { removeDeletedReplays, replayJobs } from './replay/jobs.ts';
import { replayRoutes } from './replay/routes.ts';
import { feedShadows } from './replay/shadow.ts';
import { shadowRoutes } from './replay/shadow-routes.ts';

export const evaluationFeature = {
  routes: { '/api/v1': [datasetRoutes, caseRoutes, judgeRoutes, replayRoutes, shadowRoutes] },
  jobs: { ...replayJobs },
  tasks: {
    everyMinute: [
      { name: 'deleted_datasets', run: removeDeleted },
      { name: 'deleted_replays', run: removeDeletedReplays },
      { name: 'shadows', run: feedShadows },
    ],
  },
} satisfies Feature;
