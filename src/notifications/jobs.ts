import type { JobHandler } from '../platform/job-handler.ts';
import { deliverEvent, failAttempt } from './deliveries/deliver.ts';

export const notificationJobs: { readonly 'webhook.deliver': JobHandler<'webhook.deliver'> } = {
  'webhook.deliver': {
    run: (ctx, { delivery_id }) => deliverEvent(ctx, delivery_id),
    onExhausted: (ctx, { delivery_id }, error) => failAttempt(ctx, delivery_id, error),
  },
};
