import type { JobHandler } from '../platform/job-handler.ts';
import { publishAlert } from './webhook.ts';

/** The alert stays in the list of its budget, undelivered. The dead letter is what an operator sees. */
const noted = async () => undefined;

export const budgetJobs: { readonly 'budget.alert': JobHandler<'budget.alert'> } = {
  'budget.alert': { run: (ctx, { alert_id }) => publishAlert(ctx, alert_id), onExhausted: noted },
};
