import { sql } from 'drizzle-orm';
import type { Ctx } from '../platform/context.ts';

/**
 * Records one tick of a cron expression and which of its tasks succeeded, in one row per expression. A task
 * that failed keeps the time of its last success; a task that no longer exists is dropped.
 */
export async function recordTick(
  ctx: Ctx,
  cron: string,
  outcomes: Readonly<Record<string, boolean>>,
): Promise<void> {
  const now = ctx.now();
  const succeeded = JSON.stringify(
    Object.fromEntries(Object.entries(outcomes).map(([task, isDone]) => [task, isDone ? now : 0])),
  );
  await ctx.db.run(sql`insert into schedule_ticks (cron, ticked_at, succeeded) values (${cron}, cast(${now} as integer), ${succeeded})
    on conflict (cron) do update set ticked_at = max(ticked_at, excluded.ticked_at), succeeded = (
      select json_group_object(task.key, max(task.value, coalesce(before.value, 0)))
      from json_each(excluded.succeeded) task left join json_each(schedule_ticks.succeeded) before on before.key = task.key)`);
}
