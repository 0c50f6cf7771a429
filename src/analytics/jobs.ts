import type { JobHandler } from '../platform/job-handler.ts';
import { deliverAnomaly } from './anomaly-service.ts';

/** The anomaly stays in the list, undelivered; the dead letter tells an operator. */
const noted = async () => undefined;

export const analyticsJobs: { readonly 'anomaly.alert': JobHandler<'anomaly.alert'> } = {
  'anomaly.alert': {
    run: (ctx, { anomaly_id }) => deliverAnomaly(ctx, anomaly_id),
    onExhausted: noted,
  },
};
