import { env } from 'cloudflare:workers';
import { describe, expect, it } from 'vitest';
import { newId } from '../../src/shared/id.ts';
import { newWorkspace, type Workspace } from '../support/api.ts';
import { forbiddenUrls } from '../support/forbidden-urls.ts';
import { Site } from '../support/outbound.ts';
import { checkSignature } from '../support/webhook.ts';
import { receiving, rowsOf } from './support.ts';

const url = 'https://hooks.example.com/agentgrid';
const testOf = async (workspace: Workspace, id: string) =>
  (await workspace.post(`/webhooks/${id}/test`, {})).body;

describe('webhooks', () => {
  it('are created with a secret that is shown once, changed, listed and deleted', async () => {
    const workspace = await newWorkspace();
    const { status, body } = await workspace.post('/webhooks', { url, event_types: ['run.*'] });
    expect(status).toBe(201);
    expect(body).toMatchObject({
      id: expect.stringMatching(/^whk_/),
      secret: expect.stringMatching(/^whsec_[\w-]{43}$/),
      ...{ purpose: 'general', url, event_types: ['run.*'], is_enabled: true, budget_id: null },
    });
    const { secret, ...shown } = body;
    expect(shown.secret_last_four).toBe(secret.slice(-4));
    expect((await workspace.get(`/webhooks/${body.id}`)).body).toEqual(shown);
    const other = (await workspace.post('/webhooks', { url })).body;
    expect(other.event_types).toEqual(['*']);
    const first = (await workspace.get('/webhooks?limit=1')).body;
    const second = (await workspace.get(`/webhooks?limit=1&cursor=${first.next_cursor}`)).body;
    expect([...first.data, ...second.data].map(({ id }) => id)).toEqual([other.id, body.id]);
    const changed = await workspace.patch(`/webhooks/${body.id}`, {
      description: 'Support desk',
      is_enabled: false,
    });
    expect(changed.body).toMatchObject({
      ...{ description: 'Support desk', is_enabled: false, disabled_reason: 'manual', url },
      secret_last_four: shown.secret_last_four,
    });
    expect(
      (await workspace.patch(`/webhooks/${body.id}`, { is_enabled: true })).body,
    ).toMatchObject({ is_enabled: true, disabled_at: null, disabled_reason: null });
    expect((await workspace.delete(`/webhooks/${body.id}`)).status).toBe(204);
    expect((await workspace.get(`/webhooks/${body.id}`)).status).toBe(404);
    expect((await rowsOf(workspace, 'secrets')).map(({ owner_id }) => owner_id)).toEqual([
      other.id,
    ]);
    const audit = (await workspace.get('/audit-log')).body;
    expect(JSON.stringify(audit)).not.toContain(secret);
    expect(JSON.stringify([await rowsOf(workspace, 'secrets')])).not.toContain(secret);
  });

  it('are for admins of the whole workspace, and absent for another workspace', async () => {
    const workspace = await newWorkspace();
    const { id } = await receiving(workspace);
    const { id: delivery } = await testOf(workspace, id);
    const agent = (await workspace.post('/agents', { name: 'One' })).body.id;
    const attempts = (caller: Workspace, webhook = id, one = delivery) => [
      caller.get(`/webhooks/${webhook}`),
      caller.patch(`/webhooks/${webhook}`, { is_enabled: false }),
      caller.post(`/webhooks/${webhook}/test`, {}),
      caller.post(`/webhooks/${webhook}/rotate-secret`, {}),
      caller.get(`/webhook-deliveries/${one}`),
      caller.post(`/webhook-deliveries/${one}/redeliver`, {}),
      caller.delete(`/webhooks/${webhook}`),
    ];
    const statuses = async (replies: ReturnType<typeof attempts>) =>
      new Set((await Promise.all(replies)).map(({ status }) => status));
    for (const role of ['viewer', 'runtime', 'editor'] as const)
      expect(await statuses(attempts(await workspace.withRole(role)))).toEqual(new Set([403]));
    expect(await statuses(attempts(await workspace.withRole('admin', [agent])))).toEqual(
      new Set([403]),
    );
    expect(await statuses(attempts(await newWorkspace()))).toEqual(new Set([404]));
    expect(await statuses(attempts(workspace, newId('whk'), newId('whd')))).toEqual(new Set([404]));
  });

  it('refuse addresses that may not be called, and unknown event types', async () => {
    const workspace = await newWorkspace();
    for (const forbidden of [...forbiddenUrls, 'http://hooks.example.com/', 'hooks.example.com'])
      expect((await workspace.post('/webhooks', { url: forbidden })).status, forbidden).toBe(422);
    for (const event_types of [[], ['run.unknown'], ['r*'], ['*', '*'], ['webhook.test']])
      expect((await workspace.post('/webhooks', { url, event_types })).status).toBe(422);
    const { id } = (await workspace.post('/webhooks', { url })).body;
    const moved = await workspace.patch(`/webhooks/${id}`, { url: 'https://10.0.0.1/' });
    expect([moved.status, moved.body.code]).toEqual([422, 'url_not_allowed']);
  });

  it('are at most 20 in a workspace, also when they are created at once', async () => {
    const workspace = await newWorkspace();
    const replies = await Promise.all(
      Array.from({ length: 25 }, () => workspace.post('/webhooks', { url })),
    );
    const count = (wanted: number) => replies.filter(({ status }) => status === wanted).length;
    expect([count(201), count(409)]).toEqual([20, 5]);
    expect(await rowsOf(workspace, 'secrets')).toHaveLength(20);
  });

  it('sign with the new and the previous secret while a rotation overlaps', async () => {
    const workspace = await newWorkspace();
    const { site, id, secret } = await receiving(workspace);
    const call = async () => {
      await testOf(workspace, id);
      const last = (await site.calls()).at(-1);
      if (last === undefined) throw new Error('Nothing was sent.');
      return last;
    };
    await checkSignature(secret, await call());
    const rotated = (await workspace.post(`/webhooks/${id}/rotate-secret`, {})).body;
    expect(rotated.secret).not.toBe(secret);
    expect(rotated.previous_secret_until).not.toBeNull();
    const both = await call();
    await checkSignature(secret, both, 2);
    await checkSignature(rotated.secret, both, 2);
    await env.DB.prepare('update webhooks set previous_secret_until = 1 where id = ?')
      .bind(id)
      .run();
    await checkSignature(rotated.secret, await call());
    const last = (await workspace.post(`/webhooks/${id}/rotate-secret`, { overlap_hours: 0 })).body;
    await checkSignature(last.secret, await call());
    expect(await rowsOf(workspace, 'secrets')).toHaveLength(1);
  });

  it('have one secret after rotations at once, of one of them', async () => {
    const workspace = await newWorkspace();
    const { site, id } = await receiving(workspace);
    const replies = await Promise.all(
      [1, 2, 3].map(() => workspace.post(`/webhooks/${id}/rotate-secret`, { overlap_hours: 0 })),
    );
    const won = replies.filter(({ status }) => status === 200);
    expect(replies.every(({ status }) => status === 200 || status === 409)).toBe(true);
    await testOf(workspace, id);
    await checkSignature(won.at(-1)?.body.secret, (await site.calls()).at(-1) as never);
  });

  it('are tested with one signed request, also while disabled', async () => {
    const workspace = await newWorkspace();
    const receiver = await receiving(workspace, ['file.failed'], { is_enabled: false });
    expect(await testOf(workspace, receiver.id)).toMatchObject({
      ...{ event_type: 'webhook.test', status: 'succeeded', attempts: 1, response_status: 200 },
      error: null,
    });
    await receiver.answer({ status: 503 });
    const failed = await testOf(workspace, receiver.id);
    expect(failed).toMatchObject({ status: 'failed', response_status: 503, next_attempt_at: null });
    expect((await workspace.get(`/webhook-deliveries/${failed.id}`)).body).toEqual(failed);
    for (const call of await receiver.site.calls()) await checkSignature(receiver.secret, call);
    expect(await receiver.site.calls()).toHaveLength(2);
  });

  it('of alerts and budgets are listed, and changed where they are set', async () => {
    const workspace = await newWorkspace();
    const site = new Site();
    const hook = await site.answers('/hook', { body: 'ok' });
    await workspace.put('/alerts/webhook', { url: hook });
    const budget = await workspace.post('/budgets', {
      ...{ name: 'B', scope: 'workspace', period: 'total', limit_usd: 1 },
      alerts: { webhook: { url: hook, secret: 'a-secret-of-the-budget' } },
    });
    const { data } = (await workspace.get('/webhooks')).body;
    expect(data).toMatchObject([
      { purpose: 'budget', budget_id: budget.body.id, event_types: ['budget.*'] },
      { purpose: 'alerts', budget_id: null, event_types: ['budget.*', 'anomaly.detected'] },
    ]);
    for (const { id, purpose } of data) {
      for (const reply of [
        await workspace.patch(`/webhooks/${id}`, { url }),
        await workspace.delete(`/webhooks/${id}`),
        await workspace.post(`/webhooks/${id}/rotate-secret`, {}),
      ])
        expect([reply.status, reply.body.code]).toEqual([409, 'conflict']);
      expect((await workspace.patch(`/webhooks/${id}`, { is_enabled: false })).status).toBe(200);
      expect(await testOf(workspace, id), purpose).toMatchObject({ status: 'succeeded' });
    }
    // Setting it again enables it.
    await workspace.put('/alerts/webhook', { url: hook });
    expect((await workspace.get(`/webhooks/${data[1].id}`)).body.is_enabled).toBe(true);
    await workspace.patch(`/budgets/${budget.body.id}`, { alerts: { webhook: null } });
    await workspace.delete('/alerts/webhook');
    expect([
      (await workspace.get('/webhooks')).body.data,
      await rowsOf(workspace, 'secrets'),
    ]).toEqual([[], []]);
  });
});
