import {
  createExecutionContext,
  createMessageBatch,
  getQueueResult,
  waitOnExecutionContext,
} from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { describe, expect, it, vi } from 'vitest';
import { jobHandlers } from '../../src/features.ts';
import { dispatchBatch } from '../../src/jobs/index.ts';
import type { JobHandlers } from '../../src/platform/job-handler.ts';
import { newId } from '../../src/shared/id.ts';
import { newWorkspace, type Workspace } from '../support/api.ts';
import { countRows } from '../support/rows.ts';

/** Handlers that record the jobs they get, and fail for a file with "poison" in its id. */
function recording() {
  const [ran, exhausted]: [string[], string[]] = [[], []];
  const handlers: JobHandlers = {
    ...jobHandlers,
    'file.delete': {
      run: async (_ctx, { file_id }) => {
        ran.push(file_id);
        if (file_id.includes('poison')) throw new Error('This file is poison.');
      },
      onExhausted: async (_ctx, { file_id }) => void exhausted.push(file_id),
    },
  };
  return { ran, exhausted, handlers };
}

/** Promises a job as a change does, far from due, so that nothing else takes it up. */
async function promise({ id: workspace_id }: Workspace, file_id: string) {
  const message = {
    id: newId('job'),
    workspace_id,
    job: { type: 'file.delete' as const, file_id },
  };
  await env.DB.prepare(
    'insert into outbox (id, workspace_id, job, due_at, created_at) values (?, ?, ?, ?, ?)',
  )
    .bind(message.id, workspace_id, JSON.stringify(message.job), Date.now() + 3_600_000, Date.now())
    .run();
  return message;
}

async function deliver(
  handlers: JobHandlers,
  bodies: readonly unknown[],
  queue = 'agentgrid-jobs',
  bindings: unknown = env,
) {
  const messages = bodies.map((body, index) => ({
    id: String(index),
    timestamp: new Date(),
    attempts: 1,
    body,
  }));
  const batch = createMessageBatch(queue, messages);
  const execution = createExecutionContext();
  await dispatchBatch(handlers, batch, bindings as Env, execution);
  await waitOnExecutionContext(execution);
  const { explicitAcks, retryMessages } = await getQueueResult(batch, execution);
  return { acked: explicitAcks.sort(), retried: retryMessages.map(({ msgId }) => msgId) };
}

describe('a batch of jobs', () => {
  it('ends each job by itself: repeated, malformed and failing messages affect no other (R64)', async () => {
    const workspace = await newWorkspace();
    const { ran, handlers } = recording();
    const [first, poison, last] = [
      await promise(workspace, 'first'),
      await promise(workspace, 'poison'),
      await promise(workspace, 'last'),
    ];
    const bodies = [last, { no: 'job' }, poison, first, last, poison];
    const result = await deliver(handlers, bodies);
    expect(ran.toSorted()).toEqual(['first', 'last', 'poison', 'poison']);
    expect(result).toEqual({ acked: ['0', '1', '3', '4'], retried: ['2', '5'] });
    expect(await countRows('outbox', workspace.id)).toBe(1);
  });

  it('keeps a job that another worker has taken over until that one ends it', async () => {
    const workspace = await newWorkspace();
    const job = await promise(workspace, 'slow');
    const steps = [Promise.withResolvers<void>(), Promise.withResolvers<void>()] as const;
    let ran = 0;
    const handlers: JobHandlers = {
      ...jobHandlers,
      'file.delete': {
        run: async () => {
          ran += 1;
          await steps[ran - 1]?.promise;
        },
        onExhausted: async () => undefined,
      },
    };
    const first = deliver(handlers, [job]);
    await vi.waitUntil(() => ran === 1, { timeout: 150_000 });
    // A parser keeps the first worker so busy that it does not renew its claim.
    await env.DB.prepare('update outbox set claimed_until = 0 where id = ?').bind(job.id).run();
    const second = deliver(handlers, [job]);
    await vi.waitUntil(() => ran === 2, { timeout: 150_000 });
    steps[0].resolve();
    expect(await first).toEqual({ acked: ['0'], retried: [] });
    steps[1].reject(new Error('The second worker fails.'));
    expect(await second).toEqual({ acked: [], retried: ['0'] });
    expect(await deliver(handlers, [job])).toEqual({ acked: ['0'], retried: [] });
    expect(ran).toBe(3);
    expect(await countRows('outbox', workspace.id)).toBe(0);
  });

  it('starts no large job that others leave too little time, and sends it again', async () => {
    const workspace = await newWorkspace();
    const jobs = [
      await promise(workspace, 'a'),
      await promise(workspace, 'b'),
      await promise(workspace, 'c'),
    ];
    const ran: string[] = [];
    const clock = vi.spyOn(Date, 'now');
    const handlers: JobHandlers = {
      ...jobHandlers,
      'file.delete': {
        isLarge: true,
        run: async (_ctx, { file_id }) => {
          ran.push(file_id);
          const later = Date.now() + 20_000;
          clock.mockImplementation(() => later);
        },
        onExhausted: async () => undefined,
      },
    };
    const sent: unknown[] = [];
    const JOBS = {
      sendBatch: async (messages: { body: unknown }[]) =>
        void sent.push(...messages.map(({ body }) => body)),
    };
    const result = await deliver(handlers, jobs, 'agentgrid-jobs', { ...env, JOBS });
    clock.mockRestore();
    expect(result).toEqual({ acked: ['0', '1', '2'], retried: [] });
    expect([ran, sent]).toEqual([['a', 'b'], [jobs[2]]]);
    expect(await deliver(handlers, sent)).toEqual({ acked: ['0'], retried: [] });
    expect(await countRows('outbox', workspace.id)).toBe(0);
  });

  it('makes a job that keeps failing a dead letter after five attempts, once, and tells its owner (R65)', async () => {
    const workspace = await newWorkspace();
    const { ran, exhausted, handlers } = recording();
    const poison = await promise(workspace, 'poison');
    for (let attempt = 1; attempt < 5; attempt++)
      expect(await deliver(handlers, [poison])).toEqual({ acked: [], retried: ['0'] });
    expect(exhausted).toEqual([]);
    expect(await deliver(handlers, [poison])).toEqual({ acked: ['0'], retried: [] });
    expect(await deliver(handlers, [poison])).toEqual({ acked: ['0'], retried: [] });
    expect([ran.length, exhausted]).toEqual([5, ['poison']]);
    expect(await countRows('outbox', workspace.id)).toBe(0);
    expect(await countRows('dead_letters', workspace.id)).toBe(1);
    await deliver(handlers, [poison, poison], 'agentgrid-jobs-dead');
    expect(await countRows('dead_letters', workspace.id)).toBe(1);
  });
});
