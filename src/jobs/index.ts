import type { Feature } from '../http/feature.ts';
import { sweepIdempotencyKeys, sweepOutbox } from './outbox.ts';

export { dispatchBatch } from './dispatch.ts';
export { runSchedule } from './schedule.ts';

export const jobsFeature = {
  tasks: {
    everyMinute: [{ name: 'outbox', run: sweepOutbox }],
    everyHour: [{ name: 'idempotency_keys', run: sweepIdempotencyKeys }],
  },
} satisfies Feature;
