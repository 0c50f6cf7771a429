import { createExecutionContext, waitOnExecutionContext } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { describe, expect, it, vi } from 'vitest';
import { newDataset } from '../evaluation/runs/support.ts';
import { receiving } from '../notifications/support.ts';
import { request, rootKey, type Workspace } from '../support/api.ts';
import { newChat } from '../support/chat.ts';
import { addText, newBase } from '../support/files.ts';
import { addOrderTools, asks, says } from '../support/orders.ts';
import type { Round } from '../support/provider/script.ts';
import { atRest } from '../support/resources.ts';
import { runSchedule } from '../support/schedule.ts';

const put = (verb: 'suspend' | 'resume', { id }: Workspace) =>
  request('POST', `/api/v1/workspaces/${id}/${verb}`, rootKey);

/** Suspends the workspace in another location: its credentials are accepted here for a while. */
const suspendElsewhere = ({ id }: Workspace) =>
  env.DB.prepare('update workspaces set suspended_at = 1 where id = ?').bind(id).run();

async function tick(...tasks: string[]): Promise<void> {
  const execution = createExecutionContext();
  await runSchedule('* * * * *', env, execution, tasks);
  await waitOnExecutionContext(execution);
}

const jobsOf = async ({ id }: Workspace) =>
  (
    await env.DB.prepare(
      `select job ->> 'type' as type, attempts, due_at > 9e15 as is_parked from outbox where workspace_id = ? order by id`,
    )
      .bind(id)
      .all<{ type: string; attempts: number; is_parked: number }>()
  ).results;

/** Waits until all jobs of the workspace wait for the end of its suspension. */
const parked = (workspace: Workspace) =>
  vi.waitUntil(
    async () => {
      const jobs = await jobsOf(workspace);
      return jobs.length > 0 && jobs.every(({ is_parked }) => is_parked === 1) ? jobs : undefined;
    },
    { timeout: 150_000, interval: 30 },
  );

/** Resumes the workspace, and waits until its jobs have ended. */
async function resumed(workspace: Workspace): Promise<void> {
  expect((await put('resume', workspace)).status).toBe(200);
  await tick('outbox');
  await atRest(workspace.id);
}

const hours = { name: 'hours.txt', text: 'The shop opens at nine.' };
const embedded = { embedding_model: 'openai-compatible/scripted', dimensions: 64 };
const order = { id: 'call_1', name: 'read_order', arguments: { order: '7' } };

/** A chat whose agent reads an order, which is served when `serve` is called. */
async function newHeldChat(rounds: readonly Round[]) {
  const chat = await newChat({ rounds });
  const site = await addOrderTools(chat.workspace);
  const config = { tools: ['read_order'] };
  const changed = await chat.workspace.patch(`/agents/${chat.agent}`, { config });
  expect(changed.status).toBe(200);
  const address = '/orders/7';
  await site.answers(address, { isHeld: true });
  const body = '{"ok":true}';
  return {
    ...chat,
    site,
    /** Resolves once the tool has been called. */
    called: () => vi.waitUntil(async () => (await site.calls()).length > 0, { timeout: 150_000 }),
    serve: () => site.answers(address, { body, headers: { 'content-type': 'application/json' } }),
  };
}

