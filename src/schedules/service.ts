import { selectAgent } from '../agents/index.ts';
import { isGuardViolation } from '../db/errors.ts';
import { commit } from '../platform/commit.ts';
import { type Ctx, coveredAgents, coversAgent, payingKey } from '../platform/context.ts';
import { authorizeAgent } from '../runs/index.ts';
import { definedFields } from '../shared/defined-fields.ts';
import { Failure, notFound } from '../shared/failure.ts';
import { type Page, type PageQuery, readPage } from '../shared/page.ts';
import { findWorkspace } from '../workspaces/index.ts';
import { requestRun } from './request.ts';
import {
  type CreateSchedule,
  type Schedule,
  type ScheduleRun,
  toSchedule,
  toScheduleRun,
  type UpdateSchedule,
} from './schema.ts';
import {
  changeSchedule,
  deleteScheduleRows,
  insertSchedule,
  insertSlotNow,
  type ScheduleRow,
  type SlotRow,
  selectSchedule,
  selectSchedules,
  selectSlots,
} from './store.ts';
import { checkTimes, nextTimes } from './times.ts';

/** The entity tags of `If-Match`; null without the header. */
type IfMatch = readonly string[] | null;

/** Times that a change is tried while others change the schedule. */
const attempts = 5;

/** Returns a schedule. Throws `not_found`, also for one of an agent that the key does not cover. */
async function findSchedule(ctx: Ctx, id: string): Promise<ScheduleRow> {
  const row = await selectSchedule(ctx.db, ctx.workspace_id, id).get();
  if (row === undefined || !coversAgent(ctx.actor, row.agent_id)) throw notFound('schedule');
  return row;
}

/** The key with whose rights a schedule of the caller runs. */
function ownerOf(ctx: Ctx): string {
  const key = payingKey(ctx.actor);
  if (key === null)
    throw new Failure('forbidden', 'A schedule runs with the rights of an API key. Use one.');
  return key;
}

const auditOf = (action: string, { id, agent_id }: ScheduleRow) => ({
  action: `schedule.${action}`,
  target_type: 'schedule',
  target_id: id,
  detail: { agent_id },
});

/** The first time after now; null for a schedule that is paused or has finished. */
const nextRunAt = (row: ScheduleRow, now: number): number | null => {
  const isDone = row.max_runs !== null && row.run_count >= row.max_runs;
  return row.paused_at !== null || isDone ? null : (nextTimes(row, now, 1)[0] ?? null);
};

/** Throws `not_found`, `agent_archived`, `validation_failed` and `quota_exceeded`. */
export async function createSchedule(
  ctx: Ctx,
  agentName: string,
  { paused, ends_at, time_zone, ...input }: CreateSchedule,
): Promise<Schedule> {
  const { db, workspace_id } = ctx;
  const now = ctx.now();
  const agent = authorizeAgent(ctx, await selectAgent(db, workspace_id, agentName).all());
  const zone = time_zone ?? (await findWorkspace(ctx)).time_zone;
  const row: ScheduleRow = {
    ...input,
    id: ctx.newId('sch'),
    workspace_id,
    agent_id: agent.id,
    time_zone: zone,
    ends_at: ends_at === null ? null : Date.parse(ends_at),
    run_count: 0,
    failures: 0,
    paused_at: paused ? now : null,
    pause_reason: paused ? 'manual' : null,
    next_run_at: null,
    api_key_id: ownerOf(ctx),
    revision: 1,
    created_at: now,
    updated_at: now,
  };
  checkTimes(row, now);
  await requestRun(ctx, row, ctx.newId('run'));
  const stored = { ...row, next_run_at: nextRunAt(row, now) };
  const reply = toSchedule(stored, now);
  const audit = [auditOf('create', row)];
  await commit(ctx, { statements: [insertSchedule(db, stored)], audit, reply });
  return reply;
}

export async function getSchedule(ctx: Ctx, id: string): Promise<Schedule> {
  return toSchedule(await findSchedule(ctx, id), ctx.now());
}

export async function listSchedules(
  ctx: Ctx,
  agentName: string,
  query: PageQuery,
): Promise<Page<Schedule>> {
  const { db, workspace_id, config } = ctx;
  const agent = authorizeAgent(ctx, await selectAgent(db, workspace_id, agentName).all());
  return readPage(
    { secret: config.signing_secret, workspace_id, list: `schedules:${agent.id}` },
    query,
    (after, limit) => selectSchedules(db, workspace_id, agent.id, after, limit).all(),
    (row) => row.id,
    (row) => toSchedule(row, ctx.now()),
  );
}

/**
 * Changes a schedule, which runs with the rights of the caller's key from then on. Throws
 * `precondition_failed`, and what `createSchedule` throws.
 */
