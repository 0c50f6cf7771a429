import type { JobHandler } from '../platform/job-handler.ts';
import { deliverAlert } from './webhook.ts';

/** The alert stays in the list of its budget, undelivered; the dead letter tells an operator. */
const noted = async () => undefined;

export const budgetJobs: { readonly 'budget.alert': JobHandler<'budget.alert'> } = {
  'budget.alert': { run: (ctx, { alert_id }) => deliverAlert(ctx, alert_id), onExhausted: noted },
};
