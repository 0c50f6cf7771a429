import { type SQL, sql } from 'drizzle-orm';
import type { Statement } from '../db/client.ts';
import { budgetPeriods } from '../db/schema/budgets.ts';
import type { Ctx } from '../platform/context.ts';
import { periodAt } from '../usage/index.ts';

/**
 * Moves the spent and held amounts of the current periods to the periods of another time zone, so
 * that a changed time zone gives no additional budget. Add the statements before the change of the
 * zone, in one batch; they have no effect when the zone was changed concurrently.
 */
export function moveToZone(ctx: Ctx, from: string, to: string): Statement[] {
  const { db, workspace_id } = ctx;
  const now = ctx.now();
  const integer = (value: number | null): SQL =>
    value === null ? sql`null` : sql`cast(${value} as integer)`;
  return budgetPeriods.flatMap((period) => {
    const [old, next] = [periodAt(period, now, from), periodAt(period, now, to)];
    const isThere = sql`exists (select 1 from workspaces w where w.id = ${workspace_id} and w.time_zone = ${from})`;
    const own = sql`budget_id in (select id from budgets where workspace_id = ${workspace_id} and period = ${period})
      and period_start = ${old.start} and ${isThere}`;
    if (old.start === next.start) {
      return old.end === next.end
        ? []
        : [db.run(sql`update budget_counters set period_end = ${integer(next.end)} where ${own}`)];
    }
    return [
      db.run(sql`insert into budget_counters
          (budget_id, subject, period_start, period_end, workspace_id, spent_nano_usd, held_nano_usd, unpriced_calls, is_dirty, updated_at)
        select budget_id, subject, ${integer(next.start)}, ${integer(next.end)}, workspace_id, spent_nano_usd, held_nano_usd, unpriced_calls, 1,
          ${integer(now)} from budget_counters where ${own}
        on conflict (budget_id, subject, period_start) do update set period_end = excluded.period_end,
          spent_nano_usd = spent_nano_usd + excluded.spent_nano_usd, held_nano_usd = held_nano_usd + excluded.held_nano_usd,
          unpriced_calls = unpriced_calls + excluded.unpriced_calls, is_dirty = 1, updated_at = excluded.updated_at`),
      db.run(sql`delete from budget_counters where ${own}`),
      db.run(
        sql`update budget_holds set period_start = ${integer(next.start)} where state in ('open', 'expired') and ${own}`,
      ),
      db.run(
        sql`update or ignore budget_alerts set period_start = ${integer(next.start)} where ${own}`,
      ),
    ];
  });
}
