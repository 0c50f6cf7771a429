import { abortAllDurableObjects } from 'cloudflare:test';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { type Answer, newWorkspace, request, type Workspace } from '../support/api.ts';
import { parseList } from '../support/structured-fields.ts';
import { requestWith } from '../support/worker.ts';

afterEach(() => void vi.useRealTimers());

/** The middle of a minute, so that no window rolls by itself. */
const noon = Date.UTC(2027, 2, 14, 12, 0, 18);
const at = (time: number) => vi.useFakeTimers({ toFake: ['Date'], now: time });

const limited = async (limits: object): Promise<Workspace> => {
  const workspace = await newWorkspace();
  const { status, body } = await workspace.put('/rate-limits', limits);
  expect({ status, body }).toMatchObject({ status: 200 });
  return workspace;
};
const ask = (workspace: Workspace) => workspace.get('/users/me');
const statuses = async (answers: Promise<Answer>[]) =>
  Object.groupBy(await Promise.all(answers), ({ status }) => String(status));

const itemOf = (answer: Answer, field: string, policy: string) =>
  parseList(answer.headers.get(field) ?? '').find(({ value }) => value === policy)?.parameters;

/** A refusal says the same in every place. */
function expectRefusal(answer: Answer | undefined, policy: string, seconds: number) {
  if (answer === undefined) throw new Error('nothing was refused');
  expect(answer.status).toBe(429);
  expect(answer.headers.get('content-type')).toBe('application/problem+json');
  expect(answer.body).toMatchObject({ code: 'rate_limited', limit: { name: policy } });
  expect(itemOf(answer, 'ratelimit', policy)).toEqual({ r: 0, t: seconds });
  expect(answer.headers.get('retry-after')).toBe(String(seconds));
}

