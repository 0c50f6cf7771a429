import { z } from '@hono/zod-openapi';
import { AgentParameter } from '../agents/index.ts';
import { pageOf, pageQuery } from '../http/openapi.ts';
import { Router } from '../http/router.ts';
import { Id } from '../http/schema.ts';
import { CreateSchedule, Schedule, ScheduleRun, UpdateSchedule } from './schema.ts';
import {
  createSchedule,
  deleteSchedule,
  getSchedule,
  listScheduleRuns,
  listSchedules,
  runScheduleNow,
  updateSchedule,
} from './service.ts';

const tag = 'Schedules';
const ofAgent = z.object({ agent: AgentParameter });
const one = z.object({ schedule: Id('sch') });
const query = z.strictObject(pageQuery);
const etag = (reply: { readonly revision: number }) => String(reply.revision);

export const scheduleRoutes = new Router()
  .endpoint(
    {
      method: 'post',
      path: '/agents/{agent}/schedules',
      access: 'agents:write',
      tag,
      summary: 'Create a schedule',
      description:
        'Runs the agent at the times of a cron expression, each time once. Runs have the access, limits and budgets of the API key that ' +
        'created the schedule or changed it last, and send the events `run.*` to webhooks.',
      params: ofAgent,
      body: CreateSchedule,
      reply: { status: 201, schema: Schedule, description: 'The schedule with its next times' },
      failures: ['agent_archived', 'session_closed', 'quota_exceeded'],
      etag,
    },
    (ctx, { params, body }) => createSchedule(ctx, params.agent, body),
  )
  .endpoint(
    {
      method: 'get',
      path: '/agents/{agent}/schedules',
      access: 'agents:read',
      tag,
      summary: 'List schedules',
      params: ofAgent,
      query,
      reply: { status: 200, schema: pageOf(Schedule), description: 'Schedules, newest first' },
      failures: ['invalid_cursor'],
    },
    (ctx, input) => listSchedules(ctx, input.params.agent, input.query),
  )
  .endpoint(
    {
      method: 'get',
      path: '/schedules/{schedule}',
      access: 'agents:read',
      tag,
      summary: 'Get a schedule',
      params: one,
      reply: { status: 200, schema: Schedule, description: 'The schedule with its next times' },
      etag,
    },
    (ctx, { params }) => getSchedule(ctx, params.schedule),
  )
  .endpoint(
    {
      method: 'patch',
      path: '/schedules/{schedule}',
      access: 'agents:write',
      tag,
      summary: 'Update a schedule',
      description:
        'Updates the fields that are given, and has the schedule run with the API key of the request. `paused` pauses and resumes it: ' +
        'resuming resets `failures`, and continues from now. A changed `cron` or time zone applies from now, too.',
      params: one,
      body: UpdateSchedule,
      reply: { status: 200, schema: Schedule, description: 'The updated schedule' },
      failures: ['agent_archived', 'session_closed'],
      etag,
    },
    (ctx, { params, body, ifMatch }) => updateSchedule(ctx, params.schedule, ifMatch, body),
  )
  .endpoint(
    {
      method: 'delete',
      path: '/schedules/{schedule}',
      access: 'agents:write',
      tag,
      summary: 'Delete a schedule',
      description: 'Deletes its history, too. Its runs are kept, and one that is active continues.',
      params: one,
      reply: { status: 204, description: 'Deleted' },
      failures: ['precondition_failed'],
    },
    async (ctx, { params, ifMatch }) => void (await deleteSchedule(ctx, params.schedule, ifMatch)),
  )
  .endpoint(
    {
      method: 'get',
      path: '/schedules/{schedule}/runs',
      access: 'agents:read',
      tag,
      summary: 'List the runs of a schedule',
      operationId: 'listScheduleRuns',
      description: 'Its times of the last 30 days, those without a run included, with the reason.',
      params: one,
      query,
      reply: { status: 200, schema: pageOf(ScheduleRun), description: 'Times, newest first' },
      failures: ['invalid_cursor'],
    },
    (ctx, input) => listScheduleRuns(ctx, input.params.schedule, input.query),
  )
  .endpoint(
    {
      method: 'post',
      path: '/schedules/{schedule}/run',
      access: 'agents:write',
      tag,
      summary: 'Run a schedule now',
      operationId: 'runSchedule',
      description:
        'Starts a run in the background, like one of its times, also while it is paused. It does not count towards `max_runs`. Of a ' +
        'caller that is limited to agents, the run covers only these, as far as the key of the schedule does.',
      params: one,
      reply: { status: 202, schema: ScheduleRun, description: 'The queued run' },
      failures: ['conflict'],
    },
    (ctx, { params }) => runScheduleNow(ctx, params.schedule),
  );
