import { env } from 'cloudflare:workers';
import { describe, expect, it, vi } from 'vitest';
import { newWorkspace, request } from '../support/api.ts';
import { addressOf, newShareLink } from '../support/share-links.ts';

const get = (address: string, headers: Record<string, string> = {}) =>
  request('GET', `/api/v1/shared/${address}`, null, { headers });

describe('a share link', () => {
  it('has a URL that can be read again, a key that is not listed, and an audit entry (R83)', async () => {
    const { workspace, agent, link, address } = await newShareLink({
      title: 'Coffee',
      limit_usd: 2,
    });
    expect(address).toMatch(/^[\w-]{22}$/);
    const { body } = await workspace.get(`/share-links/${link}`);
    expect(body).toMatchObject({
      ...{ id: link, agent_id: agent, status: 'open', limit_usd: 2, title: 'Coffee' },
      statistics: { visitors: 0, sessions: 0, messages: 0, cost_usd: 0 },
    });
    expect(addressOf(body.url)).toBe(address);
    expect((await workspace.get(`/agents/${agent}/share-links`)).body.data).toEqual([body]);
    const keys = (await workspace.get('/api-keys')).body.data;
    expect(keys.map((key: { id: string }) => key.id)).toEqual([workspace.key_id]);
    const audit = (await workspace.get('/audit-log')).body.data;
    expect(audit[0]).toMatchObject({ action: 'share_link.create', target_id: link });
    expect((await get(address)).body).toEqual({
      ...{ title: 'Coffee', access: 'public' },
      ...{ welcome_message: null, starter_questions: [], can_hand_over: false },
    });
  });

  it('is found by the agents and workspaces that own it only (R7)', async () => {
    const { workspace, link, address } = await newShareLink();
    const stranger = await newWorkspace();
    const other = (await workspace.post('/agents', { name: 'Other' })).body.id;
    for (const reader of [stranger, await workspace.withRole('editor', [other])]) {
      expect((await reader.get(`/share-links/${link}`)).status).toBe(404);
      expect((await reader.patch(`/share-links/${link}`, { enabled: false })).status).toBe(404);
      expect((await reader.delete(`/share-links/${link}`)).status).toBe(404);
    }
    expect((await get(address)).status).toBe(200);
  });

  it('refuses its visitors once it is disabled, has expired or is deleted', async () => {
    const { workspace, link, address, open, visit } = await newShareLink();
    const { as, session } = await visit();
    const change = (fields: object) => workspace.patch(`/share-links/${link}`, fields);
    expect((await change({ enabled: false })).body.status).toBe('disabled');
    expect([(await get(address)).status, (await open()).status]).toEqual([404, 404]);
    expect((await as.get(`/sessions/${session}`)).status).toBe(401);
    await change({ enabled: true });
    expect((await as.get(`/sessions/${session}`)).status).toBe(200);
    expect((await change({ expires_at: '2020-01-01T00:00:00Z' })).body.status).toBe('expired');
    expect((await open()).status).toBe(404);
    expect((await as.get(`/sessions/${session}`)).status).toBe(401);
    await change({ expires_at: null });
    expect((await workspace.delete(`/share-links/${link}`)).status).toBe(204);
    expect([(await open()).status, (await as.get(`/sessions/${session}`)).status]).toEqual([
      404, 401,
    ]);
    expect((await workspace.get(`/sessions/${session}`)).status).toBe(200);
  });

  it('is closed while its workspace is suspended: no title, no visitor, no mail (R7)', async () => {
    const shared = await newShareLink({ title: 'Ask us' });
    const get = () => request('GET', `/api/v1/shared/${shared.address}`, null);
    expect((await get()).body.title).toBe('Ask us');
    const suspend = (at: number | null) =>
      env.DB.prepare('update workspaces set suspended_at = ? where id = ?')
        .bind(at, shared.workspace.id)
        .run();
    await suspend(1);
    const code = await request('POST', `/api/v1/shared/${shared.address}/codes`, null, {
      json: { email: 'ada@example.com' },
    });
    for (const { status } of [await get(), await shared.open(), code]) expect(status).toBe(404);
    await suspend(null);
    expect((await shared.open()).status).toBe(200);
  });

  it('refuses settings that admit nobody or name no version', async () => {
    const { workspace, agent, link } = await newShareLink();
    const wrong: readonly (readonly [object, string])[] = [
      [{ access: 'verified' }, '/allowed_addresses'],
      [{ version: 'nowhere' }, '/version'],
      [{ allowed_origins: ['https://a.example/path'] }, '/allowed_origins/0'],
      [{ allowed_addresses: ['example.com'] }, '/allowed_addresses/0'],
      [{ max_visitors: 0 }, '/max_visitors'],
      [{ limit_usd: -1 }, '/limit_usd'],
    ];
    for (const [fields, pointer] of wrong) {
      const made = await workspace.post(`/agents/${agent}/share-links`, { name: 'L', ...fields });
      const changed = await workspace.patch(`/share-links/${link}`, fields);
      for (const { status, body } of [made, changed])
        expect([pointer, status, body.errors[0].pointer]).toEqual([pointer, 422, pointer]);
    }
    const past = { name: 'L', expires_at: '2020-01-01T00:00:00Z' };
    expect((await workspace.post(`/agents/${agent}/share-links`, past)).body).toMatchObject({
      detail: '/expires_at must be in the future.',
      errors: [{ pointer: '/expires_at', detail: 'Must be in the future.' }],
    });
  });

  it('may be embedded by its origins only', async () => {
    const { workspace, link, address, open } = await newShareLink({
      allowed_origins: ['https://shop.example'],
    });
    const from = (origin: string) => open({}, { headers: { origin } });
    expect((await from('https://shop.example')).status).toBe(200);
    expect((await from('http://agentgrid.test')).status).toBe(200);
    for (const origin of ['null', 'https://shop.example.evil.test', 'http://shop.example'])
      expect([origin, (await from(origin)).status]).toEqual([origin, 403]);
    expect((await get(address, { origin: 'https://evil.test' })).status).toBe(403);
    await workspace.patch(`/share-links/${link}`, { allowed_origins: ['*'] });
    expect((await from('https://evil.test')).status).toBe(200);
  });
});

