import { type Placeholder, sql } from 'drizzle-orm';
import type { Db } from '../db/client.ts';
import { compile, compileByColumns } from '../db/compiled.ts';
import { outbox } from '../db/schema/platform.ts';
import type { JobMessage } from './job.ts';

/**
 * Unclaimed jobs of one lane that have a message on the queue. Further ones wait in the outbox, and each claim
 * releases the next, so that a bulk load takes turns with the jobs of other lanes. Large enough to keep consumers busy.
 */
const laneWindow = 10;

/** A job to insert; `due_at` is the time of the sweep that sends it if the queue lost its message. */
export interface NewJob extends JobMessage {
  readonly lane: string | null;
  readonly due_at: number;
  readonly created_at: number;
}

/**
 * Inserts a job, or replaces the one of that id. Returns `is_waiting`: true for a job whose lane is full, which
 * has to be sent later. Reads at most `laneWindow` rows of the lane.
 */
export const insertJob = compileByColumns((db, row: NewJob) =>
  db
    .insert(outbox)
    .values({
      ...row,
      is_waiting: sql`exists (select 1 from outbox w where w.lane = ${row.lane} and w.attempts = 0 and w.is_waiting = 1)
        or (select count(*) from (select 1 from outbox s where s.lane = ${row.lane} and s.attempts = 0 and s.is_waiting = 0 limit ${sql.raw(String(laneWindow))})) >= ${sql.raw(String(laneWindow))}`,
    })
    .onConflictDoUpdate({
      target: outbox.id,
      set: {
        job: sql`excluded.job`,
        lane: sql`excluded.lane`,
        is_waiting: sql`excluded.is_waiting`,
        due_at: sql`excluded.due_at`,
        attempts: 0,
        claimed_until: 0,
      },
    })
    .returning({ is_waiting: outbox.is_waiting }),
);

/**
 * Releases the next waiting job of the lane of job `id`, and returns it to be sent. Does nothing unless the job has
 * just been claimed until `until` for the first time.
 */
export const releaseNext = compile((db, value: (name: 'id' | 'until' | 'due_at') => Placeholder) =>
  db
    .update(outbox)
    .set({ is_waiting: false, due_at: sql`${value('due_at')}` })
    .where(
      sql`${outbox.id} = (select w.id from outbox c join outbox w on w.lane = c.lane and w.attempts = 0 and w.is_waiting = 1
        where c.id = ${value('id')} and c.attempts = 1 and c.claimed_until = ${value('until')} and c.lane is not null order by w.id limit 1)`,
    )
    .returning({ id: outbox.id, workspace_id: outbox.workspace_id, job: outbox.job }),
);

/**
 * Releases jobs of the lanes in which all are waiting, and makes them due. A lane gets there only by an earlier
 * version of the Worker, whose claims release nothing while a new one is deployed or rolled back. Reads a few rows
 * for each lane with unclaimed jobs.
 */
export const releaseStalled = (db: Db, now: number) =>
  db.run(sql`
    with recursive lanes (lane) as (
      select min(o.lane) from outbox o where o.lane is not null and o.attempts = 0
      union all select (select min(o.lane) from outbox o where o.lane > l.lane and o.attempts = 0) from lanes l where l.lane is not null)
    update outbox set is_waiting = 0, due_at = ${now}
    where id in (select w.id from lanes l join outbox w on w.id in (
        select i.id from outbox i where i.lane = l.lane and i.attempts = 0 and i.is_waiting = 1 order by i.id limit ${sql.raw(String(laneWindow))})
      where l.lane is not null and not exists (select 1 from outbox s where s.lane = l.lane and s.attempts = 0 and s.is_waiting = 0))`);
