import { app } from './app.ts';
import { receiveEmail } from './channels/index.ts';
import { jobHandlers, schedule } from './features.ts';
import { dispatchBatch, runSchedule } from './jobs/index.ts';

export { RateLimiter, SessionHost } from './features.ts';

export default {
  fetch: app.fetch,
  queue: (messages, env, execution) => dispatchBatch(jobHandlers, messages, env, execution),
  email: (message, env, execution) => receiveEmail(message, env, execution),
  scheduled: (controller, env, execution) => runSchedule(schedule, controller.cron, env, execution),
} satisfies ExportedHandler<Env>;
