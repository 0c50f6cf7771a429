import { env } from 'cloudflare:workers';
import { describe, expect, it } from 'vitest';
import guide from '../../docs/guides/webhooks.md?raw';
import { events, subscribableTypes } from '../../src/notifications/events/registry.ts';
import { newId } from '../../src/shared/id.ts';
import { newWorkspace } from '../support/api.ts';
import { atRest } from '../support/resources.ts';
import { payloads, receiving } from './support.ts';

describe('every event', () => {
  it('is a row of the table of the guide', () => {
    const rows = guide.split('\n').filter((line) => line.startsWith('| `'));
    const named = rows.flatMap((row) =>
      [...(row.split(' | ')[0] ?? '').matchAll(/`([a-z_.]+)`/g)].map(([, name]) => name),
    );
    expect(named.filter((name) => name?.includes('.')).sort()).toEqual(
      [...subscribableTypes].sort(),
    );
  });

  it('is listed with its delivery, and sent again on request with the same id', async () => {
    const workspace = await newWorkspace();
    const receiver = await receiving(workspace);
    const now = Date.now();
    for (const type of subscribableTypes) {
      const [event, delivery] = [newId('evt'), newId('whd')];
      await env.DB.batch([
        env.DB.prepare(
          'insert into webhook_events (id, workspace_id, type, subject_id, data, created_at) values (?, ?, ?, ?, ?, ?)',
        ).bind(event, workspace.id, type, event, JSON.stringify(events[type].example), now),
        env.DB.prepare(
          `insert into webhook_deliveries (id, workspace_id, webhook_id, event_id, event_type, status, created_at) values (?, ?, ?, ?, ?, 'failed', ?)`,
        ).bind(delivery, workspace.id, receiver.id, event, type, now),
      ]);
    }
    const listed = (await workspace.get('/webhook-deliveries?limit=100')).body.data;
    expect(listed.map((one: { event_type: string }) => one.event_type).sort()).toEqual(
      [...subscribableTypes].sort(),
    );
    for (const { id } of listed)
      expect((await workspace.post(`/webhook-deliveries/${id}/redeliver`)).status).toBeLessThan(
        300,
      );
    await atRest(workspace.id);
    const sent = await payloads(receiver);
    expect(sent.map(({ type }) => type).sort()).toEqual([...subscribableTypes].sort());
  });
});
