import {
  createExecutionContext,
  createMessageBatch,
  waitOnExecutionContext,
} from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { expect, it, vi } from 'vitest';
import { readServerTiming } from '../../bench/operations.ts';
import { jobHandlers } from '../../src/features.ts';
import { dispatchBatch } from '../../src/jobs/index.ts';
import type { JobMessage } from '../../src/platform/job.ts';
import { newWorkspace, type Workspace } from '../support/api.ts';
import { newBase } from '../support/files.ts';
import { runSchedule } from '../support/schedule.ts';
import { requestWith } from '../support/worker.ts';

/** Messages of one lane on the queue. */
const laneWindow = 10;

/** A queue that keeps what is sent, for the test to deliver. */
function openQueue() {
  const sent: JobMessage[] = [];
  const JOBS = {
    sendBatch: async (messages: { body: JobMessage }[]) =>
      void sent.push(...messages.map(({ body }) => body)),
  };
  const deliver = async (message: JobMessage | undefined, queue = 'agentgrid-jobs') => {
    const messages = [{ id: '1', timestamp: new Date(), attempts: 1, body: message }];
    const execution = createExecutionContext();
    const batch = createMessageBatch(queue, messages);
    await dispatchBatch(jobHandlers, batch, { ...env, JOBS } as unknown as Env, execution);
    await waitOnExecutionContext(execution);
  };
  const upload = async (workspace: Workspace, base: string, text: string) => {
    const path = `/api/v1/knowledge-bases/${base}/files`;
    const json = { name: 'a.txt', text };
    const { status, body, headers } = await requestWith({ JOBS }, 'POST', path, workspace.key, {
      json,
    });
    expect(status).toBe(202);
    return {
      id: body.data[0].id as string,
      rows_read: readServerTiming(headers.get('server-timing') ?? '').rows_read,
    };
  };
  return { sent, deliver, upload };
}

const statusOf = async (workspace: Workspace, file: string) =>
  (await workspace.get(`/files/${file}`)).body.status;

async function bulk(queue: ReturnType<typeof openQueue>, workspace: Workspace, count: number) {
  const base = await newBase(workspace);
  const files: Awaited<ReturnType<typeof queue.upload>>[] = [];
  for (let index = 0; index < count; index += 1)
    files.push(await queue.upload(workspace, base, `Text ${index}.`));
  return files;
}

it('lets a file of another base pass a bulk load, and ends every file of the load', async () => {
  const workspace = await newWorkspace();
  const queue = openQueue();
  const files = await bulk(queue, workspace, 30);
  expect(queue.sent).toHaveLength(laneWindow);
  const other = await queue.upload(workspace, await newBase(workspace), 'Urgent.');
  expect(queue.sent[laneWindow]?.job).toMatchObject({ file_id: other.id });

  for (let at = 0; at < queue.sent.length; at += 1) {
    await queue.deliver(queue.sent[at]);
    // A repeated message releases no further job.
    await queue.deliver(queue.sent[at]);
  }
  expect(queue.sent.map(({ job }) => 'file_id' in job && job.file_id).toSorted()).toEqual(
    [...files, other].map(({ id }) => id).toSorted(),
  );
  for (const { id } of [...files, other]) expect(await statusOf(workspace, id)).toBe('ready');
});

it('reads a bounded number of rows for an upload, however many wait', async () => {
  const workspace = await newWorkspace();
  const queue = openQueue();
  const files = await bulk(queue, workspace, 30);
  const costs = files.slice(1).map(({ rows_read }) => rows_read);
  expect(Math.max(...costs) - Math.min(...costs)).toBeLessThanOrEqual(2 * laneWindow);
  expect(costs.at(-1)).toBe(costs.at(-10));
});

it('goes on when jobs of the lane end without a claim', async () => {
  const workspace = await newWorkspace();
  const queue = openQueue();
  const files = await bulk(queue, workspace, laneWindow + 2);
  for (const message of queue.sent.slice(0, laneWindow))
    await queue.deliver(message, 'agentgrid-jobs-dead');
  for (const { id } of files.slice(0, laneWindow))
    expect(await statusOf(workspace, id)).toBe('failed');
  await runSchedule('* * * * *', env, createExecutionContext());
  await vi.waitUntil(
    async () =>
      (await Promise.all(files.slice(laneWindow).map(({ id }) => statusOf(workspace, id)))).every(
        (status) => status === 'ready',
      ),
    { timeout: 150_000 },
  );
});

it('goes on when an earlier version of the Worker, which releases nothing, has claimed the sent jobs', async () => {
  const workspace = await newWorkspace();
  const queue = openQueue();
  const files = await bulk(queue, workspace, laneWindow + 2);
  const ids = JSON.stringify(queue.sent.map(({ id }) => id));
  const claimed = 'where id in (select value from json_each(?))';
  await env.DB.prepare(`update outbox set attempts = 1 ${claimed}`).bind(ids).run();
  await env.DB.prepare(`delete from outbox ${claimed}`).bind(ids).run();
  await runSchedule('* * * * *', env, createExecutionContext());
  for (const { id } of files.slice(laneWindow))
    await vi.waitUntil(async () => (await statusOf(workspace, id)) === 'ready', {
      timeout: 150_000,
    });
});
