import type { Feature } from '../http/feature.ts';
import { caseRoutes } from './datasets/case-routes.ts';
import { removeDeleted } from './datasets/datasets.ts';
import { datasetRoutes } from './datasets/routes.ts';
import { judgeRoutes } from './judges/routes.ts';
import { onlineJobs, removeDeletedScorers } from './online/jobs.ts';
import { onlineRoutes } from './online/routes.ts';
import { feedScorers } from './online/score-answers.ts';
import { removeDeletedReplays, replayJobs } from './replay/jobs.ts';
import { replayRoutes } from './replay/routes.ts';
import { feedShadows } from './replay/shadow.ts';
import { shadowRoutes } from './replay/shadow-routes.ts';
import { reviewRoutes } from './review/routes.ts';
import { reviewRuleRoutes } from './review/rule-routes.ts';
import { scanTurns } from './review/scan.ts';
import { evaluationJobs } from './runs/jobs.ts';
import { evaluationRoutes } from './runs/routes.ts';
import { removeDeletedEvaluations } from './runs/service.ts';

const replay = [replayRoutes, shadowRoutes, onlineRoutes];

export const evaluationFeature = {
  routes: {
    '/api/v1': [
      datasetRoutes,
      caseRoutes,
      reviewRoutes,
      reviewRuleRoutes,
      judgeRoutes,
      evaluationRoutes,
      ...replay,
    ],
  },
  jobs: { ...evaluationJobs, ...replayJobs, ...onlineJobs },
  tasks: {
    everyMinute: [
      { name: 'deleted_datasets', run: removeDeleted },
      { name: 'deleted_evaluations', run: removeDeletedEvaluations },
      { name: 'review_rules', run: scanTurns },
      { name: 'deleted_replays', run: removeDeletedReplays },
      { name: 'deleted_online_scorers', run: removeDeletedScorers },
      { name: 'shadows', run: feedShadows },
      { name: 'online_scorers', run: feedScorers },
    ],
  },
} satisfies Feature;
