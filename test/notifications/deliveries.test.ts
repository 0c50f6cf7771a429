import { env } from 'cloudflare:workers';
import { describe, expect, it } from 'vitest';
import { deliverEvent, maxDeliveryAttempts } from '../../src/notifications/deliveries/deliver.ts';
import {
  deleteOldDeliveries,
  fanOutEvents,
  retryDeliveries,
} from '../../src/notifications/index.ts';
import { newChat } from '../support/chat.ts';
import { atRest } from '../support/resources.ts';
import {
  contextWithoutQueue,
  deliveriesOf,
  payloads,
  publish,
  receiving,
  rowsOf,
} from './support.ts';

const minute = 60_000;
const day = 24 * 60 * minute;

/** A webhook with one event for it that is published and not sent yet: its job is taken off the queue. */
async function withEvent(reply: object = { status: 500 }) {
  const chat = await newChat({ rounds: [{ text: ['Hello.'] }], repeat: true });
  const { workspace } = chat;
  const receiver = await receiving(workspace, ['run.*']);
  await receiver.answer(reply);
  await chat.send({ message: 'Hello?' });
  const { ctx, sent } = contextWithoutQueue(workspace);
  await fanOutEvents(ctx);
  await env.DB.prepare('delete from outbox where workspace_id = ?').bind(workspace.id).run();
  const [delivery] = await deliveriesOf(workspace);
  const read = async () => (await workspace.get(`/webhook-deliveries/${delivery.id}`)).body;
  return { chat, workspace, receiver, sent, id: delivery.id as string, read };
}

