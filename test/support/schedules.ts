import { createExecutionContext, waitOnExecutionContext } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { vi } from 'vitest';
import { jobHandlers } from '../../src/features.ts';
import { openPlatform } from '../../src/platform/cloudflare.ts';
import type { Ctx } from '../../src/platform/context.ts';
import { newId } from '../../src/shared/id.ts';
import type { Workspace } from './api.ts';
import { runSchedule } from './schedule.ts';

/** Runs the task of schedules of one minute, and what sends its jobs and events. */
export async function tick(bindings: object = {}): Promise<void> {
  const execution = createExecutionContext();
  await runSchedule('* * * * *', { ...env, ...bindings } as Env, execution, [
    ...['schedules', 'lost_runs', 'expired_runs', 'outbox', 'webhook_events'],
  ]);
  await waitOnExecutionContext(execution);
}

/** Once an hour, half an hour from now: no time of its own comes while a test runs. */
export const onceAnHour = (): string => `${(new Date().getUTCMinutes() + 30) % 60} * * * *`;

/** Moves the next time of a schedule to `time`, as if the clock had reached it. */
export const makeDue = (schedule: string, time: number | string) =>
  env.DB.prepare('update schedules set next_run_at = ? where id = ?')
    .bind(typeof time === 'string' ? Date.parse(time) : time, schedule)
    .run();

export const minutesAgo = (count: number) =>
  Math.floor(Date.now() / 60_000) * 60_000 - count * 60_000;

export const slotsOf = async (workspace: Workspace, schedule: string) =>
  (await workspace.get(`/schedules/${schedule}/runs`)).body.data;

/** Waits until the latest slot of a schedule is in a status, and returns it. */
export const slotIn = (workspace: Workspace, schedule: string, status: string) =>
  vi.waitUntil(
    async () => {
      const [slot] = await slotsOf(workspace, schedule);
      return slot?.status === status ? slot : undefined;
    },
    { timeout: 150_000, interval: 30 },
  );

/** Runs `work` as a job or task of the Worker, over other bindings, and waits for deferred work. */
export async function asSystem(
  workspace_id: string,
  work: (ctx: Ctx) => Promise<unknown>,
  bindings: object = {},
): Promise<void> {
  const execution = createExecutionContext();
  const platform = openPlatform({ ...env, ...bindings } as Env, execution, {
    request_id: newId('req'),
  });
  try {
    await work(platform.context({ workspace_id, actor: { type: 'system', name: 'schedules' } }));
  } finally {
    await waitOnExecutionContext(execution);
  }
}

/** Runs the job that starts the latest slot of a schedule. */
export async function start(schedule: string, bindings: object = {}): Promise<void> {
  const slot = await env.DB.prepare(
    'select id, workspace_id from schedule_slots where schedule_id = ? order by slot_at desc limit 1',
  )
    .bind(schedule)
    .first<{ id: string; workspace_id: string }>();
  if (slot === null) return;
  const job = { type: 'schedule.start', slot_id: slot.id } as const;
  const { run } = jobHandlers['schedule.start'];
  await asSystem(slot.workspace_id, async (ctx) => void (await run(ctx, job)), bindings);
}

/** A queue that loses every message. */
export const lossy = { sendBatch: async () => undefined, metrics: async () => ({}) };