export async function updateSchedule(
  ctx: Ctx,
  id: string,
  ifMatch: IfMatch,
  input: UpdateSchedule,
): Promise<Schedule> {
  for (let attempt = 0; attempt < attempts; attempt += 1) {
    const row = await findSchedule(ctx, id);
    refuseStale(row, ifMatch);
    const now = ctx.now();
    const isPaused = input.paused ?? row.paused_at !== null;
    if (!isPaused || hasTimes(input)) checkTimes(recurrenceOf(row, input), now);
    const changes = changesOf(row, input, now, ownerOf(ctx));
    const changed = { ...row, ...changes };
    if (!isPaused || hasRequest(input)) await requestRun(ctx, changed, ctx.newId('run'));
    const reply = toSchedule({ ...changed, revision: row.revision + 1 }, now);
    const statements = [changeSchedule(ctx.db, row, changes)];
    try {
      await commit(ctx, { statements, audit: [auditOf('update', row)], reply });
      return reply;
    } catch (error) {
      if (!isGuardViolation(error, 'schedules.revision')) throw error;
    }
  }
  throw new Failure('unavailable', 'Too many concurrent changes of this schedule. Retry.', {
    retryAfter: 1,
  });
}

function refuseStale({ revision }: ScheduleRow, ifMatch: IfMatch): void {
  if (ifMatch !== null && !ifMatch.includes(String(revision)))
    throw new Failure('precondition_failed', 'The schedule has changed. Read it again and retry.');
}

/** A change of its times, and a resumption, start from now. Other changes keep the next time. */
const hasTimes = ({ cron, time_zone, ends_at }: UpdateSchedule): boolean =>
  [cron, time_zone, ends_at ?? undefined].some((value) => value !== undefined);

const hasRequest = ({ message, inputs, version, session }: UpdateSchedule): boolean =>
  [message, inputs, version ?? undefined, session ?? undefined].some((one) => one !== undefined);

const endOf = (row: ScheduleRow, ends_at: UpdateSchedule['ends_at']): number | null => {
  if (ends_at === undefined) return row.ends_at;
  return ends_at === null ? null : Date.parse(ends_at);
};

const recurrenceOf = (row: ScheduleRow, { cron, time_zone, ends_at }: UpdateSchedule) => ({
  cron: cron ?? row.cron,
  time_zone: time_zone ?? row.time_zone,
  ends_at: endOf(row, ends_at),
});

function changesOf(
  row: ScheduleRow,
  { paused, ends_at, ...input }: UpdateSchedule,
  now: number,
  api_key_id: string,
): Partial<ScheduleRow> {
  const isPaused = paused ?? row.paused_at !== null;
  const changes: Partial<ScheduleRow> = {
    ...definedFields(input),
    ends_at: endOf(row, ends_at),
    ...(isPaused ? {} : { paused_at: null, pause_reason: null }),
    ...(isPaused && row.paused_at === null
      ? { paused_at: now, pause_reason: 'manual' as const }
      : {}),
    ...(paused === false ? { failures: 0 } : {}),
    api_key_id,
    updated_at: now,
  };
  const timed = [input.cron, input.time_zone, ends_at, input.max_runs, paused];
  if (timed.every((value) => value === undefined)) return changes;
  return { ...changes, next_run_at: nextRunAt({ ...row, ...changes }, now) };
}

/** Deletes a schedule and its history. Its runs are kept, and one that is active continues. Throws `precondition_failed`. */
export async function deleteSchedule(ctx: Ctx, id: string, ifMatch: IfMatch): Promise<void> {
  const row = await findSchedule(ctx, id);
  refuseStale(row, ifMatch);
  const statements = deleteScheduleRows(ctx.db, row, ifMatch !== null);
  try {
    await commit(ctx, { statements, audit: [auditOf('delete', row)] });
  } catch (error) {
    if (!isGuardViolation(error, 'schedules.revision')) throw error;
    return deleteSchedule(ctx, id, ifMatch);
  }
}

export async function listScheduleRuns(
  ctx: Ctx,
  id: string,
  query: PageQuery,
): Promise<Page<ScheduleRun>> {
  const { db, workspace_id, config } = ctx;
  await findSchedule(ctx, id);
  return readPage(
    { secret: config.signing_secret, workspace_id, list: `schedule_runs:${id}` },
    query,
    (before, limit) =>
      selectSlots(db, workspace_id, id, before === null ? null : Number(before), limit),
    (row) => String(row.slot_at),
    toScheduleRun,
  );
}

/**
 * Starts a run now, whether the schedule is paused or not. It has the rights of the key of the schedule, without agents
 * that the caller does not cover. Throws `conflict` while one is queued or active.
 */
export async function runScheduleNow(ctx: Ctx, id: string): Promise<ScheduleRun> {
  const row = await findSchedule(ctx, id);
  const now = ctx.now();
  const slot: SlotRow = {
    id: ctx.newId('slot'),
    workspace_id: ctx.workspace_id,
    schedule_id: id,
    slot_at: now,
    until_at: null,
    status: 'starting',
    skip_reason: null,
    run_id: ctx.newId('run'),
    session_id: null,
    error_code: null,
    error_detail: null,
    started_at: null,
    ended_at: null,
    created_at: now,
  };
  const none = { run_status: null, run_ended_at: null, run_error_code: null };
  const reply = toScheduleRun({ ...slot, ...none, run_error_detail: null });
  try {
    await commit(ctx, {
      statements: [insertSlotNow(ctx.db, slot)],
      audit: [auditOf('run', row)],
      jobs: [{ type: 'schedule.start', slot_id: slot.id, agent_ids: coveredAgents(ctx.actor) }],
      reply,
    });
  } catch (error) {
    if (!isGuardViolation(error, 'schedule_slots.schedule_id')) throw error;
    throw new Failure('conflict', 'A run of the schedule is queued or active.');
  }
  return reply;
}