describe('the token of a visitor', () => {
  it('is accepted from pages that may embed the link, whatever the workspace allows (R72)', async () => {
    const shop = 'https://shop.example';
    const { workspace, link, address, open } = await newShareLink({ allowed_origins: [shop] });
    await workspace.patch('/workspace', { allowed_origins: ['https://app.example'] });
    const as = workspace.as((await open({}, { headers: { origin: shop } })).body.token);
    const create = async (origin: string) => {
      const path = `/shared/${address}/sessions`;
      const { status, headers } = await as.post(path, {}, { headers: { origin } });
      return [origin, status, headers.get('access-control-allow-origin')];
    };
    const own = 'http://agentgrid.test';
    for (const origin of [shop, own]) expect(await create(origin)).toEqual([origin, 201, origin]);
    for (const origin of ['https://app.example', 'https://evil.example', 'null'])
      expect(await create(origin)).toEqual([origin, 403, null]);
    await workspace.patch('/workspace', { allowed_origins: null });
    expect(await create('https://evil.example')).toEqual(['https://evil.example', 403, null]);
    await workspace.patch(`/share-links/${link}`, { allowed_origins: ['*'] });
    const anywhere = 'https://any.example';
    expect(await create(anywhere)).toEqual([anywhere, 201, anywhere]);
  });
});

describe('the address of a share link that does not exist', () => {
  it('is refused in the words for visitors, malformed or not', async () => {
    const { address } = await newShareLink();
    const wrong = [
      `${address.slice(0, -1)}${address.endsWith('A') ? 'B' : 'A'}`,
      'x',
      `${address}x`,
    ];
    for (const one of wrong) {
      const { status, body } = await get(one);
      expect([status, body.detail]).toEqual([
        404,
        'This link does not exist, or is no longer open.',
      ]);
    }
  });
});

