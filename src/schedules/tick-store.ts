import { sql } from 'drizzle-orm';
import type { Db } from '../db/client.ts';
import type { JobMessage } from '../platform/job.ts';
import type { Plan } from './plan.ts';
import type { ScheduleRow } from './store.ts';

/** A due schedule with what planning it requires. */
export type DueSchedule = Pick<
  ScheduleRow,
  'id' | 'revision' | 'cron' | 'time_zone' | 'ends_at' | 'catch_up' | 'max_runs' | 'run_count'
> & { readonly next_run_at: number; readonly is_suspended: number };

/** Slots of a schedule that wait for the former run; further ones are skipped. */
const maxWaiting = 10;

const integer = (value: number) => sql`cast(${value} as integer)`;
const open = sql.raw(
  `schedule_slots o where o.schedule_id = s.id and o.status in ('waiting', 'starting', 'running')`,
);

export const selectDue = (db: Db, now: number, limit: number) =>
  db.all<DueSchedule>(sql`
    select s.id, s.revision, s.cron, s.time_zone, s.ends_at, s.catch_up, s.max_runs, s.run_count, s.next_run_at,
      coalesce(w.suspended_at, w.deleted_at) is not null as is_suspended
    from schedules s join workspaces w on w.id = s.workspace_id
    where s.next_run_at <= ${now} order by s.next_run_at limit ${limit}`);

/** The plan of a due schedule, with the ids of its slots and their runs. */
export interface Claim {
  readonly schedule: DueSchedule;
  readonly slots: readonly (Plan['slots'][number] & {
    readonly id: string;
    readonly run_id: string;
  })[];
  readonly next_run_at: number | null;
}

/**
 * Inserts the planned slots of schedules that no other tick has claimed and nobody has changed, and
 * moves these schedules to their next time: for one batch, in this order.
 */
export function claimSlots(db: Db, claims: readonly Claim[], now: number) {
  const of = ({ schedule: { id, revision, next_run_at } }: Claim) => ({
    schedule_id: id,
    revision,
    expected: next_run_at,
  });
  const slots = claims.flatMap((claim) => claim.slots.map((slot) => ({ ...slot, ...of(claim) })));
  const nexts = claims.map((claim) => ({ ...of(claim), next_run_at: claim.next_run_at }));
  const unclaimed = sql.raw(
    `s.id = g.value ->> 'schedule_id' and s.next_run_at = g.value ->> 'expected' and s.revision = g.value ->> 'revision'`,
  );
  const reason = sql`coalesce(g.value ->> 'skip_reason',
    iif(s.on_overlap = 'skip' and exists (select 1 from ${open}), 'overlap', null),
    iif((select count(*) from ${open}) >= ${sql.raw(String(maxWaiting))}, 'queue_full', null))`;
  return [
    db.run(sql`insert into schedule_slots (id, workspace_id, schedule_id, slot_at, until_at, status, skip_reason, run_id, ended_at, created_at)
      select id, workspace_id, schedule_id, slot_at, until_at, iif(reason is null, 'waiting', 'skipped'), reason, run_id,
        iif(reason is null, null, ${integer(now)}), ${integer(now)}
      from (select g.value ->> 'id' as id, s.workspace_id, s.id as schedule_id, g.value ->> 'slot_at' as slot_at,
          g.value ->> 'until_at' as until_at, g.value ->> 'run_id' as run_id, ${reason} as reason
        from json_each(${JSON.stringify(slots)}) g join schedules s on ${unclaimed})
      where true on conflict (schedule_id, slot_at) do nothing`),
    db.run(sql`update schedules as s set next_run_at = iif(s.run_count >= s.max_runs, null, g.value ->> 'next_run_at')
      from json_each(${JSON.stringify(nexts)}) g where ${unclaimed}`),
  ] as const;
}

/** The next waiting slot of each schedule without an active run. */
const startable = (
  limit: number,
) => sql`select w.id from schedule_slots w where w.status = 'waiting'
  and not exists (select 1 from schedule_slots o where o.schedule_id = w.schedule_id
    and o.status in ('waiting', 'starting', 'running') and (o.status <> 'waiting' or o.slot_at < w.slot_at))
  order by w.slot_at limit ${limit}`;

/** Inserts the jobs that start waiting slots, and marks these slots: for one batch, in this order. Returns the jobs. */
export const releaseSlots = (db: Db, now: number, due_at: number, limit: number) =>
  [
    db.all<Omit<JobMessage, 'job'> & { readonly job: string }>(sql`
      insert into outbox (id, workspace_id, job, due_at, created_at)
      select replace(s.id, 'slot_', 'job_'), s.workspace_id, json_object('type', 'schedule.start', 'slot_id', s.id), ${integer(due_at)}, ${integer(now)}
      from schedule_slots s where s.id in (${startable(limit)}) on conflict (id) do nothing
      returning id, workspace_id, job`),
    db.run(sql`update schedule_slots set status = 'starting' where status = 'waiting' and id in (${startable(limit)})
      and exists (select 1 from outbox j where j.id = replace(schedule_slots.id, 'slot_', 'job_'))`),
  ] as const;

/** Ends the slots whose runs have ended, or have been erased. Triggers count the failures. */
export const settleSlots = (db: Db, now: number, limit: number) =>
  db.run(sql`update schedule_slots set
      status = coalesce((select iif(r.status in ('completed', 'cancelled'), r.status, 'failed') from runs r where r.id = run_id), 'cancelled'),
      ended_at = coalesce((select r.ended_at from runs r where r.id = run_id), ${integer(now)})
    where id in (select s.id from schedule_slots s left join runs r on r.id = s.run_id
      where s.status = 'running' and (r.id is null or r.ended_at is not null) limit ${limit})`);

/** Deletes the ended slots that were created before a time. */
export const deleteOldSlots = (db: Db, before: number, limit: number) =>
  db.run(sql`delete from schedule_slots where id in (select s.id from schedule_slots s
    where s.created_at < ${before} and s.ended_at is not null order by s.created_at limit ${limit})`);