describe('work of a suspended workspace', () => {
  it('waits, and is done once when the workspace is resumed', async () => {
    const { workspace, provider } = await newChat({ rounds: [], repeat: true });
    const base = await newBase(workspace, embedded);
    await suspendElsewhere(workspace);
    const sent = await workspace.post(`/knowledge-bases/${base}/files`, hours);
    expect(sent.status).toBe(202);
    const waiting = [{ type: 'file.ingest', attempts: 0, is_parked: 1 }];
    expect(await parked(workspace)).toEqual(waiting);
    await tick('outbox', 'knowledge_sources');
    expect(await jobsOf(workspace)).toEqual(waiting);
    expect(await provider.requests()).toEqual([]);
    await resumed(workspace);
    const [file] = (await workspace.get(`/knowledge-bases/${base}/files`)).body.data;
    expect(file).toMatchObject({ name: 'hours.txt', status: 'ready' });
    expect(await provider.requests()).toHaveLength(1);
  });

  it('is deleted in the meantime: removals do not wait', async () => {
    const { workspace } = await newChat({ rounds: [] });
    const base = await newBase(workspace);
    const { id } = await addText(workspace, base, hours.name, hours.text);
    await atRest(workspace.id);
    await suspendElsewhere(workspace);
    expect((await workspace.delete(`/files/${id}`)).status).toBe(204);
    await atRest(workspace.id);
  });

  it('adds no further jobs with each minute, and delivers each event once afterwards', async () => {
    const { workspace, agent } = await newChat({ rounds: [] });
    const receiver = await receiving(workspace, ['run.failed']);
    await workspace.post(`/agents/${agent}/runs`, { message: 'Hello' });
    await suspendElsewhere(workspace);
    await tick('webhook_events', 'webhook_deliveries', 'outbox');
    const waiting = await parked(workspace);
    expect(waiting.map(({ type }) => type)).toEqual(['webhook.deliver']);
    for (const _minute of [1, 2]) {
      await env.DB.prepare(
        'update webhook_deliveries set next_attempt_at = 0 where workspace_id = ?',
      )
        .bind(workspace.id)
        .run();
      await tick('webhook_events', 'webhook_deliveries', 'outbox');
    }
    expect(await jobsOf(workspace)).toEqual(waiting);
    expect(await receiver.site.calls()).toEqual([]);
    await resumed(workspace);
    expect(await receiver.site.calls()).toHaveLength(1);
  });

  it('ends a run in progress before its next model call', async () => {
    const chat = await newHeldChat([asks(order), says]);
    const { workspace } = chat;
    const answer = chat.send({ message: 'Where is order 7?' });
    await chat.called();
    expect((await put('suspend', workspace)).status).toBe(200);
    await chat.serve();
    expect((await answer).body).toMatchObject({ code: 'workspace_suspended' });
    expect(await chat.provider.requests()).toHaveLength(1);
    await put('resume', workspace);
    const [run] = (await workspace.get(`/runs?session=${chat.session}`)).body.data;
    expect(run).toMatchObject({ status: 'failed', error: { code: 'workspace_suspended' } });
    expect(run.usage.output_tokens).toBe(5);
    expect((await chat.send({ message: 'And now?' })).body.text).toBe('Done.');
  });

  it('ends a run in the background, which its idempotency key starts again afterwards', async () => {
    const chat = await newHeldChat([asks(order), says]);
    const { workspace, agent } = chat;
    const headers = { 'idempotency-key': 'order-7' };
    const start = () =>
      workspace.post(
        `/agents/${agent}/runs`,
        { message: 'Where is order 7?', background: true },
        { headers },
      );
    const first = (await start()).body.id;
    await chat.called();
    await put('suspend', workspace);
    await chat.serve();
    const statusOf = (id: string) =>
      env.DB.prepare('select status from runs where id = ?').bind(id).first<string>('status');
    await expect.poll(() => statusOf(first)).toBe('failed');
    await put('resume', workspace);
    const again = await start();
    expect([again.status, again.body.id === first]).toEqual([202, false]);
    await expect.poll(() => statusOf(again.body.id)).toBe('completed');
  });

  it('continues an evaluation with the case that it was at', async () => {
    const chat = await newHeldChat([asks(order), asks(order), says, asks(order), says]);
    const { workspace, agent, provider } = chat;
    const cases = ['7', '8'].map((name) => ({
      input: `Where is order ${name}?`,
      expected: { answer: 'Done' },
    }));
    const dataset = await newDataset(workspace, cases);
    const started = await workspace.post(`/datasets/${dataset}/evaluations`, {
      ...{ agent, scorers: [{ type: 'contains' }], concurrency: 1, execute_tools: true },
    });
    expect(started.status).toBe(202);
    await chat.called();
    await put('suspend', workspace);
    await chat.serve();
    await parked(workspace);
    expect(await provider.requests()).toHaveLength(1);
    await resumed(workspace);
    const { body } = await workspace.get(`/evaluations/${started.body.id}`);
    expect(body).toMatchObject({
      status: 'completed',
      error: null,
      progress: { total: 2, done: 2 },
    });
    expect(body.summary[0].overall).toMatchObject({ cases: 2, pass_rate: { value: 1 } });
    expect(await provider.requests()).toHaveLength(5);
  });

  it.each([
    ['suspend', 'resume'],
    ['resume', 'suspend'],
  ] as const)('is neither lost nor done twice when %s and %s race', async (first, second) => {
    const { workspace, provider } = await newChat({ rounds: [], repeat: true });
    const base = await newBase(workspace, embedded);
    await suspendElsewhere(workspace);
    await Promise.all([
      workspace.post(`/knowledge-bases/${base}/files`, hours),
      put(first, workspace),
      put(second, workspace),
      tick('outbox'),
    ]);
    await resumed(workspace);
    expect((await workspace.get(`/knowledge-bases/${base}/files`)).body.data).toMatchObject([
      { status: 'ready' },
    ]);
    expect(await provider.requests()).toHaveLength(1);
  });
});
