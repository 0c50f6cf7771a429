import { env } from 'cloudflare:workers';
import { describe, expect, it } from 'vitest';
import { exactUsd, roundedUsd } from '../../src/invoices/money.ts';
import { openPeriods } from '../../src/invoices/months.ts';
import { newWorkspace, request, rootKey } from '../support/api.ts';
import { faulty } from '../support/faulty.ts';
import { addCalls, createdAt, hourly, monthStart, nameOf } from './support.ts';

const day = 86_400_000;
const nanoOf = (usd: number) => Math.round(usd * 1e9);
const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);

describe('invoices', () => {
  it('add up the calls of the month to the last nano-dollar, by agent, model and operation', async () => {
    const workspace = await newWorkspace();
    const { body: agent } = await workspace.post('/agents', { name: 'Støtte' });
    const start = monthStart(0);
    const costs = Array.from({ length: 700 }, (_, index) => (index * 7_919 + 13) % 1_000_003);
    await addCalls(
      workspace,
      costs.map((nano, index) => ({
        at: start + index,
        nano,
        agent: index % 2 === 0 ? agent.id : null,
        model: index % 3 === 0 ? 'gpt-5' : 'gpt-5-mini',
        operation: index % 5 === 0 ? 'title' : 'answer',
      })),
    );
    await addCalls(workspace, [
      { at: start + 5, nano: null },
      { at: start - 1, nano: 1_000_000_000 },
    ]);
    const { status, body } = await workspace.get(`/invoices/${nameOf(start)}`);
    expect(status).toBe(200);
    expect(body).toMatchObject({
      status: 'provisional',
      issued_at: null,
      calls: 701,
      unpriced_calls: 1,
    });
    expect(nanoOf(body.total_usd)).toBe(sum(costs));
    expect(sum(body.lines.map(({ cost_usd }: { cost_usd: number }) => nanoOf(cost_usd)))).toBe(
      sum(costs),
    );
    expect(body.lines).toHaveLength(8);
    expect(body.lines.map(({ agent_name }: { agent_name: string }) => agent_name)).toContain(
      'Støtte',
    );
    const [first] = body.lines;
    expect(body.lines.every((line: { cost_usd: number }) => line.cost_usd <= first.cost_usd)).toBe(
      true,
    );
    expect(body.prices.map(({ model }: { model: string }) => model)).toEqual([
      'openai/gpt-5',
      'openai/gpt-5-mini',
    ]);
  });

  it('are stored once when the month has ended, and never change after that', async () => {
    const workspace = await newWorkspace('Closing');
    const start = monthStart(2);
    await createdAt(workspace, start + 3 * day);
    await workspace.patch('/workspace', {
      billing: {
        name: 'Acme AG',
        address: 'Street 1\nZurich',
        tax_id: 'CHE-1',
        currency_note: 'In USD',
      },
    });
    await addCalls(workspace, [
      { at: start, nano: 1 },
      { at: monthStart(1) - 1, nano: 2_000_000_001 },
      { at: monthStart(1), nano: 7 },
    ]);
    const month = nameOf(start);
    expect((await workspace.get(`/invoices/${month}`)).body).toMatchObject({
      status: 'provisional',
      calls: 2,
    });
    await Promise.all([hourly(), hourly()]);
    const { body: made } = await workspace.get(`/invoices/${month}`);
    expect(made).toMatchObject({
      month,
      status: 'final',
      calls: 2,
      starts_at: new Date(start).toISOString(),
      ends_at: new Date(monthStart(1)).toISOString(),
      billing: { name: 'Acme AG', email: null },
      workspace_name: 'Closing',
    });
    expect(nanoOf(made.total_usd)).toBe(2_000_000_002);
    await addCalls(workspace, [{ at: start + 1, nano: 5 }]);
    await workspace.patch('/workspace', { billing: null, name: 'Renamed' });
    await hourly();
    expect((await workspace.get(`/invoices/${month}`)).body).toEqual(made);
    const change = env.DB.prepare('update invoices set calls = 0 where workspace_id = ?').bind(
      workspace.id,
    );
    await expect(change.run()).rejects.toThrow('immutable');
    const removal = env.DB.prepare('delete from invoices where workspace_id = ?').bind(
      workspace.id,
    );
    await expect(removal.run()).rejects.toThrow('immutable');
    const { body: listed } = await workspace.get('/invoices?limit=2');
    expect(listed.data.map((invoice: { month: string }) => invoice.month)).toEqual([
      nameOf(monthStart(0)),
      nameOf(monthStart(1)),
    ]);
    expect(listed.data[0].status).toBe('provisional');
    const rest = await workspace.get(`/invoices?limit=2&cursor=${listed.next_cursor}`);
    expect(rest.body).toMatchObject({
      data: [{ month, status: 'final', calls: 2 }],
      next_cursor: null,
    });
  });

  it('include archived calls exactly', async () => {
    const workspace = await newWorkspace();
    const start = monthStart(4);
    const costs = Array.from({ length: 3000 }, (_, index) => (index * 104_729 + 1) % 9_999_991);
    await addCalls(
      workspace,
      costs.map((nano, index) => ({ at: start + 10 * day + index * 60_000, nano })),
    );
    await addCalls(workspace, [
      { at: start - 1, nano: 3 },
      { at: monthStart(3), nano: 5 },
    ]);
    await workspace.patch('/workspace', { usage_retention_days: 35 });
    const rows = env.DB.prepare(
      'select count(*) as n from usage where workspace_id = ? and created_at < ?',
    ).bind(workspace.id, monthStart(3));
    for (let round = 0; round < 20 && ((await rows.first<{ n: number }>())?.n ?? 0) > 0; round += 1)
      await hourly();
    expect(await rows.first()).toEqual({ n: 0 });
    // Calls of an archived day that arrive late.
    await addCalls(workspace, [{ at: start + 10 * day, nano: 11 }]);
    await createdAt(workspace, start);
    const provisional = (await workspace.get(`/invoices/${nameOf(start)}`)).body;
    expect(nanoOf(provisional.total_usd)).toBe(sum(costs) + 11);
    await hourly();
    const { body } = await workspace.get(`/invoices/${nameOf(start)}`);
    expect(body).toMatchObject({ status: 'final', calls: 3001 });
    expect(nanoOf(body.total_usd)).toBe(sum(costs) + 11);
    expect(body.lines[0]).toMatchObject({ input_tokens: 30_010, output_tokens: 15_005 });
  });

  it.each(['before', 'after'] as const)(
    'are all stored when round trips of the task are lost (%s their effect)',
    async (mode) => {
      const workspace = await newWorkspace();
      await createdAt(workspace, monthStart(6));
      await addCalls(workspace, [{ at: monthStart(5), nano: 9 }]);
      for (let at = 3; at <= 24; at += 3) await hourly(faulty(env.DB, { at, mode }).database);
      await hourly();
      const { body } = await workspace.get('/invoices?limit=100');
      expect(body.data.map(({ month }: { month: string }) => month)).toEqual(
        [0, 1, 2, 3, 4, 5, 6].map((back) => nameOf(monthStart(back))),
      );
      expect(sum(body.data.map((invoice: { calls: number }) => invoice.calls))).toBe(1);
    },
  );

  it('belong to one workspace, to admins, and to the operator', async () => {
    const workspace = await newWorkspace();
    const month = nameOf(monthStart(0));
    expect((await workspace.get('/invoices/1999-01')).status).toBe(404);
    expect((await workspace.get('/invoices/2026-13')).status).toBe(404);
    expect((await workspace.get(`/invoices/${nameOf(monthStart(-1))}`)).status).toBe(404);
    const editor = await workspace.withRole('editor');
    expect((await editor.get('/invoices')).status).toBe(403);
    const root = await request(
      'GET',
      `/api/v1/workspaces/${workspace.id}/invoices/${month}`,
      rootKey,
    );
    expect(root.body).toMatchObject({ workspace_id: workspace.id, month });
    const listed = await request('GET', `/api/v1/workspaces/${workspace.id}/invoices`, rootKey);
    expect(listed.body.data).toHaveLength(1);
    const missing = await request(
      'GET',
      `/api/v1/workspaces/${workspace.id.replace(/.$/, 'z')}/invoices`,
      rootKey,
    );
    expect([200, 404]).toContain(missing.status);
    expect(
      (await request('GET', `/api/v1/workspaces/${workspace.id}/invoices`, workspace.key)).status,
    ).toBe(403);
  });
});

