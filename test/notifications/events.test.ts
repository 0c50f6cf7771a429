import { env } from 'cloudflare:workers';
import { describe, expect, it, vi } from 'vitest';
import { events, eventTypes, payloadOf } from '../../src/notifications/events/registry.ts';
import { fanOutEvents } from '../../src/notifications/index.ts';
import { newId } from '../../src/shared/id.ts';
import { contextOf } from '../llm/support.ts';
import { newWorkspace, type Workspace } from '../support/api.ts';
import { newChat } from '../support/chat.ts';
import { atRest } from '../support/resources.ts';
import { runSchedule } from '../support/schedule.ts';
import { checkSignature } from '../support/webhook.ts';
import { deliveriesOf, payloads, publish, receiving, rowsOf } from './support.ts';

const answers = { rounds: [{ text: ['Hello.'] }], repeat: true };

async function uploadFile(workspace: Workspace): Promise<string> {
  const { id: base } = (await workspace.post('/knowledge-bases', { name: 'Base' })).body;
  const { body } = await workspace.post(`/knowledge-bases/${base}/files`, {
    name: 'hours.md',
    text: '# Hours\n\nThe shop opens at nine.\n',
  });
  await atRest(workspace.id);
  return body.id ?? body.data[0].id;
}

describe('events', () => {
  it.each(eventTypes)('have an example that matches the schema: %s', (type) => {
    const about = { id: newId('evt'), created_at: '2026-11-20T09:30:00.000Z' };
    const payload = { ...about, type, workspace_id: newId('ws'), data: events[type].example };
    expect(payloadOf(type).safeParse(payload).error).toBeUndefined();
  });

  it('of a run are sent when it completes or fails, signed, without its content', async () => {
    const chat = await newChat(answers);
    const receiver = await receiving(chat.workspace, ['run.*']);
    const message = (await chat.send({ message: 'A secret question?' })).body;
    await publish(chat.workspace);
    expect(await payloads(receiver)).toMatchObject([
      {
        ...{ type: 'run.completed', workspace_id: chat.workspace.id },
        data: {
          ...{ run_id: message.run.id, agent_id: chat.agent, session_id: chat.session },
          ...{ status: 'completed', error: null, is_preview: false },
        },
      },
    ]);
    const [call] = await receiver.site.calls();
    await checkSignature(receiver.secret, call as never);
    expect(call?.body).not.toMatch(/secret question|Hello/);
    const set = { base_url: chat.provider.base_url.compatible, api_key: 'sk-wrong' };
    await chat.workspace.put('/providers/openai-compatible', {
      ...set,
      base_url: set.base_url.replace(/[0-9a-f]{8}-/, '00000000-'),
    });
    await chat.send({ message: 'And now?' });
    await publish(chat.workspace);
    expect((await payloads(receiver))[1]).toMatchObject({
      type: 'run.failed',
      data: { status: 'failed', error: { code: expect.any(String) } },
    });
  });

  it('of a run that requires action are sent, and of its expiry', async () => {
    const chat = await newChat(answers);
    const receiver = await receiving(chat.workspace, ['run.requires_action', 'run.failed']);
    const { run } = (await chat.send({ message: 'Hello?' })).body;
    for (const status of ['running', 'requires_action'])
      await env.DB.prepare('update runs set status = ?, ended_at = null where id = ?')
        .bind(status, run.id)
        .run();
    await env.DB.prepare("update runs set status = 'running' where id = ?").bind(run.id).run();
    await publish(chat.workspace);
    const waits = { run_id: run.id, status: 'requires_action' };
    expect(await payloads(receiver)).toMatchObject([{ type: 'run.requires_action', data: waits }]);
    await env.DB.prepare(
      "update runs set status = 'expired', error_code = 'run_expired', ended_at = ? where id = ?",
    )
      .bind(Date.now(), run.id)
      .run();
    await publish(chat.workspace);
    expect((await payloads(receiver))[1]).toMatchObject({
      type: 'run.failed',
      data: { run_id: run.id, status: 'expired', error: { code: 'run_expired' } },
    });
  });

  it('of files and feedback are sent, in the order in which they happened, with rising ids', async () => {
    const chat = await newChat(answers);
    const { workspace } = chat;
    const receiver = await receiving(workspace, ['file.*', 'feedback.created']);
    const file = await uploadFile(workspace);
    await env.DB.prepare(
      "update files set status = 'failed', error_code = 'file_unreadable' where id = ?",
    )
      .bind(file)
      .run();
    const message = (await chat.send({ message: 'Hello?' })).body;
    const feedback = { rating: 'down', comment: 'Not what I meant', tags: ['outdated'] };
    const { body } = await workspace.put(`/messages/${message.id}/feedback`, feedback);
    // A change of feedback is no new feedback.
    await workspace.put(`/messages/${message.id}/feedback`, { ...feedback, rating: 'up' });
    await publish(workspace);
    const sent = (await payloads(receiver)).toSorted((a, b) => (a.id < b.id ? -1 : 1));
    expect(sent).toMatchObject([
      { type: 'file.ready', data: { file_id: file, status: 'ready' } },
      { type: 'file.failed', data: { file_id: file, error: { code: 'file_unreadable' } } },
      {
        type: 'feedback.created',
        data: { feedback_id: body.id, message_id: message.id, tags: ['outdated'] },
      },
    ]);
    expect(JSON.stringify(sent)).not.toContain('Not what I meant');
    const calls = (await receiver.site.calls()).map(({ body: text }) => JSON.parse(text).id);
    expect(new Set(calls).size).toBe(3);
  });

  it('go to enabled webhooks of the workspace whose filter matches, and cost nothing otherwise', async () => {
    const chat = await newChat(answers);
    const { workspace } = chat;
    const [all, files, disabled] = [
      await receiving(workspace),
      await receiving(workspace, ['file.*', 'run.failed']),
      await receiving(workspace, ['*'], { is_enabled: false }),
    ];
    const stranger = await newWorkspace();
    const elsewhere = await receiving(stranger);
    await chat.send({ message: 'Hello?' });
    expect(await rowsOf(workspace, 'webhook_event_queue')).toHaveLength(1);
    await publish(workspace);
    expect((await payloads(all)).map(({ type }) => type)).toEqual(['run.completed']);
    for (const receiver of [files, disabled, elsewhere])
      expect(await receiver.site.calls()).toEqual([]);
    await workspace.patch(`/webhooks/${all.id}`, { is_enabled: false });
    await chat.send({ message: 'And now?' });
    expect(await rowsOf(workspace, 'webhook_event_queue')).toEqual([]);
  });

  it('are published once for each webhook, however many tasks run at once', async () => {
    const chat = await newChat(answers);
    const { workspace } = chat;
    const receivers = [await receiving(workspace), await receiving(workspace, ['run.*'])];
    for (const message of ['One?', 'Two?', 'Three?']) await chat.send({ message });
    await Promise.all([1, 2, 3, 4, 5].map(() => fanOutEvents(contextOf(workspace))));
    await atRest(workspace.id);
    expect(await rowsOf(workspace, 'webhook_events')).toHaveLength(3);
    expect(await rowsOf(workspace, 'webhook_deliveries')).toHaveLength(6);
    for (const receiver of receivers) {
      const sent = await payloads(receiver);
      expect(new Set(sent.map(({ id }) => id)).size).toBe(3);
      expect(sent).toHaveLength(3);
    }
    expect(await rowsOf(workspace, 'webhook_event_queue')).toEqual([]);
  });

  it('of a subject that has been erased meanwhile are dropped', async () => {
    const chat = await newChat(answers);
    const receiver = await receiving(chat.workspace);
    await chat.send({ message: 'Hello?' });
    await chat.workspace.delete(`/sessions/${chat.session}`);
    await atRest(chat.workspace.id);
    await env.DB.prepare('delete from runs where workspace_id = ?').bind(chat.workspace.id).run();
    await publish(chat.workspace);
    expect([
      await receiver.site.calls(),
      await rowsOf(chat.workspace, 'webhook_event_queue'),
    ]).toEqual([[], []]);
  });

  it('of budgets go to every webhook that wants them, as well as to the webhook of alerts', async () => {
    const chat = await newChat({
      rounds: [{ text: ['Hello.'], usage: { input_tokens: 500, output_tokens: 10 } }],
      repeat: true,
    });
    const { workspace } = chat;
    const prices = [{ model: 'openai-compatible/scripted', input: 1, output: 1 }];
    expect((await workspace.put('/prices', { overrides: prices })).status).toBe(200);
    const receiver = await receiving(workspace, ['budget.*']);
    const { id } = (
      await workspace.post('/budgets', {
        ...{ name: 'Low', scope: 'workspace', period: 'total', limit_usd: 1e-9 },
        alerts: { thresholds: [50] },
      })
    ).body;
    expect((await chat.send({ message: 'Hello?' })).status).toBe(402);
    await runSchedule('* * * * *', env, { waitUntil: () => undefined } as never);
    await vi.waitUntil(async () => (await deliveriesOf(workspace)).length > 0, {
      timeout: 150_000,
    });
    await atRest(workspace.id);
    expect(await payloads(receiver)).toMatchObject([
      { type: 'budget.call_refused', data: { budget_id: id, kind: 'refused' } },
    ]);
    expect((await workspace.get(`/budgets/${id}/explain`)).body.alerts).toMatchObject([
      { kind: 'refused', delivered_at: expect.any(String) },
    ]);
  });
});
