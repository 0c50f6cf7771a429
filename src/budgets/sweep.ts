import { sql } from 'drizzle-orm';
import { batch } from '../db/client.ts';
import type { Ctx } from '../platform/context.ts';
import { repeatBounded } from '../platform/repeat-bounded.ts';
import { day } from '../shared/time.ts';

/** Holds that one batch handles, and batches of one tick. */
const sweepLimit = 500;
const batchesPerTick = 100;
/** Retention of ended holds, for `explain`. */
const keepHolds = 14 * day;
const keepCounters = 400 * day;

/** A hold whose run is still alive is not lost, however long the run takes. */
const lost = (now: number) => sql`select id, budget_id from budget_holds
  where state = 'open' and lease_until <= ${now} and not exists (
    select 1 from runs where runs.id = budget_holds.run_id and runs.status = 'running' and runs.lease_until > ${now})
  order by lease_until limit ${sweepLimit}`;

/** Releases holds whose hosts have died. Returns their number. */
export const releaseLostHolds = (ctx: Ctx): Promise<number> =>
  repeatBounded(batchesPerTick, sweepLimit, () => releaseSome(ctx));

async function releaseSome(ctx: Ctx): Promise<number> {
  const now = ctx.now();
  const [, expired] = await batch(ctx.db, [
    ctx.db.run(sql`update budget_counters set held_nano_usd = held_nano_usd - gone.amount, updated_at = cast(${now} as integer)
      from (select h.budget_id, h.subject, h.period_start, sum(h.amount_nano_usd) as amount
        from (${lost(now)}) l join budget_holds h on h.id = l.id and h.budget_id = l.budget_id
        group by h.budget_id, h.subject, h.period_start) gone
      where budget_counters.budget_id = gone.budget_id and budget_counters.subject = gone.subject
        and budget_counters.period_start = gone.period_start`),
    ctx.db.all<{
      id: string;
    }>(sql`update budget_holds set state = 'expired', ended_at = cast(${now} as integer)
      where (id, budget_id) in (${lost(now)}) returning id`),
  ]);
  if (expired.length > 0) ctx.log.warn('budget_holds_expired', { holds: expired.length });
  return expired.length;
}

/** Deletes ended holds and old counters past their retention. Returns the number of rows. */
export const deleteOldHolds = (ctx: Ctx): Promise<number> =>
  repeatBounded(batchesPerTick, sweepLimit, () => deleteSome(ctx));

/** Returns the larger of the two row counts. */
async function deleteSome(ctx: Ctx): Promise<number> {
  const now = ctx.now();
  const deleted = (await batch(ctx.db, [
    ctx.db.all(sql`delete from budget_holds where (id, budget_id) in (
      select id, budget_id from budget_holds where ended_at is not null and ended_at < ${now - keepHolds} order by ended_at limit ${sweepLimit}) returning 1`),
    ctx.db.all(sql`delete from budget_counters where (budget_id, subject, period_start) in (
      select budget_id, subject, period_start from budget_counters
      where period_end < ${now - keepCounters} and held_nano_usd = 0 order by period_end limit ${sweepLimit}) returning 1`),
  ])) as unknown as unknown[][];
  return Math.max(...deleted.map((rows) => rows.length));
}