describe('periods of invoices', () => {
  const at = (text: string) => Date.parse(text);
  it('are months in the time zone, with its changes of clocks', () => {
    const periods = openPeriods(
      null,
      at('2026-10-05T00:00:00Z'),
      at('2026-11-10T00:00:00Z'),
      'America/New_York',
    );
    expect(periods).toEqual([
      {
        month: '2026-10',
        starts_at: at('2026-10-01T04:00:00Z'),
        ends_at: at('2026-11-01T04:00:00Z'),
      },
      {
        month: '2026-11',
        starts_at: at('2026-11-01T04:00:00Z'),
        ends_at: at('2026-12-01T05:00:00Z'),
      },
    ]);
  });

  it.each([
    ['Asia/Tokyo', 'America/New_York'],
    ['America/New_York', 'Asia/Tokyo'],
    ['Pacific/Kiritimati', 'Pacific/Pago_Pago'],
    ['Pacific/Pago_Pago', 'Pacific/Kiritimati'],
  ])('neither overlap nor leave a gap when the zone changes from %s to %s', (before, after) => {
    const created = at('2026-08-15T00:00:00Z');
    const [first] = openPeriods(null, created, at('2026-10-20T00:00:00Z'), before);
    if (first === undefined) throw new Error('no period');
    const rest = openPeriods(first, created, at('2026-10-20T00:00:00Z'), after);
    expect([first, ...rest].map(({ month }) => month)).toEqual(['2026-08', '2026-09', '2026-10']);
    let end = first.ends_at;
    for (const { starts_at, ends_at } of rest) {
      expect(starts_at).toBe(end);
      expect(ends_at).toBeGreaterThan(starts_at);
      end = ends_at;
    }
  });

  it('write amounts exactly, and round halves up', () => {
    expect([0, 1, 10_000_000, 1_234_567_890, 12_000_000_000].map(exactUsd)).toEqual([
      '0.00',
      '0.000000001',
      '0.01',
      '1.23456789',
      '12.00',
    ]);
    expect([0, 4_999_999, 5_000_000, 1_235_000_000].map(roundedUsd)).toEqual([
      '0.00',
      '0.00',
      '0.01',
      '1.24',
    ]);
  });
});
