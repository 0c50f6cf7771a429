import type { JobHandler } from '../platform/job-handler.ts';
import { deliverAnomaly } from './anomaly-service.ts';

/** An anomaly that could not be delivered stays listed as undelivered; the dead letter is for the operator. */
const noted = async () => undefined;

export const analyticsJobs: { readonly 'anomaly.alert': JobHandler<'anomaly.alert'> } = {
  'anomaly.alert': {
    run: (ctx, { anomaly_id }) => deliverAnomaly(ctx, anomaly_id),
    onExhausted: noted,
  },
};
