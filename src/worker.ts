import { app } from './app.ts';
import { dispatchBatch } from './jobs/dispatch.ts';
import { runSchedule } from './jobs/schedule.ts';

export default {
  fetch: app.fetch,
  queue: dispatchBatch,
  scheduled: (controller, env, execution) => runSchedule(controller.cron, env, execution),
} satisfies ExportedHandler<Env>;
