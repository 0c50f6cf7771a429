import { app } from './app.ts';
import { dispatchBatch } from './jobs/dispatch.ts';
import { runSchedule } from './jobs/schedule.ts';
import { chatWire, responsesWire } from './protocols/openai/index.ts';
import { RateLimiter } from './rate-limits/index.ts';
import { sessionHost, uiWire } from './sessions/index.ts';

export class SessionHost extends sessionHost([uiWire, chatWire, responsesWire]) {}

export { RateLimiter };

export default {
  fetch: app.fetch,
  queue: dispatchBatch,
  scheduled: (controller, env, execution) => runSchedule(controller.cron, env, execution),
} satisfies ExportedHandler<Env>;
