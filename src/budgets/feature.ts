import type { Feature } from '../http/feature.ts';
import { raiseAlerts } from './alerts.ts';
import { budgetJobs } from './jobs.ts';
import { budgetRoutes } from './routes.ts';
import { deleteOldHolds, releaseLostHolds } from './sweep.ts';

export const budgetsFeature = {
  routes: { '/api/v1': [budgetRoutes] },
  jobs: budgetJobs,
  tasks: {
    everyMinute: [
      { name: 'budget_alerts', run: raiseAlerts },
      { name: 'lost_holds', run: releaseLostHolds },
    ],
    everyHour: [{ name: 'old_holds', run: deleteOldHolds }],
  },
} satisfies Feature;
