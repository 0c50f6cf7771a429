import { createExecutionContext, waitOnExecutionContext } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { vi } from 'vitest';
import type { Workspace } from './api.ts';
import { runSchedule } from './schedule.ts';

/** Runs the tasks of one minute. */
export async function tick(bindings: object = {}): Promise<void> {
  const execution = createExecutionContext();
  await runSchedule('* * * * *', { ...env, ...bindings } as Env, execution);
  await waitOnExecutionContext(execution);
}

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
    { timeout: 60_000, interval: 30 },
  );