describe('requests of a key', () => {
  it('are counted exactly under concurrency, with the state in the headers (R50)', async () => {
    at(noon);
    const workspace = await limited({
      api_key: { default: { requests_per_minute: 20, requests_per_day: 1000 } },
    });
    const { '200': served = [], '429': refused = [] } = await statuses(
      Array.from({ length: 50 }, () => ask(workspace)),
    );
    expect([served.length, refused.length]).toEqual([20, 30]);
    for (const answer of [...served, ...refused]) {
      expect(itemOf(answer, 'ratelimit-policy', 'key-minute')).toEqual({ q: 20, w: 60 });
      expect(itemOf(answer, 'ratelimit-policy', 'key-day')).toEqual({ q: 1000, w: 86_400 });
    }
    const left = served
      .map((answer) => itemOf(answer, 'ratelimit', 'key-minute')?.r as number)
      .sort((a, b) => b - a);
    expect(left).toEqual(Array.from({ length: 20 }, (_, index) => 19 - index));
    for (const answer of refused) expectRefusal(answer, 'key-minute', 42);
    // What was refused counts for none.
    expect(itemOf(refused[0] as Answer, 'ratelimit', 'key-day')).toEqual({
      r: 980,
      t: 12 * 3600 - 18,
    });
  });

  it('are counted anew each minute and each UTC day', async () => {
    at(Date.UTC(2027, 2, 14, 23, 58, 59, 500));
    const workspace = await limited({
      api_key: { default: { requests_per_minute: 2, requests_per_day: 3 } },
    });
    const codes = async (count: number) => {
      const all: number[] = [];
      for (let index = 0; index < count; index += 1) all.push((await ask(workspace)).status);
      return all;
    };
    expect(await codes(3)).toEqual([200, 200, 429]);
    vi.setSystemTime(Date.UTC(2027, 2, 14, 23, 59, 0));
    expect(await codes(2)).toEqual([200, 429]);
    expectRefusal(await ask(workspace), 'key-day', 60);
    vi.setSystemTime(Date.UTC(2027, 2, 15));
    expect(await codes(3)).toEqual([200, 200, 429]);
  });

  it('per day survive a restart of the object', async () => {
    at(noon);
    const workspace = await limited({ api_key: { default: { requests_per_day: 5 } } });
    for (let index = 0; index < 3; index += 1) await ask(workspace);
    await abortAllDurableObjects();
    const { '200': served = [], '429': refused = [] } = await statuses(
      Array.from({ length: 6 }, () => ask(workspace)),
    );
    expect([served.length, refused.length]).toEqual([2, 4]);
  });

  it('are counted for each key and for the workspace', async () => {
    at(noon);
    const workspace = await newWorkspace();
    const other = await workspace.withRole('viewer');
    await workspace.put('/rate-limits', {
      workspace: { requests_per_minute: 5 },
      api_key: { default: { requests_per_minute: 3 } },
    });
    for (let index = 0; index < 3; index += 1) expect((await ask(workspace)).status).toBe(200);
    expectRefusal(await ask(workspace), 'key-minute', 42);
    expect((await ask(other)).status).toBe(200);
    expect((await ask(other)).status).toBe(200);
    expectRefusal(await ask(other), 'workspace-minute', 42);
    expect((await ask(await newWorkspace())).status).toBe(200);
  });

  it('cost no database round trip, and no call without limits', async () => {
    const workspace = await newWorkspace();
    await ask(workspace);
    const free = await ask(workspace);
    expect(free.headers.has('ratelimit')).toBe(false);
    await workspace.put('/rate-limits', { api_key: { default: { requests_per_minute: 1000 } } });
    await ask(workspace);
    const counted = await ask(workspace);
    expect(counted.headers.has('ratelimit')).toBe(true);
    const tripsOf = ({ headers }: Answer) =>
      /desc="(\d+) trips/.exec(headers.get('server-timing') ?? '')?.[1];
    expect([tripsOf(free), tripsOf(counted)]).toEqual(['0', '0']);
  });

  it("are refused in OpenAI's error format under /v1", async () => {
    at(noon);
    const workspace = await limited({
      api_key: { default: { requests_per_minute: 1, requests_per_day: 9 } },
    });
    const served = await request('GET', '/v1/models', workspace.key);
    expect(served.status).toBe(200);
    expect(served.headers.get('x-ratelimit-limit-requests')).toBe('1');
    expect(served.headers.get('x-ratelimit-remaining-requests')).toBe('0');
    expect(served.headers.get('x-ratelimit-reset-requests')).toBe('42s');
    const refused = await request('GET', '/v1/models', workspace.key);
    expect(refused.status).toBe(429);
    expect(refused.body.error).toMatchObject({
      type: 'requests',
      code: 'rate_limit_exceeded',
      limit: { name: 'key-minute' },
    });
    expect(refused.headers.get('retry-after')).toBe('42');
    expect(itemOf(refused, 'ratelimit', 'key-minute')).toEqual({ r: 0, t: 42 });
  });
});

describe('the rate limiter', () => {
  const broken = () => {
    throw new Error('gone');
  };
  it('is called twice before a request with exact limits fails', async () => {
    const workspace = await limited({ api_key: { default: { requests_per_minute: 100 } } });
    const always = { idFromName: () => 'id', get: () => ({ take: async () => broken() }) };
    const refused = await requestWith(
      { RATE_LIMITER: always },
      'GET',
      '/api/v1/users/me',
      workspace.key,
    );
    expect([refused.status, refused.body.code, refused.headers.get('retry-after')]).toEqual([
      503,
      'unavailable',
      '1',
    ]);
    let calls = 0;
    const once = {
      idFromName: () => 'id',
      get: () => ({ take: async () => (++calls === 1 ? broken() : []) }),
    };
    expect(
      (await requestWith({ RATE_LIMITER: once }, 'GET', '/api/v1/users/me', workspace.key)).status,
    ).toBe(200);
  });

  it('refuses a burst of a key, and admits everybody when the flood binding fails', async () => {
    const { key } = await newWorkspace();
    const limit = async () => ({ success: false });
    const refused = await requestWith({ KEY_BURSTS: { limit } }, 'GET', '/api/v1/users/me', key);
    expectRefusal(refused, 'key-burst', 10);
    const headers = { 'cf-connecting-ip': '192.0.2.9' };
    const failing = {
      KEY_BURSTS: { limit: async () => broken() },
      ADDRESS_FLOODS: { limit: async () => broken() },
    };
    expect((await requestWith(failing, 'GET', '/api/v1/users/me', key, { headers })).status).toBe(
      200,
    );
    expect(
      (await requestWith(failing, 'GET', '/api/v1/users/me', 'nonsense', { headers })).status,
    ).toBe(401);
    expect(
      (await requestWith({ ADDRESS_FLOODS: { limit } }, 'GET', '/readyz', '', { headers })).status,
    ).toBe(429);
    expect(
      (await requestWith({ ADDRESS_FLOODS: { limit } }, 'GET', '/openapi.json', '', { headers }))
        .status,
    ).toBe(429);
    expect(
      (await requestWith({ ADDRESS_FLOODS: { limit } }, 'GET', '/healthz', '', { headers })).status,
    ).toBe(200);
  });
});