describe('deliveries', () => {
  it('are attempted again until the webhook accepts, with the same event id', async () => {
    const chat = await newChat({ rounds: [{ text: ['Hello.'] }], repeat: true });
    const receiver = await receiving(chat.workspace);
    await receiver.answer({ status: 500, body: 'a word of the receiver' });
    await chat.send({ message: 'Hello?' });
    const { ctx } = contextWithoutQueue(chat.workspace);
    await fanOutEvents(ctx);
    const [{ id }] = await deliveriesOf(chat.workspace);
    await expect(deliverEvent(ctx, id)).rejects.toThrow('returned 500');
    expect((await deliveriesOf(chat.workspace))[0]).toMatchObject({
      ...{ status: 'pending', attempts: 1, response_status: 500 },
      error: 'The webhook returned 500.',
    });
    expect(
      (await chat.workspace.get(`/webhooks/${receiver.id}`)).body.failing_since,
    ).not.toBeNull();
    await receiver.answer({ status: 204 });
    await env.DB.prepare('update outbox set due_at = 0 where workspace_id = ?')
      .bind(chat.workspace.id)
      .run();
    await deliverEvent(ctx, id);
    await env.DB.prepare('delete from outbox where workspace_id = ?').bind(chat.workspace.id).run();
    expect((await deliveriesOf(chat.workspace))[0]).toMatchObject({
      ...{ status: 'succeeded', attempts: 2, response_status: 204, error: null },
      ...{ next_attempt_at: null, last_attempt_at: expect.any(String) },
    });
    expect((await chat.workspace.get(`/webhooks/${receiver.id}`)).body.failing_since).toBeNull();
    const sent = await payloads(receiver);
    expect([sent.length, new Set(sent.map(({ id: event }) => event)).size]).toEqual([2, 1]);
    expect(JSON.stringify(await rowsOf(chat.workspace, 'webhook_deliveries'))).not.toContain(
      'a word of the receiver',
    );
  });

  it('fail after the last attempt, with growing waits between them', async () => {
    const { workspace, receiver, id, read } = await withEvent();
    let now = Date.now();
    const waits: number[] = [];
    for (let attempt = 1; attempt <= maxDeliveryAttempts; attempt += 1) {
      await deliverEvent(contextWithoutQueue(workspace, now).ctx, id).catch(() => undefined);
      const { status, attempts, next_attempt_at } = await read();
      expect([attempts, status]).toEqual([
        attempt,
        attempt === maxDeliveryAttempts ? 'failed' : 'pending',
      ]);
      if (next_attempt_at === null) break;
      waits.push(Date.parse(next_attempt_at) - now);
      now = Date.parse(next_attempt_at);
    }
    expect(waits).toHaveLength(maxDeliveryAttempts - 1);
    for (const [index, wait] of waits.entries())
      expect(wait).toBeGreaterThanOrEqual(waits[index - 1] ?? 0);
    expect(waits.at(-1)).toBeGreaterThan(9 * 60 * minute);
    expect(await receiver.site.calls()).toHaveLength(maxDeliveryAttempts);
    await deliverEvent(contextWithoutQueue(workspace, now + day).ctx, id);
    expect(await receiver.site.calls()).toHaveLength(maxDeliveryAttempts);
  });

  it('are promised again once their wait is over, once, however many tasks run at once', async () => {
    const { workspace, id } = await withEvent();
    await env.DB.prepare(
      'update webhook_deliveries set attempts = 6, next_attempt_at = 1000 where id = ?',
    )
      .bind(id)
      .run();
    const tasks = [1, 2, 3].map(() => contextWithoutQueue(workspace));
    await Promise.all(tasks.map(({ ctx }) => retryDeliveries(ctx)));
    const own = tasks
      .flatMap(({ sent }) => sent)
      .filter(({ workspace_id }) => workspace_id === workspace.id);
    expect(own).toMatchObject([{ job: { type: 'webhook.deliver', delivery_id: id } }]);
    expect(await rowsOf(workspace, 'outbox')).toHaveLength(1);
    await env.DB.prepare('delete from outbox where workspace_id = ?').bind(workspace.id).run();
  });

  it('that cannot be reached fail without a status, and follow no redirect', async () => {
    for (const reply of [
      { status: 307, headers: { location: 'https://elsewhere.example.com/' } },
      { delay_ms: 11_000 },
    ]) {
      const { workspace, id, read } = await withEvent(reply);
      await deliverEvent(contextWithoutQueue(workspace).ctx, id).catch(() => undefined);
      expect(await read()).toMatchObject({ status: 'pending', attempts: 1 });
      expect((await read()).error).toMatch(/\S/);
    }
  });

  it('are sent again on request, with the same event id, unless the webhook is disabled', async () => {
    const { workspace, receiver, id, read } = await withEvent({ body: 'ok' });
    await deliverEvent(contextWithoutQueue(workspace).ctx, id);
    expect((await read()).status).toBe('succeeded');
    const again = await workspace.post(`/webhook-deliveries/${id}/redeliver`, {});
    expect([again.status, again.body]).toMatchObject([202, { status: 'pending', attempts: 0 }]);
    await atRest(workspace.id);
    expect(await read()).toMatchObject({ status: 'succeeded', attempts: 1 });
    const sent = await payloads(receiver);
    expect([sent.length, new Set(sent.map((event) => event.id)).size]).toEqual([2, 1]);
    await workspace.patch(`/webhooks/${receiver.id}`, { is_enabled: false });
    const refused = await workspace.post(`/webhook-deliveries/${id}/redeliver`, {});
    expect([refused.status, refused.body.code]).toEqual([409, 'conflict']);
    await workspace.delete(`/webhooks/${receiver.id}`);
    expect((await workspace.post(`/webhook-deliveries/${id}/redeliver`, {})).status).toBe(409);
  });

  it('are cancelled when their webhook is disabled or deleted', async () => {
    for (const end of ['disable', 'delete'] as const) {
      const { workspace, receiver, id, read } = await withEvent();
      if (end === 'delete') await workspace.delete(`/webhooks/${receiver.id}`);
      else await workspace.patch(`/webhooks/${receiver.id}`, { is_enabled: false });
      await deliverEvent(contextWithoutQueue(workspace).ctx, id);
      expect(await read()).toMatchObject({ status: 'cancelled', next_attempt_at: null });
      expect(await receiver.site.calls()).toEqual([]);
    }
  });

  it('disable a webhook that has failed for 5 days, or that answers 410', async () => {
    const failing = await withEvent();
    await env.DB.prepare('update webhooks set failing_since = ? where id = ?')
      .bind(Date.now() - 6 * day, failing.receiver.id)
      .run();
    await deliverEvent(contextWithoutQueue(failing.workspace).ctx, failing.id).catch(
      () => undefined,
    );
    expect((await failing.workspace.get(`/webhooks/${failing.receiver.id}`)).body).toMatchObject({
      ...{ is_enabled: false, disabled_reason: 'failing', disabled_at: expect.any(String) },
    });
    const gone = await withEvent({ status: 410 });
    await deliverEvent(contextWithoutQueue(gone.workspace).ctx, gone.id);
    expect((await gone.workspace.get(`/webhooks/${gone.receiver.id}`)).body).toMatchObject({
      ...{ is_enabled: false, disabled_reason: 'gone' },
    });
    expect(await gone.read()).toMatchObject({ status: 'failed', response_status: 410 });
  });

  it('are listed by webhook, type and status, page by page, and deleted after 30 days', async () => {
    const chat = await newChat({ rounds: [{ text: ['Hello.'] }], repeat: true });
    const { workspace } = chat;
    const [one, two] = [await receiving(workspace), await receiving(workspace, ['run.*'])];
    for (const message of ['One?', 'Two?']) await chat.send({ message });
    await publish(workspace);
    await workspace.post(`/webhooks/${one.id}/test`, {});
    const all = await deliveriesOf(workspace);
    expect(all).toHaveLength(5);
    const count = async (query: string) => (await deliveriesOf(workspace, query)).length;
    expect(await count(`?webhook_id=${two.id}`)).toBe(2);
    expect(await count('?event_type=webhook.test')).toBe(1);
    expect(await count('?status=failed')).toBe(0);
    expect(await count(`?status=succeeded&webhook_id=${one.id}`)).toBe(3);
    const paged = [];
    for (let cursor: string | null = ''; cursor !== null; ) {
      const { body }: { body: { data: unknown[]; next_cursor: string | null } } =
        await workspace.get(
          `/webhook-deliveries?limit=2${cursor === '' ? '' : `&cursor=${cursor}`}`,
        );
      paged.push(...body.data);
      cursor = body.next_cursor;
    }
    expect(paged).toEqual(all);
    await env.DB.batch(
      ['webhook_deliveries', 'webhook_events'].map((table) =>
        env.DB.prepare(`update ${table} set created_at = ? where workspace_id = ?`).bind(
          Date.now() - 31 * day,
          workspace.id,
        ),
      ),
    );
    await deleteOldDeliveries(contextWithoutQueue(workspace).ctx);
    expect([
      await rowsOf(workspace, 'webhook_deliveries'),
      await rowsOf(workspace, 'webhook_events'),
    ]).toEqual([[], []]);
  });
});
