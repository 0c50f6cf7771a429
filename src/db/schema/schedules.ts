import { sql } from 'drizzle-orm';
import { index, integer, sqliteTable, text, uniqueIndex } from 'drizzle-orm/sqlite-core';

/** Handling of the times that passed while no tick ran. */
export const catchUpPolicies = ['skip', 'latest', 'all'] as const;

/** Handling of a time at which the former run is still active. */
export const overlapPolicies = ['skip', 'queue'] as const;

export const pauseReasons = ['manual', 'failures', 'key_invalid'] as const;

/**
 * `waiting`: claimed by a tick, and waits for the former run. `starting`: the job that starts its run is in the
 * outbox. The status of a run is copied once it has ended.
 */
export const slotStatuses = [
  'waiting',
  'starting',
  'running',
  'completed',
  'failed',
  'cancelled',
  'skipped',
] as const;

/** `missed`: no tick ran in time. `suspended`: the workspace was. */
export const skipReasons = ['overlap', 'queue_full', 'missed', 'suspended', 'paused'] as const;

/** Times at which an agent runs. Triggers count its runs and failures, and pause it after `max_failures`. */
export const schedules = sqliteTable(
  'schedules',
  {
    id: text().primaryKey(),
    workspace_id: text().notNull(),
    agent_id: text().notNull(),
    name: text().notNull(),
    cron: text().notNull(),
    time_zone: text().notNull(),
    message: text().notNull(),
    inputs: text({ mode: 'json' }).notNull().$type<Record<string, string | number | boolean>>(),
    /** Null for a run without a session, `new` for a session each time, or the id of a session. */
    session: text(),
    /** A number, id or label; null for the active version, or that of the session. */
    version: text(),
    end_user_id: text(),
    metadata: text({ mode: 'json' }).notNull().$type<Record<string, unknown>>(),
    catch_up: text({ enum: catchUpPolicies }).notNull(),
    on_overlap: text({ enum: overlapPolicies }).notNull(),
    /** No run is due at or after this time. */
    ends_at: integer(),
    max_runs: integer(),
    /** Times that were to run, those included whose run did not start. */
    run_count: integer().notNull(),
    /** Failures in a row after which the schedule is paused; null for never. */
    max_failures: integer(),
    failures: integer().notNull(),
    paused_at: integer(),
    pause_reason: text({ enum: pauseReasons }),
    /** Null while the schedule is paused, and once it has finished. */
    next_run_at: integer(),
    /** The key with whose rights and budgets it runs. */
    api_key_id: text().notNull(),
    revision: integer().notNull(),
    created_at: integer().notNull(),
    updated_at: integer().notNull(),
  },
  (table) => [
    index('schedules_agent').on(table.workspace_id, table.agent_id, table.id),
    index('schedules_due').on(table.next_run_at).where(sql`next_run_at is not null`),
  ],
);

/** Times of a schedule, each claimed by one tick, with the run that it started. */
export const schedule_slots = sqliteTable(
  'schedule_slots',
  {
    id: text().primaryKey(),
    workspace_id: text().notNull(),
    schedule_id: text().notNull(),
    slot_at: integer().notNull(),
    /** The last of several times that were missed, which share a row; null for one. */
    until_at: integer(),
    status: text({ enum: slotStatuses }).notNull(),
    skip_reason: text({ enum: skipReasons }),
    /** Chosen when the slot is claimed, so that its run starts once. */
    run_id: text().notNull(),
    session_id: text(),
    error_code: text(),
    error_detail: text(),
    started_at: integer(),
    ended_at: integer(),
    created_at: integer().notNull(),
  },
  (table) => [
    uniqueIndex('schedule_slots_slot').on(table.schedule_id, table.slot_at),
    index('schedule_slots_run').on(table.run_id),
    index('schedule_slots_workspace').on(table.workspace_id),
    index('schedule_slots_open')
      .on(table.schedule_id, table.slot_at)
      .where(sql`status in ('waiting', 'starting', 'running')`),
    index('schedule_slots_running').on(table.status, table.id).where(sql`status = 'running'`),
    index('schedule_slots_waiting').on(table.status, table.slot_at).where(sql`status = 'waiting'`),
    index('schedule_slots_created').on(table.created_at),
  ],
);
