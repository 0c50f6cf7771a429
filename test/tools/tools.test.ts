import { env } from 'cloudflare:workers';
import { describe, expect, it } from 'vitest';
import { newWorkspace, type Workspace } from '../support/api.ts';
import { forbiddenUrls } from '../support/forbidden-urls.ts';
import { Site, unexpectedCalls } from '../support/outbound.ts';

const canary = 'sk-canary-0123456789abcdef';
const json = { 'content-type': 'application/json' };

const draft = (url: string, more: object = {}) => ({
  name: 'get_order',
  description: 'An order by its number.',
  effect: 'read',
  url,
  input_schema: { type: 'object', properties: { order: { type: 'string' }, limit: { type: 'integer' } }, required: ['order'] },
  ...more,
});

const withPath = (site: Site) => draft(site.url('/orders/{order}?limit={limit}'));
const test = async (workspace: Workspace, id: string, input: object) => (await workspace.post(`/tools/${id}/test`, { input })).body;

describe('HTTP tools', () => {
  it('are made, read, listed, changed and deleted', async () => {
    const workspace = await newWorkspace();
    const site = new Site();
    const made = await workspace.post('/tools', withPath(site));
    expect(made.status).toBe(201);
    expect(made.headers.get('etag')).toBe('"1"');
    expect(made.body).toMatchObject({ revision: 1, method: 'GET', body: null, headers: {}, secret_headers: {}, timeout_ms: 15_000 });
    expect(made.body.input_schema.additionalProperties).toBe(false);
    const { id } = made.body;
    expect((await workspace.get(`/tools/${id}`)).body).toEqual(made.body);
    await workspace.post('/tools', { ...withPath(site), name: 'other', effect: 'write' });
    expect((await workspace.get('/tools?effect=write')).body.data.map(({ name }: { name: string }) => name)).toEqual(['other']);
    expect((await workspace.get('/tools?q=GET_')).body.data).toEqual([made.body]);
    const first = (await workspace.get('/tools?limit=1')).body;
    expect((await workspace.get(`/tools?limit=1&cursor=${first.next_cursor}`)).body.data).toEqual([made.body]);

    const changed = await workspace.patch(`/tools/${id}`, { description: 'Better.' }, { headers: { 'if-match': '"1"' } });
    expect([changed.status, changed.body.revision, changed.body.description]).toEqual([200, 2, 'Better.']);
    expect((await workspace.patch(`/tools/${id}`, { description: 'Worse.' }, { headers: { 'if-match': '"1"' } })).status).toBe(412);
    expect((await workspace.patch(`/tools/${id}`, { description: 'Better.' })).body.revision).toBe(2);
    expect((await workspace.delete(`/tools/${id}`)).status).toBe(204);
    expect((await workspace.get(`/tools/${id}`)).status).toBe(404);
    expect((await workspace.delete(`/tools/${id}`)).status).toBe(404);
    expect((await workspace.post('/tools', withPath(site))).status).toBe(201);
    const actions = (await workspace.get('/audit-log')).body.data.map(({ action }: { action: string }) => action);
    expect(actions.filter((action: string) => action.startsWith('tool.'))).toEqual([
      'tool.create',
      'tool.delete',
      'tool.update',
      'tool.create',
      'tool.create',
    ]);
  });

  it('have a name of their own', async () => {
    const workspace = await newWorkspace();
    const site = new Site();
    await workspace.post('/tools', withPath(site));
    const twice = await workspace.post('/tools', withPath(site));
    expect([twice.status, twice.body.code]).toEqual([409, 'name_taken']);
    for (const name of ['calculator', 'knowledge_search', 'agent', '1st', 'a b', '', 'a'.repeat(65), 'a.b']) {
      expect((await workspace.post('/tools', { ...withPath(site), name })).status, name).toBe(422);
    }
  });

  it('are made once for one idempotency key', async () => {
    const workspace = await newWorkspace();
    const options = { headers: { 'idempotency-key': 'once' } };
    const [a, b] = [
      await workspace.post('/tools', withPath(new Site()), options),
      await workspace.post('/tools', withPath(new Site()), options),
    ];
    expect([a.status, b.status]).toEqual([201, 422]);
  });

  it('keep the revisions of parallel changes apart', async () => {
    const workspace = await newWorkspace();
    const { id } = (await workspace.post('/tools', withPath(new Site()))).body;
    const answers = await Promise.all(
      Array.from({ length: 6 }, (_, index) => workspace.patch(`/tools/${id}`, { description: `Number ${index}` })),
    );
    expect(answers.map(({ status }) => status)).toEqual(Array.from({ length: 6 }, () => 200));
    expect(answers.map(({ body }) => body.revision).sort()).toEqual([2, 3, 4, 5, 6, 7]);
    const once = await Promise.all(
      Array.from({ length: 6 }, (_, index) =>
        workspace.patch(`/tools/${id}`, { description: `Again ${index}` }, { headers: { 'if-match': '"7"' } }),
      ),
    );
    expect(once.map(({ status }) => status).sort()).toEqual([200, 412, 412, 412, 412, 412]);
  });

  it('are out of reach for a key that is limited to agents', async () => {
    const admin = await newWorkspace();
    const agent = (await admin.post('/agents', { name: 'A', config: { instructions: 'x' } })).body;
    const { id } = (await admin.post('/tools', withPath(new Site()))).body;
    const limited = await admin.withRole('editor', [agent.id]);
    expect((await limited.get(`/tools/${id}`)).status).toBe(404);
    expect((await limited.get('/tools')).body.data).toEqual([]);
    expect((await limited.post('/tools', withPath(new Site()))).status).toBe(403);
    expect((await limited.patch(`/agents/${agent.id}`, { config: { tools: ['get_order'] } })).status).toBe(422);
  });
});