describe('overrides', () => {
  it('take precedence over the default: with a number, no limit or unchanged', async () => {
    at(noon);
    const workspace = await newWorkspace();
    const [more, none, same] = await Promise.all([
      workspace.withRole('viewer'),
      workspace.withRole('viewer'),
      workspace.withRole('viewer'),
    ]);
    await workspace.put('/rate-limits', {
      api_key: {
        default: { requests_per_minute: 2, requests_per_day: 50 },
        overrides: [
          { id: more?.key_id, requests_per_minute: 4 },
          { id: none?.key_id, requests_per_minute: null, requests_per_day: null },
          { id: same?.key_id, requests_per_day: 100 },
        ],
      },
    });
    const policy = async (key: Workspace) =>
      parseList((await ask(key)).headers.get('ratelimit-policy') ?? '').map(
        ({ parameters: { q } }) => q,
      );
    expect(await policy(more as Workspace)).toEqual([4, 50]);
    expect(await policy(same as Workspace)).toEqual([2, 100]);
    expect((await ask(none as Workspace)).headers.has('ratelimit')).toBe(false);
  });

  it('are moved to the new key by a rotation', async () => {
    const workspace = await newWorkspace();
    const key = await workspace.withRole('viewer');
    await workspace.put('/rate-limits', {
      api_key: { overrides: [{ id: key.key_id, requests_per_minute: 7 }] },
    });
    const { body } = await workspace.post(`/api-keys/${key.key_id}/rotate`, {});
    const [policy] = parseList(
      (await ask(key.as(body.secret))).headers.get('ratelimit-policy') ?? '',
    );
    expect(policy).toEqual({ value: 'key-minute', parameters: { q: 7, w: 60 } });
    const { overrides } = (await workspace.get('/rate-limits')).body.api_key;
    expect(overrides.map(({ id }: { id: string }) => id).sort()).toEqual(
      [key.key_id, body.id].sort(),
    );
  });

  it('take effect at once, keep the counts, and lock nobody out', async () => {
    at(noon);
    const workspace = await limited({ api_key: { default: { requests_per_minute: 2 } } });
    await ask(workspace);
    await ask(workspace);
    expect((await ask(workspace)).status).toBe(429);
    expect(
      (await workspace.put('/rate-limits', { workspace: { requests_per_day: 0 } })).status,
    ).toBe(200);
    expectRefusal(await ask(workspace), 'workspace-day', 12 * 3600 - 18);
    expect(
      (await workspace.put('/rate-limits', { api_key: { default: { requests_per_minute: 3 } } }))
        .status,
    ).toBe(200);
    expect((await ask(workspace)).status).toBe(200);
    expect((await ask(workspace)).status).toBe(429);
    expect((await workspace.put('/rate-limits', {})).status).toBe(200);
    expect((await ask(workspace)).headers.has('ratelimit')).toBe(false);
  });
});

