import { z } from '@hono/zod-openapi';
import { runStatuses } from '../db/schema/runs.ts';
import {
  catchUpPolicies,
  overlapPolicies,
  pauseReasons,
  skipReasons,
} from '../db/schema/schedules.ts';
import {
  CredentialId,
  EndUserId,
  Id,
  Instant,
  Metadata,
  Name,
  Time,
  TimeZone,
} from '../http/schema.ts';
import { Inputs, OptionalVersion } from '../runs/index.ts';
import { idPattern } from '../shared/id.ts';
import { toWireTime, toWireTimeOrNull } from '../shared/time.ts';
import { maxCaughtUp } from './plan.ts';
import type { ScheduleRow, SlotWithRun } from './store.ts';
import { nextTimes } from './times.ts';

/** Times that a schedule shows. */
const shownTimes = 5;

const Session = z
  .union([z.literal('new'), z.string().regex(idPattern('ses'))])
  .nullable()
  .describe(
    'null: each run is without a session; `new`: each run starts a session; the id of a session: each run is a message in it',
  )
  .openapi({ type: ['string', 'null'], example: 'new' });

const Fields = {
  name: Name(100).openapi({ example: 'Morning report' }),
  cron: z
    .string()
    .trim()
    .min(1)
    .max(100)
    .describe(
      'Minute, hour, day of month, month and day of week, or `@hourly`, `@daily`, `@weekly`, `@monthly`, `@yearly`. Names (`MON`, `JAN`), ' +
        'lists, ranges, steps, `L` (last) and `5#2` (second Friday) are supported; with both days given, either matches. Runs are at ' +
        'least 5 minutes apart',
    )
    .openapi({ example: '30 8 * * MON-FRI' }),
  time_zone: TimeZone.describe(
    'Time zone of `cron`. When clocks are set forward, a fixed time that is skipped runs right after the gap; when they are set back, ' +
      'one that comes twice runs the first time. An expression with a wildcard or step in minute or hour follows the clock: it runs in ' +
      'both hours, and not in the skipped one',
  ),
  message: z
    .string()
    .trim()
    .min(1)
    .max(32_000)
    .describe('The text that the agent answers')
    .openapi({ example: 'Summarize the open tickets.' }),
  inputs: Inputs,
  session: Session,
  version: OptionalVersion.describe(
    'Number, id or label of a version, chosen when a run starts; null for the active version, or that of the session',
  ),
  end_user_id: EndUserId.nullable().describe(
    'Your id of the end user; that of the session if given',
  ),
  metadata: Metadata.describe('Metadata of the runs without a session, or of the new sessions'),
  catch_up: z
    .enum(catchUpPolicies)
    .describe(
      `Times that passed during an outage, which is more than five minutes ago: \`skip\` runs none of them, \`latest\` the last one, \`all\` the last ${maxCaughtUp}, one after another`,
    ),
  on_overlap: z
    .enum(overlapPolicies)
    .describe('A time at which the former run is active: skip it, or queue it (at most 10)'),
  ends_at: Instant.nullable().describe('No run is due at or after this time'),
  max_runs: z.int().min(1).max(1_000_000).nullable().describe('Runs until it has finished'),
  max_failures: z
    .int()
    .min(1)
    .max(100)
    .nullable()
    .describe(
      'Failures in a row after which the schedule is paused, with the event `schedule.paused`; null for never',
    ),
  paused: z
    .boolean()
    .describe('A paused schedule has no next run. Times that pass are not caught up'),
};

export const CreateSchedule = z
  .strictObject({
    ...Fields,
    time_zone: Fields.time_zone
      .optional()
      .openapi({ description: 'Defaults to that of the workspace' }),
    inputs: Fields.inputs.default({}),
    session: Fields.session.default(null),
    version: Fields.version.default(null),
    end_user_id: Fields.end_user_id.default(null),
    metadata: Fields.metadata.default({}),
    catch_up: Fields.catch_up.default('latest'),
    on_overlap: Fields.on_overlap.default('skip'),
    ends_at: Fields.ends_at.default(null),
    max_runs: Fields.max_runs.default(null),
    max_failures: Fields.max_failures.default(5),
    paused: Fields.paused.default(false),
  })
  .openapi('CreateSchedule', {
    example: {
      name: 'Morning report',
      cron: '30 8 * * MON-FRI',
      time_zone: 'Europe/Zurich',
      message: 'Summarize the open tickets.',
    } as never,
  });
export type CreateSchedule = z.output<typeof CreateSchedule>;