describe('what a tool may be', () => {
  it.each(forbiddenUrls)('does not go to %s (R34)', async (url) => {
    const workspace = await newWorkspace();
    const answer = await workspace.post('/tools', draft(url, { input_schema: { type: 'object' } }));
    expect(answer.status, JSON.stringify(answer.body)).toBe(422);
    expect(['url_not_allowed', 'validation_failed']).toContain(answer.body.code);
    expect(answer.body.errors[0].pointer).toBe('/url');
  });

  it.each([
    'https://{order}.example.com/',
    'https://example.com{order}/',
    '{order}',
    'https://{order}/x',
    'https://a.example.com:{order}/',
    'https://a.example.com/#{order}',
    'https://a.example.com/?{order}=1',
    'https://a.example.com/{}/{order}',
    'https://a.example.com/{order',
    'https://a.example.com/../{order}',
    'https://a.example.com/%2e%2e/{order}',
    'https://a.example.com/a b/{order}',
    'https://a.example.com\\{order}',
    'https://a.example.com/{unknown}/{order}',
    'https://a.example.com/{limit}/{order}',
  ])('has placeholders in path segments and query values only: %s (R39)', async (url) => {
    const workspace = await newWorkspace();
    expect((await workspace.post('/tools', draft(url))).status).toBe(422);
  });

  it.each([
    'Host',
    'content-length',
    'Transfer-Encoding',
    'Connection',
    'Cookie',
    'CF-Connecting-IP',
    'cf-anything',
    'X-Forwarded-For',
    'x-forwarded-host',
    'X-Real-IP',
    'Forwarded',
    'Via',
    'Upgrade',
    'Proxy-Authorization',
    'Sec-Fetch-Site',
    'Accept-Encoding',
    'a b',
    'a:b',
    'ü',
    '',
  ])('does not send the header %s (R38)', async (name) => {
    const workspace = await newWorkspace();
    for (const field of ['headers', 'secret_headers']) {
      const answer = await workspace.post('/tools', { ...withPath(new Site()), [field]: { [name]: 'value' } });
      expect(answer.status, field).toBe(422);
      expect(answer.body.errors[0].pointer).toMatch(new RegExp(`^/${field}`));
    }
  });

  it('has header values of one line, and credentials among the secrets (R38)', async () => {
    const workspace = await newWorkspace();
    for (const value of ['a\r\nb: c', 'a\nb', 'a\rb', 'ü', '\u007f', ' ', '']) {
      for (const field of ['headers', 'secret_headers']) {
        expect(
          (await workspace.post('/tools', { ...withPath(new Site()), [field]: { 'x-own': value } })).status,
          JSON.stringify(value),
        ).toBe(422);
      }
    }
    for (const name of ['Authorization', 'X-Api-Key', 'api-key', 'x-auth-token', 'X-Secret']) {
      expect((await workspace.post('/tools', { ...withPath(new Site()), headers: { [name]: canary } })).status, name).toBe(422);
    }
    const both = { headers: { 'X-Own': '1' }, secret_headers: { 'x-own': '2' } };
    expect((await workspace.post('/tools', { ...withPath(new Site()), ...both })).status).toBe(422);
    const plain = { ...withPath(new Site()), secret_headers: { 'x-own': canary } };
    expect((await workspace.post('/tools', { ...plain, url: plain.url.replace('https', 'http') })).status).toBe(422);
  });

  it.each([
    {},
    { type: 'string' },
    { type: 'object', additionalProperties: true },
    { type: 'object', additionalProperties: {} },
    { type: 'object', properties: [] },
    { type: 'object', properties: { order: { type: 'text' } } },
    { type: 'object', properties: { order: { $ref: '#' } } },
    { type: 'object', properties: { order: { pattern: '^(a+)+$' } } },
    { type: 'object', properties: { order: { minLength: -1 } } },
    { type: 'object', properties: { order: { anyOf: 'x' } } },
    { type: 'object', properties: { order: { items: 1 } } },
    { type: 'object', properties: { 'or der': {} } },
    { type: 'object', properties: { order: {} }, required: ['other'] },
    { type: 'object', properties: { order: {} }, required: 'order' },
    { type: 'object', properties: { order: {} }, $defs: { a: {} } },
    { type: 'object', properties: { order: {}, unused: {} }, required: ['order'] },
  ])('has a closed schema of arguments: %j (R39)', async (input_schema) => {
    const workspace = await newWorkspace();
    const answer = await workspace.post('/tools', draft(new Site().url('/{order}'), { input_schema }));
    expect(answer.status, JSON.stringify(answer.body)).toBe(422);
  });
});

