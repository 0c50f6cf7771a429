import type { Feature } from '../http/feature.ts';
import { caseRoutes } from './datasets/case-routes.ts';
import { removeDeleted } from './datasets/datasets.ts';
import { datasetRoutes } from './datasets/routes.ts';
import { judgeRoutes } from './judges/routes.ts';
import { reviewRoutes } from './review/routes.ts';
import { reviewRuleRoutes } from './review/rule-routes.ts';
import { scanTurns } from './review/scan.ts';
import { evaluationJobs } from './runs/jobs.ts';
import { evaluationRoutes } from './runs/routes.ts';
import { removeDeletedEvaluations } from './runs/service.ts';

export const evaluationFeature = {
  routes: {
    '/api/v1': [
      datasetRoutes,
      caseRoutes,
      judgeRoutes,
      evaluationRoutes,
      reviewRoutes,
      reviewRuleRoutes,
    ],
  },
  jobs: evaluationJobs,
  tasks: {
    everyMinute: [
      { name: 'deleted_datasets', run: removeDeleted },
      { name: 'deleted_evaluations', run: removeDeletedEvaluations },
      { name: 'review_rules', run: scanTurns },
    ],
  },
} satisfies Feature;
