import type { JobHandler } from '../platform/job-handler.ts';
import { publishAnomaly } from './anomaly-service.ts';

/** The anomaly stays in the list, undelivered. The dead letter is what an operator sees. */
const noted = async () => undefined;

export const analyticsJobs: { readonly 'anomaly.alert': JobHandler<'anomaly.alert'> } = {
  'anomaly.alert': {
    run: (ctx, { anomaly_id }) => publishAnomaly(ctx, anomaly_id),
    onExhausted: noted,
  },
};
