import { batch } from '../db/client.ts';
import { firstSweepAfter } from '../platform/commit.ts';
import type { Ctx } from '../platform/context.ts';
import type { JobMessage } from '../platform/job.ts';
import { repeatBounded } from '../platform/repeat-bounded.ts';
import { day, hour } from '../shared/time.ts';
import { type Plan, planSlots } from './plan.ts';
import {
  type Claim,
  claimSlots,
  type DueSchedule,
  deleteOldSlots,
  releaseSlots,
  selectDue,
  settleSlots,
} from './tick-store.ts';

/** Schedules or slots that a step handles, and steps of a tick. */
const pageSize = 100;
const maxPages = 10;
/** Slots that one statement deletes. */
const deletedAtOnce = 1000;
/** Time for which the history of a schedule is kept, like the runs without a session. */
const historyFor = 30 * day;

/**
 * One tick: ends the slots of runs that have ended, claims the due times of all schedules, and queues
 * the start of those that need not wait. Each step is one batch, so that concurrent ticks, and one
 * that dies between two steps, claim each time once and lose none.
 */
export async function runSchedules(ctx: Ctx): Promise<void> {
  await repeatBounded(maxPages, pageSize, async () => {
    const { meta } = await settleSlots(ctx.db, ctx.now(), pageSize);
    return meta.changes;
  });
  await repeatBounded(maxPages, pageSize, () => claimDue(ctx));
  await repeatBounded(maxPages, pageSize, () => releaseWaiting(ctx));
}

async function claimDue(ctx: Ctx): Promise<number> {
  const now = ctx.now();
  const due = await selectDue(ctx.db, now, pageSize);
  if (due.length === 0) return 0;
  const claims = due.map((schedule): Claim => {
    const { slots, next_run_at } = planOf(ctx, schedule, now);
    const named = slots.map((slot) => ({
      ...slot,
      id: ctx.newId('slot'),
      run_id: ctx.newId('run'),
    }));
    return { schedule, slots: named, next_run_at };
  });
  await batch(ctx.db, claimSlots(ctx.db, claims, now));
  return due.length;
}

/** One schedule that cannot be planned does not stop the others. It is planned again later. */
function planOf(ctx: Ctx, schedule: DueSchedule, now: number): Plan {
  try {
    return planSlots(schedule, now, Boolean(schedule.is_suspended));
  } catch (error) {
    ctx.log.error('schedule_not_planned', { schedule_id: schedule.id, error });
    return { slots: [], next_run_at: now + hour };
  }
}

async function releaseWaiting(ctx: Ctx): Promise<number> {
  const now = ctx.now();
  const [jobs] = await batch(ctx.db, releaseSlots(ctx.db, now, now + firstSweepAfter, pageSize));
  const messages = jobs.map((row): JobMessage => ({ ...row, job: JSON.parse(row.job) }));
  if (messages.length > 0) ctx.defer(ctx.jobs.send(messages));
  return jobs.length;
}

/** Deletes old slots of all schedules, and those of deleted agents. */
export const deleteOldHistory = (ctx: Ctx): Promise<number> =>
  repeatBounded(maxPages, deletedAtOnce, async () => {
    const { meta } = await deleteOldSlots(ctx.db, ctx.now() - historyFor, deletedAtOnce);
    return meta.changes;
  });