describe('calls', () => {
  it('put every argument where it belongs and nowhere else (R39)', async () => {
    const workspace = await newWorkspace();
    const site = new Site();
    const { id } = (await workspace.post('/tools', withPath(site))).body;
    const hostile = [
      '../admin?x=',
      'a/b',
      'a?b=c',
      'a#b',
      '%2e%2e',
      'a&limit=9',
      '\\..\\',
      '@evil.example.com',
      '//evil.example.com',
      'ü €',
      "'",
      '::',
      '{limit}',
    ];
    for (const order of hostile) {
      await site.answers(`/orders/${encodeURIComponent(order)}`, { body: '{"ok":true}', headers: json });
      expect(await test(workspace, id, { order }), order).toMatchObject({ ok: true, output: { ok: true }, status: 200 });
    }
    await site.answers('/orders/1', { body: '{"ok":true}', headers: json });
    expect((await test(workspace, id, { order: '1', limit: 2 })).ok).toBe(true);
    const calls = await site.calls();
    expect(calls.map(({ expected }) => expected)).not.toContain(false);
    expect(calls.at(-1)?.url).toBe(site.url('/orders/1?limit=2'));
    const before = calls.length;
    for (const input of [
      { order: '..' },
      { order: '.' },
      { order: '' },
      { order: 1 },
      {},
      { order: 'a', other: 1 },
      { order: 'a', limit: 'x' },
      { order: 'a', limit: 1.5 },
    ]) {
      const result = await test(workspace, id, input);
      expect(result, JSON.stringify(input)).toMatchObject({ ok: false, status: null, output: null });
      expect(result.error).toMatch(/arguments/i);
    }
    expect((await site.calls()).length).toBe(before);
  });

  it('send bodies as JSON or as a form', async () => {
    const workspace = await newWorkspace();
    const site = new Site();
    await site.answers('/orders/7', { status: 201, body: '' });
    await site.answers('/all', { status: 204 });
    const input_schema = {
      type: 'object',
      properties: { order: { type: 'string' }, items: { type: 'array' }, note: { type: ['string', 'null'] } },
      required: ['order'],
    };
    const make = async (name: string, more: object) =>
      (
        await workspace.post('/tools', {
          ...draft(site.url('/orders/{order}'), { input_schema, effect: 'write', method: 'POST' }),
          name,
          ...more,
        })
      ).body;
    const asJson = await make('a', {});
    const asForm = await make('b', { body: { type: 'form' } });
    const whole = await make('c', {
      url: site.url('/all'),
      method: 'PUT',
      input_schema: { type: 'object', properties: { list: { type: 'array' } }, required: ['list'] },
      body: { type: 'json', argument: 'list' },
    });
    const input = { order: '7', items: [1, { a: 'ü' }], note: 'x & y' };
    expect(await test(workspace, asJson.id, input)).toMatchObject({ ok: true, status: 201, output: '' });
    expect((await test(workspace, asForm.id, input)).ok).toBe(true);
    expect(await test(workspace, whole.id, { list: [1, 2] })).toMatchObject({ ok: true, status: 204 });
    const [first, second, third] = await site.calls();
    expect([first?.method, first?.headers['content-type'], JSON.parse(first?.body ?? '')]).toEqual([
      'POST',
      'application/json',
      { items: [1, { a: 'ü' }], note: 'x & y' },
    ]);
    expect([...new URLSearchParams(second?.body)]).toEqual([
      ['items', '1'],
      ['items', '{"a":"ü"}'],
      ['note', 'x & y'],
    ]);
    expect([third?.method, third?.body]).toEqual(['PUT', '[1,2]']);
  });

  it('give back the part of an answer that was asked for', async () => {
    const workspace = await newWorkspace();
    const site = new Site();
    const url = await site.answers('/', { body: JSON.stringify({ data: { items: [{ id: 1, big: 'x' }, { id: 2 }] } }), headers: json });
    const output = async (name: string, response: object | undefined) => {
      const { body } = await workspace.post(
        '/tools',
        draft(url, { name, input_schema: { type: 'object' }, ...(response === undefined ? {} : { response }) }),
      );
      return test(workspace, body.id, {});
    };
    expect((await output('a', { pointer: '/data/items', fields: ['id'] })).output).toEqual([{ id: 1 }, { id: 2 }]);
    expect((await output('b', { pointer: '/data/items/1/id' })).output).toBe(2);
    expect((await output('c', { format: 'text' })).output).toContain('"big":"x"');
    expect((await output('d', { pointer: '/nothing' })).error).toContain('nothing at');
    expect((await output('e', { pointer: '/constructor' })).ok).toBe(false);
    expect((await output('f', undefined)).output.data.items.length).toBe(2);
    await site.answers('/', { body: 'not json', headers: { 'content-type': 'text/plain' } });
    expect((await output('g', undefined)).output).toBe('not json');
    expect((await output('h', { format: 'json' })).error).toContain('not JSON');
  });

  it('fail in words: statuses, sizes, types, time, redirects (R36)', async () => {
    const workspace = await newWorkspace();
    const site = new Site();
    await site.answers('/404', { status: 404, body: 'no such order' });
    await site.answers('/big', { body: 'x'.repeat(5000), headers: { 'content-type': 'text/plain' } });
    await site.answers('/image', { body: 'x', headers: { 'content-type': 'image/png' } });
    await site.answers('/slow', { delay_ms: 1500 });
    await site.answers('/inside', { status: 302, headers: { location: 'http://169.254.169.254/' } });
    const before = await unexpectedCalls();
    const result = async (path: string) => {
      const { body } = await workspace.post(
        '/tools',
        draft(site.url(path), { name: `t${path.slice(1)}`, input_schema: { type: 'object' }, timeout_ms: 300, max_bytes: 4000 }),
      );
      return test(workspace, body.id, {});
    };
    expect(await result('/404')).toMatchObject({ ok: false, status: 404, error: 'The call was answered with HTTP 404. no such order' });
    expect((await result('/big')).error).toContain('too_large');
    expect((await result('/image')).error).toContain('content_type');
    expect((await result('/slow')).error).toContain('timeout');
    expect((await result('/inside')).error).toContain('redirect_refused');
    const inside = (await unexpectedCalls()).slice(before.length).filter(({ url }) => url.includes('169.254'));
    expect(inside).toEqual([]);
  });
});