describe('the limits of a share link', () => {
  it('admit one of 20 visitors to the last place', async () => {
    const { workspace, link, open } = await newShareLink({ max_visitors: 3 });
    const first = [await open(), await open()];
    const rest = await Promise.all(Array.from({ length: 20 }, () => open()));
    expect(first.map(({ status }) => status)).toEqual([200, 200]);
    const refused = rest.filter(({ status }) => status === 403);
    expect([rest.length - refused.length, refused.length]).toEqual([1, 19]);
    expect(refused[0]?.body.code).toBe('share_limit');
    const again = await open({ refresh_token: first[0]?.body.refresh_token });
    expect(again.body.visitor_id).toBe(first[0]?.body.visitor_id);
    expect((await workspace.get(`/share-links/${link}`)).body.statistics.visitors).toBe(3);
  });

  it('admit one of 20 sessions to the last place', async () => {
    const { workspace, link, address, open } = await newShareLink({ max_sessions: 1 });
    const as = workspace.as((await open()).body.token);
    const made = await Promise.all(
      Array.from({ length: 20 }, () => as.post(`/shared/${address}/sessions`, {})),
    );
    expect(made.filter(({ status }) => status === 201)).toHaveLength(1);
    expect(made.find(({ status }) => status !== 201)?.body).toMatchObject({
      ...{ code: 'share_limit', status: 403 },
      detail: 'This link has reached its number of conversations.',
    });
    expect((await workspace.get(`/share-links/${link}`)).body.statistics.sessions).toBe(1);
  });

  it('admit a visitor to 200 sessions, however many the link has', async () => {
    const { workspace, address, visit } = await newShareLink();
    const [ann, bob] = [await visit(), await visit()];
    const begin = async ({ as }: typeof ann) => {
      const { status, body } = await as.post(`/shared/${address}/sessions`, {});
      return [status, body.code];
    };
    await env.DB.prepare(
      'update share_visitors set sessions = 199 where id = ? and workspace_id = ?',
    )
      .bind(ann.id, workspace.id)
      .run();
    expect(await begin(ann)).toEqual([201, undefined]);
    expect(await begin(ann)).toEqual([403, 'share_limit']);
    expect(await begin(bob)).toEqual([201, undefined]);
  });

  it('end with the time of the link, which a later one extends', async () => {
    const { workspace, link, address, open, visit } = await newShareLink({
      expires_at: new Date(Date.now() + 60_000).toISOString(),
    });
    const { as, session } = await visit();
    const statuses = async () =>
      Promise.all(
        [get(address), open(), as.get(`/sessions/${session}`)].map(
          async (one) => (await one).status,
        ),
      );
    expect(await statuses()).toEqual([200, 200, 200]);
    vi.setSystemTime(Date.now() + 61_000);
    try {
      expect(await statuses()).toEqual([404, 404, 401]);
      const expires_at = new Date(Date.now() + 60_000).toISOString();
      await workspace.patch(`/share-links/${link}`, { expires_at });
      expect(await statuses()).toEqual([200, 200, 200]);
    } finally {
      vi.useRealTimers();
    }
  });

  it('count the messages of each visitor, regenerated answers included', async () => {
    const { workspace, link, visit } = await newShareLink({ max_messages_per_visitor: 2 });
    const [ann, bob] = [await visit(), await visit()];
    const send = ({ as, session }: typeof ann) =>
      as.post(`/sessions/${session}/messages`, { message: 'Hi' });
    const answer = await send(ann);
    expect(answer.status).toBe(200);
    const regenerate = () => ann.as.post(`/messages/${answer.body.id}/regenerate`, {});
    expect((await regenerate()).status).toBe(200);
    for (const { status, body } of [await send(ann), await regenerate()])
      expect([status, body.code]).toEqual([403, 'share_limit']);
    expect((await send(bob)).status).toBe(200);
    const { statistics } = (await workspace.get(`/share-links/${link}`)).body;
    expect(statistics).toMatchObject({ visitors: 2, sessions: 2, messages: 3 });
    await workspace.patch(`/share-links/${link}`, { max_messages_per_visitor: 3 });
    expect((await send(ann)).status).toBe(200);
  });

  it('refuse a call past the budget of the link, and no other call (R61)', async () => {
    const { workspace, agent, link, visit } = await newShareLink({ limit_usd: 0 });
    const overrides = [{ model: 'openai-compatible/scripted', input: 1000, output: 1000 }];
    await workspace.put('/prices', { overrides });
    const { as, session } = await visit();
    const send = () => as.post(`/sessions/${session}/messages`, { message: 'Hi' });
    const refused = await send();
    expect([refused.status, refused.body.code]).toEqual([402, 'budget_exceeded']);
    const own = await workspace.post(`/agents/${agent}/runs`, { message: 'Hi' });
    expect(own.status).toBe(200);
    await workspace.patch(`/share-links/${link}`, { limit_usd: 100 });
    expect((await send()).status).toBe(200);
    const { statistics } = (await workspace.get(`/share-links/${link}`)).body;
    expect(statistics.cost_usd).toBeGreaterThan(0);
    const [budget] = (await workspace.get('/budgets')).body.data;
    expect(budget).toMatchObject({ name: 'Share link: Site', subject_id: link, limit_usd: 100 });
    await workspace.patch(`/share-links/${link}`, { limit_usd: null });
    expect((await workspace.get('/budgets')).body.data).toEqual([]);
  });
});
