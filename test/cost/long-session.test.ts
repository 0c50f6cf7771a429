import { env } from 'cloudflare:workers';
import { beforeAll, describe, expect, it } from 'vitest';
import { readServerTiming } from '../../bench/operations.ts';
import { newId } from '../../src/shared/id.ts';
import { newWorkspace, type Workspace } from '../support/api.ts';

let workspace: Workspace;
let agent: string;

beforeAll(async () => {
  workspace = await newWorkspace();
  agent = (
    await workspace.post('/agents', { name: 'Plain', config: { knowledge: { base_ids: [] } } })
  ).body.id;
});

/** A session that has this many messages already, put there without a turn: no host has heard of it. */
async function sessionOf(count: number): Promise<string> {
  const { id } = (await workspace.post(`/agents/${agent}/sessions`, {})).body;
  const version = (await workspace.get(`/agents/${agent}`)).body.active_version.id;
  const runs = Array.from({ length: count / 2 }, () => newId('run'));
  const messages = Array.from({ length: count }, (_, index) => ({
    id: newId('msg'),
    run: runs[Math.floor(index / 2)],
    seq: index + 1,
  }));
  const rows = messages.map((message, index) => ({
    ...message,
    parent: messages[index - 1]?.id ?? null,
  }));
  await env.DB.batch([
    env.DB.prepare(
      `insert into runs (id, workspace_id, agent_id, version_id, session_id, status, lease_until, created_at, ended_at)
       select value, ?2, ?3, ?4, ?5, 'completed', 0, 1, 2 from json_each(?1)`,
    ).bind(JSON.stringify(runs), workspace.id, agent, version, id),
    env.DB.prepare(
      `insert into messages (id, workspace_id, session_id, seq, parent_id, depth, role, text, citations, run_id, created_at)
       select value ->> 'id', ?2, ?3, value ->> 'seq', value ->> 'parent', value ->> 'seq', iif((value ->> 'seq') % 2 = 1, 'user', 'assistant'),
         'Message number ' || (value ->> 'seq'), '[]', value ->> 'run', 1 from json_each(?1)`,
    ).bind(JSON.stringify(rows), workspace.id, id),
    env.DB.prepare('update sessions set message_seq = ?2, head_id = ?3 where id = ?1').bind(
      id,
      count,
      rows.at(-1)?.id ?? null,
    ),
  ]);
  return id;
}

/** Returns the cost of a whole turn. */
async function turn(session: string) {
  const { status, headers, body } = await workspace.post(`/sessions/${session}/messages`, {
    message: 'And then?',
  });
  expect([status, body.run?.status]).toEqual([200, 'completed']);
  return readServerTiming(headers.get('server-timing') ?? '');
}

describe('a session of 2,000 messages', () => {
  it('takes as many round trips as one of 20 and at most a fifth more rows, with a warm or cold host', async () => {
    const [short, long] = [await sessionOf(20), await sessionOf(2000)];
    // Warms the caches of workspace and model for both.
    await turn(await sessionOf(2));
    for (const state of ['cold', 'hot']) {
      const [some, many] = [await turn(short), await turn(long)];
      expect({ state, trips: many.trips }).toEqual({ state, trips: some.trips });
      expect(many.rows_read, `${state}: ${JSON.stringify([some, many])}`).toBeLessThanOrEqual(
        some.rows_read * 1.2,
      );
      expect(many.rows_written, `${state}: ${JSON.stringify([some, many])}`).toBeLessThanOrEqual(
        some.rows_written * 1.2,
      );
    }
  });

  it('is read in pages that cost the same number of rows', async () => {
    const session = await sessionOf(2000);
    const seen: number[] = [];
    const costs: { trips: number; rows_read: number }[] = [];
    for (let cursor: string | null = ''; cursor !== null; ) {
      const page = await workspace.get(
        `/sessions/${session}/messages?limit=50${cursor === '' ? '' : `&cursor=${encodeURIComponent(cursor)}`}`,
      );
      const { trips, rows_read } = readServerTiming(page.headers.get('server-timing') ?? '');
      costs.push({ trips, rows_read });
      seen.push(
        ...page.body.data.map(({ text }: { text: string }) => Number(text.split(' ').at(-1))),
      );
      cursor = page.body.next_cursor;
    }
    expect(seen).toEqual(Array.from({ length: 2000 }, (_, index) => 2000 - index));
    // The last page has no message before it to look at.
    const [first, ...others] = costs.slice(0, -1);
    expect(
      new Set(others.map((cost) => JSON.stringify(cost))).size,
      JSON.stringify(costs.slice(0, 5)),
    ).toBe(1);
    expect(first?.trips).toBe(1);
    expect(first?.rows_read).toBeLessThanOrEqual((others[0]?.rows_read ?? 0) + 2);
    expect(costs.at(-1)?.rows_read).toBeLessThanOrEqual(others[0]?.rows_read ?? 0);
  });
});