describe('PUT /rate-limits', () => {
  const malformed: [string, object, string][] = [
    ['a field that is not there', { api_keys: {} }, '/api_keys'],
    [
      'a limit below nothing',
      { workspace: { requests_per_minute: -1 } },
      '/workspace/requests_per_minute',
    ],
    ['a broken number', { workspace: { requests_per_day: 1.5 } }, '/workspace/requests_per_day'],
    [
      'a number in quotes',
      { agent: { default: { concurrent_runs: '3' } } },
      '/agent/default/concurrent_runs',
    ],
    [
      'an override of nobody',
      { end_user: { overrides: [{ requests_per_day: 3 }] } },
      '/end_user/overrides/0/id',
    ],
    [
      'an override twice',
      { end_user: { overrides: [{ id: 'a' }, { id: 'a' }] } },
      '/end_user/overrides/1/id',
    ],
    [
      'a key that is none',
      { api_key: { overrides: [{ id: 'agt_01kajv2q5ve0mt8h2vj3c6x7ra' }] } },
      '/api_key/overrides/0/id',
    ],
    [
      'too many overrides',
      { end_user: { overrides: Array.from({ length: 501 }, (_, index) => ({ id: `u${index}` })) } },
      '/end_user/overrides',
    ],
  ];
  it.each(malformed)('refuses %s', async (_what, json, pointer) => {
    const { status, body } = await (await newWorkspace()).put('/rate-limits', json);
    expect(status).toBe(422);
    expect(body.errors.map((error: { pointer: string }) => error.pointer)).toContain(pointer);
  });

  it("refuses overrides for another workspace's ids without any change", async () => {
    const workspace = await limited({ agent: { default: { concurrent_runs: 3 } } });
    const other = await newWorkspace();
    const agent = (await other.post('/agents', { name: 'A' })).body.id;
    for (const json of [
      { api_key: { overrides: [{ id: other.key_id }] } },
      { agent: { overrides: [{ id: agent, concurrent_runs: 1 }] } },
    ]) {
      expect((await workspace.put('/rate-limits', json)).status).toBe(404);
    }
    expect((await workspace.get('/rate-limits')).body.agent).toEqual({
      default: {
        requests_per_minute: null,
        requests_per_day: null,
        tokens_per_minute: null,
        concurrent_runs: 3,
      },
      overrides: [],
    });
  });

  it('requires an admin key and is audited', async () => {
    const workspace = await limited({ workspace: { requests_per_day: 9000 } });
    const editor = await workspace.withRole('editor');
    expect((await editor.get('/rate-limits')).status).toBe(403);
    expect((await editor.put('/rate-limits', {})).status).toBe(403);
    const { body } = await workspace.get('/audit-log?action=rate_limits.set');
    expect(body.data).toMatchObject([
      { target_id: workspace.id, detail: { workspace: { requests_per_day: 9000 } } },
    ]);
  });
});

describe('requests without a valid key', () => {
  const from = (ip: string, key: string | null = null) =>
    request('GET', '/api/v1/users/me', key, { headers: { 'cf-connecting-ip': ip } });

  it('are refused for one network with too many, and served for others (R50)', async () => {
    const { key } = await newWorkspace();
    const flooder = `2001:db8:${crypto.randomUUID().slice(0, 4)}:7`;
    let refused: Answer | undefined;
    for (let sent = 0; sent < 700 && refused === undefined; sent += 50) {
      const answers = await Promise.all(
        Array.from({ length: 50 }, (_, index) => from(`${flooder}:${index + 1}::${sent + 1}`)),
      );
      expect(answers.every(({ status }) => status === 401 || status === 429)).toBe(true);
      refused = answers.find(({ status }) => status === 429);
    }
    expectRefusal(refused, 'address', 60);
    expect(itemOf(refused as Answer, 'ratelimit-policy', 'address')).toEqual({ q: 300, w: 60 });
    expect((await from('192.0.2.7')).status).toBe(401);
    expect((await from('2001:db8:ffff:8::1')).status).toBe(401);
    // Nobody is locked out by a neighbour.
    expect((await from(`${flooder}::1`, key)).status).toBe(200);
  });
});
