import { env } from 'cloudflare:workers';
import { describe, expect, it } from 'vitest';
import { newWorkspace } from '../support/api.ts';

async function newSession() {
  const workspace = await newWorkspace();
  const agent = (await workspace.post('/agents', { name: 'Shop' })).body.id;
  const session = (await workspace.post(`/agents/${agent}/sessions`, { end_user_id: 'ann' })).body
    .id;
  return { workspace, agent, session, path: `/sessions/${session}/events` };
}

describe('events of a session', () => {
  it('are stored once for each idempotency key, and listed by name', async () => {
    const { workspace, session, path } = await newSession();
    const order = { name: 'order.value', value: -49.95, metadata: { order: 'A-1002' } };
    const options = { headers: { 'idempotency-key': 'order-A-1002' } };
    const first = await workspace.post(path, order, options);
    expect(first.status).toBe(201);
    expect(first.body).toMatchObject({ session_id: session, ...order });
    expect((await workspace.post(path, order, options)).body).toEqual(first.body);
    const goal = await workspace.post(path, { name: 'goal' });
    expect(goal.body).toMatchObject({ value: 1, metadata: {} });
    const { body: page } = await workspace.get(`${path}?limit=1`);
    expect(page.data).toEqual([goal.body]);
    const rest = await workspace.get(`${path}?limit=1&cursor=${page.next_cursor}`);
    expect(rest.body).toEqual({ data: [first.body], next_cursor: null });
    expect((await workspace.get(`${path}?name=goal`)).body.data).toEqual([goal.body]);
  });

  it('are refused with a reason: a bad name, a value that is no number, too much metadata', async () => {
    const { workspace, path } = await newSession();
    const refusals: [object, string][] = [
      [{}, '/name'],
      [{ name: 'Goal' }, '/name'],
      [{ name: '‮goal' }, '/name'],
      [{ name: 'g'.repeat(65) }, '/name'],
      [{ name: 'goal', value: '1' }, '/value'],
      [{ name: 'goal', value: 1e13 }, '/value'],
      [{ name: 'goal', metadata: { nested: {} } }, '/metadata/nested'],
      [{ name: 'goal', session_id: 'ses_x' }, '/session_id'],
    ];
    for (const [body, pointer] of refusals) {
      const answer = await workspace.post(path, body);
      expect([answer.status, answer.body.errors[0].pointer]).toEqual([422, pointer]);
    }
  });

  it('are reported by runtime keys and end users of their own sessions only (R85)', async () => {
    const { workspace, agent, path } = await newSession();
    const site = await workspace.withRole('runtime');
    const token = async (end_user_id: string) => {
      const given = { end_user_id, agent_ids: [agent] };
      return workspace.as((await site.post('/end-user-tokens', given)).body.token);
    };
    const [ann, bob] = [await token('ann'), await token('bob')];
    const own = (await ann.post(`/agents/${agent}/sessions`, {})).body.id;
    expect((await ann.post(`/sessions/${own}/events`, { name: 'goal' })).status).toBe(201);
    expect((await site.post(`/sessions/${own}/events`, { name: 'goal' })).status).toBe(201);
    expect((await ann.get(`/sessions/${own}/events`)).body.data).toHaveLength(2);
    for (const [reader, at] of [
      [bob, `/sessions/${own}/events`],
      [site, path],
      [await newWorkspace(), path],
    ] as const) {
      expect((await reader.post(at, { name: 'goal' })).status).toBe(404);
      expect((await reader.get(at)).status).toBe(404);
    }
    const viewer = await workspace.withRole('viewer');
    expect((await viewer.post(path, { name: 'goal' })).status).toBe(403);
    expect((await viewer.get(path)).status).toBe(403);
  });

  it('are at most 1000 in a session, and erased with it', async () => {
    const { workspace, agent, session, path } = await newSession();
    await env.DB.prepare(
      `with recursive n(i) as (select 1 union all select i + 1 from n where i < 999)
      insert into session_events (id, workspace_id, agent_id, session_id, name, value, metadata, created_at)
      select 'sev_' || i || ?1, ?2, ?3, ?1, 'goal', 1, '{}', 1 from n`,
    )
      .bind(session, workspace.id, agent)
      .run();
    const answers = await Promise.all([1, 2, 3].map(() => workspace.post(path, { name: 'goal' })));
    expect(answers.map(({ status }) => status).sort()).toEqual([201, 409, 409]);
    expect((await workspace.delete(`/sessions/${session}`)).status).toBe(204);
    expect(
      await env.DB.prepare('select 1 from session_events where session_id = ?')
        .bind(session)
        .first(),
    ).toBeNull();
    expect((await workspace.post(path, { name: 'goal' })).status).toBe(404);
  });
});
