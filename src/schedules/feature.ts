import type { Feature } from '../http/feature.ts';
import type { JobHandler } from '../platform/job-handler.ts';
import { scheduleRoutes } from './routes.ts';
import { giveUpSlot, startSlot } from './start-slot.ts';
import { deleteOldHistory, runSchedules } from './tick.ts';

const jobs: { readonly 'schedule.start': JobHandler<'schedule.start'> } = {
  'schedule.start': {
    run: (ctx, { slot_id, agent_ids = null }) => startSlot(ctx, slot_id, agent_ids),
    onExhausted: (ctx, { slot_id }) => giveUpSlot(ctx, slot_id),
  },
};

export const schedulesFeature = {
  routes: { '/api/v1': [scheduleRoutes] },
  jobs,
  tasks: {
    everyMinute: [{ name: 'schedules', run: runSchedules }],
    everyHour: [{ name: 'schedule_history', run: deleteOldHistory }],
  },
} satisfies Feature;
