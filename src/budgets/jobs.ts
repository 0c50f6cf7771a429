import type { JobHandler } from '../platform/job-handler.ts';
import { publishAlert } from './webhook.ts';

/**
 * Does nothing: the alert remains in the list of its budget, undelivered, and the operator finds
 * the job among the dead letters.
 */
const keepUndelivered = async () => undefined;

export const budgetJobs: { readonly 'budget.alert': JobHandler<'budget.alert'> } = {
  'budget.alert': {
    run: (ctx, { alert_id }) => publishAlert(ctx, alert_id),
    onExhausted: keepUndelivered,
  },
};