export const UpdateSchedule = z
  .strictObject(Fields)
  .partial()
  .openapi('UpdateSchedule', { example: { paused: true } });
export type UpdateSchedule = z.output<typeof UpdateSchedule>;

export const Schedule = z
  .object({
    id: Id('sch'),
    agent_id: Id('agt'),
    ...Fields,
    ends_at: Time.nullable(),
    status: z
      .enum(['active', 'paused', 'finished'])
      .describe('`finished`: it has ended, or has run `max_runs` times'),
    paused_at: Time.nullable(),
    pause_reason: z
      .enum(pauseReasons)
      .nullable()
      .describe(
        '`failures`: `max_failures` in a row; `key_invalid`: the API key was revoked, has expired or may no longer run agents',
      ),
    next_runs: z.array(Time).describe('The next five times; none unless it is active'),
    run_count: z.int().describe('Times that were to run, without those skipped'),
    failures: z.int().describe('Failures in a row'),
    api_key_id: CredentialId.describe(
      'The API key or member that created it or changed it last: runs have its access, count against its limits and budgets, and follow its rotation',
    ),
    revision: z.int().describe('Increases with every change; the `ETag`'),
    created_at: Time,
    updated_at: Time,
  })
  .omit({ paused: true })
  .openapi('Schedule');
export type Schedule = z.output<typeof Schedule>;

export const ScheduleRun = z
  .object({
    id: Id('slot'),
    schedule_id: Id('sch'),
    scheduled_at: Time.describe('The time of the schedule, or of the request for a run now'),
    until: Time.nullable().describe('The last of several times that were skipped together'),
    status: z
      .enum(['queued', 'running', 'completed', 'failed', 'cancelled', 'skipped'])
      .describe('`running` includes a run that waits for required actions'),
    skip_reason: z
      .enum(skipReasons)
      .nullable()
      .describe(
        '`overlap`: the former run was active; `queue_full`: ten times were queued; `missed`: an outage; `suspended`: the workspace was; ' +
          '`paused`: it was queued when the schedule was paused',
      ),
    run_id: Id('run').nullable().describe('null for a time without a run'),
    run_status: z.enum(runStatuses).nullable().describe('null for a run that has been erased, too'),
    session_id: Id('ses').nullable(),
    error: z
      .object({ code: z.string(), detail: z.string() })
      .nullable()
      .describe('Why the run failed or could not be started'),
    started_at: Time.nullable(),
    ended_at: Time.nullable(),
  })
  .openapi('ScheduleRun');
export type ScheduleRun = z.output<typeof ScheduleRun>;

export function toSchedule(row: ScheduleRow, now: number): Schedule {
  const { workspace_id: _, next_run_at, ...shown } = row;
  const left = row.max_runs === null ? shownTimes : Math.max(0, row.max_runs - row.run_count);
  const next =
    next_run_at === null ? [] : nextTimes(row, Math.min(now, next_run_at - 1), shownTimes);
  return {
    ...shown,
    metadata: shown.metadata as Schedule['metadata'],
    ends_at: toWireTimeOrNull(row.ends_at),
    status: row.paused_at !== null ? 'paused' : next_run_at === null ? 'finished' : 'active',
    paused_at: toWireTimeOrNull(row.paused_at),
    next_runs: next.slice(0, left).map(toWireTime),
    created_at: toWireTime(row.created_at),
    updated_at: toWireTime(row.updated_at),
  };
}

export function toScheduleRun(row: SlotWithRun): ScheduleRun {
  const hasRun = row.started_at !== null;
  const error_code = row.error_code ?? row.run_error_code;
  return {
    id: row.id,
    schedule_id: row.schedule_id,
    scheduled_at: toWireTime(row.slot_at),
    until: toWireTimeOrNull(row.until_at),
    status: statusOf(row),
    skip_reason: row.skip_reason,
    run_id: hasRun ? row.run_id : null,
    run_status: row.run_status,
    session_id: row.session_id,
    error:
      error_code === null
        ? null
        : { code: error_code, detail: row.error_detail ?? row.run_error_detail ?? '' },
    started_at: toWireTimeOrNull(row.started_at),
    ended_at: toWireTimeOrNull(row.ended_at ?? row.run_ended_at),
  };
}

/** The end of a run is copied by the next tick. */
function statusOf({ status, run_status, run_ended_at }: SlotWithRun): ScheduleRun['status'] {
  if (status === 'waiting' || status === 'starting') return 'queued';
  if (status !== 'running' || run_ended_at === null) return status;
  return run_status === 'completed' || run_status === 'cancelled' ? run_status : 'failed';
}
