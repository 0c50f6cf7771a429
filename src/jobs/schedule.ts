import type { Task } from '../http/feature.ts';
import { openPlatform } from '../platform/cloudflare.ts';
import { newId } from '../shared/id.ts';
import { recordTick } from './ticks.ts';

/** Tasks by the cron expressions of wrangler.toml. */
export interface Schedule {
  readonly everyMinute: readonly Task[];
  readonly everyHour: readonly Task[];
}

const periods: Readonly<Record<string, keyof Schedule>> = {
  '* * * * *': 'everyMinute',
  '7 * * * *': 'everyHour',
};

/** Runs the tasks of a cron expression one after another. A task that fails is logged and does not stop the others. */
export async function runSchedule(
  schedule: Schedule,
  cron: string,
  env: Env,
  execution: ExecutionContext,
): Promise<void> {
  const platform = openPlatform(env, execution, { request_id: newId('req') });
  const outcomes: Record<string, boolean> = {};
  const period = periods[cron];
  for (const { name, run } of period === undefined ? [] : schedule[period]) {
    const ctx = platform.context({ workspace_id: '', actor: { type: 'system', name } });
    outcomes[name] = false;
    await run(ctx).then(
      () => {
        outcomes[name] = true;
      },
      (error: unknown) => ctx.log.error('schedule_failed', { task: name, error }),
    );
  }
  const ctx = platform.context({ workspace_id: '', actor: { type: 'system', name: 'schedule' } });
  await recordTick(ctx, cron, outcomes).catch((error: unknown) =>
    ctx.log.error('tick_not_recorded', { cron, error }),
  );
}
