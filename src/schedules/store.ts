import { and, desc, eq, lt, type SQL, sql } from 'drizzle-orm';
import type { Db, Statement } from '../db/client.ts';
import { runs } from '../db/schema/runs.ts';
import { schedule_slots, schedules } from '../db/schema/schedules.ts';

export type ScheduleRow = typeof schedules.$inferSelect;
export type SlotRow = typeof schedule_slots.$inferSelect;
type RunRow = typeof runs.$inferSelect;

/** A slot with the state of its run; null once the run has been erased. */
export type SlotWithRun = SlotRow & {
  readonly run_status: RunRow['status'] | null;
  readonly run_ended_at: number | null;
  readonly run_error_code: string | null;
  readonly run_error_detail: string | null;
};

const own = (workspace_id: string, id: string | SQL) =>
  and(eq(schedules.workspace_id, workspace_id), eq(schedules.id, id));

export const insertSchedule = (db: Db, row: ScheduleRow) => db.insert(schedules).values(row);

export const selectSchedule = (db: Db, workspace_id: string, id: string) =>
  db.select().from(schedules).where(own(workspace_id, id));

export const selectSchedules = (
  db: Db,
  workspace_id: string,
  agent_id: string,
  after: string | null,
  limit: number,
) =>
  db
    .select()
    .from(schedules)
    .where(
      and(
        eq(schedules.workspace_id, workspace_id),
        eq(schedules.agent_id, agent_id),
        after === null ? undefined : lt(schedules.id, after),
      ),
    )
    .orderBy(desc(schedules.id))
    .limit(limit);

/** Updates a schedule. Violates `schedules.revision` when it has changed since `row` was read. */
export const changeSchedule = (db: Db, row: ScheduleRow, changes: Partial<ScheduleRow>) =>
  db
    .update(schedules)
    .set({
      ...changes,
      revision: sql`case when revision = ${row.revision} then revision + 1 end`,
    })
    .where(own(row.workspace_id, row.id));

/**
 * Deletes a schedule with its slots, of which there are a few thousand at most. `isGuarded` violates
 * `schedules.revision` when it has changed since `row` was read, and deletes nothing then.
 */
export const deleteScheduleRows = (
  db: Db,
  row: Pick<ScheduleRow, 'workspace_id' | 'id' | 'revision'>,
  isGuarded: boolean,
): Statement[] => {
  const { workspace_id, id, revision } = row;
  const unchanged = { revision: sql`case when revision = ${revision} then revision end` };
  return [
    ...(isGuarded ? [db.update(schedules).set(unchanged).where(own(workspace_id, id))] : []),
    db
      .delete(schedule_slots)
      .where(
        and(eq(schedule_slots.workspace_id, workspace_id), eq(schedule_slots.schedule_id, id)),
      ),
    db.delete(schedules).where(own(workspace_id, id)),
  ];
};

/** Selects the slots of a schedule, the latest time first. */
export const selectSlots = (
  db: Db,
  workspace_id: string,
  schedule_id: string,
  before: number | null,
  limit: number,
) =>
  db.all<SlotWithRun>(sql`
    select s.*, r.status as run_status, r.ended_at as run_ended_at, r.error_code as run_error_code, r.error_detail as run_error_detail
    from schedule_slots s left join runs r on r.id = s.run_id and r.workspace_id = s.workspace_id
    where s.schedule_id = ${schedule_id} and s.workspace_id = ${workspace_id}
      and (${before} is null or s.slot_at < ${before})
    order by s.slot_at desc limit ${limit}`);

/** Inserts a slot whose run starts now. Violates `schedule_slots.schedule_id` while a run of the schedule is open. */
export const insertSlotNow = (db: Db, row: SlotRow) =>
  db.insert(schedule_slots).values({
    ...row,
    schedule_id: sql`(select s.id from schedules s where s.id = ${row.schedule_id} and not exists (${openSlots}))`,
  });

/** The open slots of the schedule `s`. */
const openSlots = sql`select 1 from schedule_slots o where o.schedule_id = s.id and o.status in ('waiting', 'starting', 'running')`;

/** Selects a slot that is to start, its schedule, and its run if that exists: for one batch. */
export const selectStart = (db: Db, workspace_id: string, slot_id: string) => {
  const starting = and(
    eq(schedule_slots.workspace_id, workspace_id),
    eq(schedule_slots.id, slot_id),
    eq(schedule_slots.status, 'starting'),
  );
  const of = (column: SQL) => sql`(select ${column} from ${schedule_slots} where ${starting})`;
  return [
    db.select().from(schedule_slots).where(starting),
    db
      .select()
      .from(schedules)
      .where(own(workspace_id, of(sql`schedule_id`))),
    db
      .select({ session_id: runs.session_id })
      .from(runs)
      .where(and(eq(runs.workspace_id, workspace_id), eq(runs.id, of(sql`run_id`)))),
  ] as const;
};

/** Updates a slot that is still to start. */
export const updateStarting = (
  db: Db,
  { workspace_id, id }: Pick<SlotRow, 'workspace_id' | 'id'>,
  changes: Partial<SlotRow>,
) =>
  db
    .update(schedule_slots)
    .set(changes)
    .where(
      and(
        eq(schedule_slots.workspace_id, workspace_id),
        eq(schedule_slots.id, id),
        eq(schedule_slots.status, 'starting'),
      ),
    );

/** Pauses a schedule whose key may no longer be used, unless its workspace is suspended. */
export const pauseForKey = (db: Db, workspace_id: string, id: string, now: number) =>
  db
    .update(schedules)
    .set({ paused_at: now, pause_reason: 'key_invalid', next_run_at: null })
    .where(
      sql`${own(workspace_id, id)} and ${schedules.paused_at} is null and exists (select 1 from workspaces w
        where w.id = ${workspace_id} and w.suspended_at is null and w.deleted_at is null)`,
    );

/** Deletes a bounded number of slots of an agent's schedules. */
export const deleteSlotsOfAgent = (db: Db, workspace_id: string, agent_id: string, limit: number) =>
  db.run(sql`delete from schedule_slots where id in (select o.id from schedules s join schedule_slots o on o.schedule_id = s.id
    where s.workspace_id = ${workspace_id} and s.agent_id = ${agent_id} limit ${limit})`);

export const deleteSchedulesOfAgent = (db: Db, workspace_id: string, agent_id: string) =>
  db
    .delete(schedules)
    .where(and(eq(schedules.workspace_id, workspace_id), eq(schedules.agent_id, agent_id)));
