import { app } from './app.ts';
import { dispatchBatch } from './jobs/dispatch.ts';
import { runSchedule } from './jobs/schedule.ts';
import { chatStream, responsesStream } from './protocols/openai/index.ts';
import { uiStream } from './protocols/ui-stream/index.ts';
import { RateLimiter } from './rate-limits/index.ts';
import { oneOffDriver, RunHost } from './runs/index.ts';
import { turnDriver } from './sessions/index.ts';

export class SessionHost extends RunHost {
  protected readonly protocols = [uiStream, chatStream, responsesStream];
  protected readonly drivers = [turnDriver, oneOffDriver];
}

export { RateLimiter };

export default {
  fetch: app.fetch,
  queue: dispatchBatch,
  scheduled: (controller, env, execution) => runSchedule(controller.cron, env, execution),
} satisfies ExportedHandler<Env>;
