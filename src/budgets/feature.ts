import type { Feature } from '../http/feature.ts';
import { raiseAlerts } from './alerts.ts';
import { budgetJobs } from './jobs.ts';
import { budgetRoutes } from './routes.ts';
import { forgetOldHolds, returnLostHolds } from './sweep.ts';
import { rewrapBudgetSecrets } from './webhook.ts';

export const budgetsFeature = {
  routes: { '/api/v1': [budgetRoutes] },
  jobs: budgetJobs,
  tasks: {
    everyMinute: [
      { name: 'budget_alerts', run: raiseAlerts },
      { name: 'lost_holds', run: returnLostHolds },
    ],
    everyHour: [
      { name: 'budget_secrets', run: rewrapBudgetSecrets },
      { name: 'old_holds', run: forgetOldHolds },
    ],
  },
} satisfies Feature;