describe('secrets', () => {
  const secretTool = (site: Site) => ({ ...withPath(site), secret_headers: { Authorization: `Bearer ${canary}`, 'X-Own-Key': canary } });
  const sentTo = async (site: Site) => (await site.calls()).map(({ headers }) => headers.authorization);

  it('arrive at their origin and are found nowhere else (R74, R76)', async () => {
    const workspace = await newWorkspace();
    const site = new Site();
    await site.answers('/orders/1', { body: '{}', headers: json });
    const made = await workspace.post('/tools', secretTool(site), { headers: { 'idempotency-key': 'one' } });
    const { id } = made.body;
    expect(made.body.secret_headers.Authorization).toMatchObject({ last_four: 'cdef' });
    await test(workspace, id, { order: '1' });
    expect(await sentTo(site)).toEqual([`Bearer ${canary}`]);
    expect((await site.calls())[0]?.headers['x-own-key']).toBe(canary);
    const shown = [made, await workspace.get(`/tools/${id}`), await workspace.get('/tools'), await workspace.get('/audit-log')];
    expect(JSON.stringify(shown.map(({ body }) => body))).not.toContain(canary);
    const { results: tables } = await env.DB.prepare("select name from sqlite_master where type = 'table' and name not like '%fts%'").all<{
      name: string;
    }>();
    for (const { name } of tables.filter((table) => !table.name.startsWith('_cf'))) {
      const { results } = await env.DB.prepare(`select * from "${name}"`).all();
      expect(JSON.stringify(results), name).not.toContain(canary);
    }
  });

  it('are replaced in place for the same origin, without a revision', async () => {
    const workspace = await newWorkspace();
    const site = new Site();
    await site.answers('/orders/1', { body: '{}', headers: json });
    const { id } = (await workspace.post('/tools', secretTool(site))).body;
    const changed = (await workspace.patch(`/tools/${id}`, { secret_headers: { authorization: 'Bearer new-value-0123456789' } })).body;
    expect(Object.keys(changed.secret_headers).sort()).toEqual(['X-Own-Key', 'authorization']);
    await test(workspace, id, { order: '1' });
    expect(await sentTo(site)).toEqual(['Bearer new-value-0123456789']);
    const rotated = (await workspace.patch(`/tools/${id}`, { secret_headers: { authorization: 'Bearer third-value-0123456789' } })).body;
    expect(rotated.revision).toBe(changed.revision);
    const removed = (await workspace.patch(`/tools/${id}`, { secret_headers: { authorization: null } })).body;
    expect([Object.keys(removed.secret_headers), removed.revision]).toEqual([['X-Own-Key'], changed.revision + 1]);
  });

  it('do not move to another origin (R37)', async () => {
    const workspace = await newWorkspace();
    const [site, other] = [new Site(), new Site()];
    await other.answers('/orders/1', { body: '{}', headers: json });
    await site.answers('/orders/1', { status: 302, headers: { location: other.url('/orders/1') } });
    const { id } = (await workspace.post('/tools', secretTool(site))).body;
    await test(workspace, id, { order: '1' });
    const moved = (await workspace.patch(`/tools/${id}`, { url: other.url('/orders/{order}?limit={limit}') })).body;
    expect(moved.secret_headers).toEqual({});
    await test(workspace, id, { order: '1' });
    expect(await sentTo(other)).toEqual([undefined, undefined]);
    expect(JSON.stringify(await other.calls())).not.toContain(canary);
  });

  it('cannot be opened in another place (R74)', async () => {
    const workspace = await newWorkspace();
    const site = new Site();
    await site.answers('/orders/1', { body: '{}', headers: json });
    const a = (await workspace.post('/tools', secretTool(site))).body;
    const b = (await workspace.post('/tools', { ...secretTool(site), name: 'other' })).body;
    await env.DB.prepare(
      "update tool_secrets set value = (select value from tool_secrets where tool_id = ? and header = 'authorization') where tool_id = ? and header = 'authorization'",
    )
      .bind(b.id, a.id)
      .run();
    const result = await test(workspace, a.id, { order: '1' });
    expect([result.ok, await site.calls()]).toEqual([false, []]);
    expect(result.error).toContain('cannot be used');
  });
});
