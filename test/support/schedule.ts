import { schedule } from '../../src/features.ts';
import { runSchedule as run } from '../../src/jobs/index.ts';

/** Runs the tasks of a cron expression as the Worker's `scheduled` handler does. */
export const runSchedule = (cron: string, env: Env, execution: ExecutionContext): Promise<void> =>
  run(schedule, cron, env, execution);
