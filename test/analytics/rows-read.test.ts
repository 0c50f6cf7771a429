import { env } from 'cloudflare:workers';
import { describe, expect, it } from 'vitest';
import { readServerTiming } from '../../bench/operations.ts';
import { newTenant, type Tenant } from './support.ts';

const hour = 3_600_000;
const day = 24 * hour;
const first = Date.UTC(2026, 0, 1);
const days = 200;

/** Every hour and day of 200 days, rolled up, for the workspace and one agent. */
async function fill({ workspace, agents }: Tenant): Promise<void> {
  const numbers = `with recursive n(i) as (select 0 union all select i + 1 from n where i + 1 < cast(?1 as integer))`;
  const insert = (grain: string, unit: number, count: number) =>
    ['all', 'top', 'model'].flatMap((dimension) =>
      ['', agents[0]?.id ?? ''].map((agent) =>
        env.DB.prepare(
          `${numbers} insert into analytics_rollups (workspace_id, agent_id, dimension, grain, bucket, slices, quarters)
          select ?2, ?3, ?4, ?5, cast(?6 + i * ?7 as integer), '{"":{"n":{"calls":${(4 * unit) / hour}}}}', '{"1":{"":{"n":{"calls":1}}},"2":{"":{"n":{"calls":3}}}}' from n`,
        ).bind(count, workspace.id, agent, dimension, grain, first, unit),
      ),
    );
  await env.DB.batch([
    ...insert('hour', hour, days * 24),
    ...insert('day', day, days),
    env.DB.prepare(
      'insert into analytics_state (workspace_id, closing_until, rolled_until, dayed_until) values (?1, cast(?2 as integer), cast(?2 as integer), cast(?2 as integer))',
    ).bind(workspace.id, first + days * day),
  ]);
}

describe('analytics of 90 days by day', () => {
  it('reads at most 2,500 rows in one round trip, in any time zone', async () => {
    const tenant = await newTenant(1);
    await fill(tenant);
    const paths = [`/agents/${tenant.agents[0]?.id}/analytics`, '/analytics'];
    for (const zone of [
      'UTC',
      'Europe/Zurich',
      'Asia/Kolkata',
      'America/St_Johns',
      'Pacific/Chatham',
    ]) {
      for (const path of paths) {
        const { body, headers } = await tenant.workspace.get(
          `${path}?start_date=2026-04-10&end_date=2026-07-08&time_zone=${zone}`,
        );
        const { trips, rows_read } = readServerTiming(headers.get('server-timing') ?? '');
        expect([body.series.length, trips], `${path} ${zone}`).toEqual([90, 1]);
        expect(rows_read, `${path} ${zone}`).toBeLessThanOrEqual(zone === 'UTC' ? 400 : 2500);
        expect(body.totals.usage.calls, `${path} ${zone}`).toBe(90 * 24 * 4);
      }
    }
  });
});
