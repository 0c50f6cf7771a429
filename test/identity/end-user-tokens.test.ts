import { createExecutionContext } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { describe, expect, it, vi } from 'vitest';
import { app } from '../../src/app.ts';
import { newWorkspace, toAnswer, toRequest, type Workspace } from '../support/api.ts';
import { newMember } from '../support/people.ts';
import { playScript } from '../support/provider/client.ts';

const usage = { input_tokens: 100, output_tokens: 50 };

/** An agent each of whose answers costs 0.00015 USD. */
async function newPricedAgent(workspace: Workspace): Promise<string> {
  const rounds = [{ text: ['Hello.'], usage }];
  const { base_url, api_key } = await playScript({ rounds, repeat: true });
  await workspace.put('/providers/openai-compatible', { base_url: base_url.compatible, api_key });
  const model = 'openai-compatible/m';
  await workspace.put('/prices', { overrides: [{ model, input: 1, output: 1 }] });
  const config = { model, settings: { max_output_tokens: 100 }, knowledge: { base_ids: [] } };
  return (await workspace.post('/agents', { name: 'Priced', config })).body.id;
}

const issue = async (issuer: Workspace, end_user_id: string, agent: string, rest: object = {}) => {
  const given = { end_user_id, agent_ids: [agent], ...rest };
  const { status, body } = await issuer.post('/end-user-tokens', given);
  expect(status, JSON.stringify(body)).toBe(201);
  return issuer.as(body.token);
};

/** The same deployment with other settings. */
const deployed =
  (settings: Readonly<Record<string, string>>) =>
  async (method: string, path: string, key: string, json?: unknown) =>
    toAnswer(
      await app.fetch(
        toRequest(method, `/api/v1${path}`, key, json === undefined ? {} : { json }),
        { ...env, ...settings } as Env,
        createExecutionContext(),
      ),
    );

const secretOf = (letter: string) => btoa(letter.repeat(32));
const headerOf = (token: string) => JSON.parse(atob(token.split('.')[0] ?? ''));

describe('the limits of a token', () => {
  it('refuse requests beyond those of a minute, for each token separately (R50)', async () => {
    const workspace = await newWorkspace();
    const agent = (await workspace.post('/agents', { name: 'A' })).body.id;
    const ann = await issue(workspace, 'ann', agent, { requests_per_minute: 3 });
    const again = await issue(workspace, 'ann', agent, { requests_per_minute: 3 });
    const seen = await Promise.all(Array.from({ length: 6 }, () => ann.get('/sessions')));
    // A minute may begin between two of the requests.
    const refused = seen.filter(({ status }) => status === 429);
    expect(seen.filter(({ status }) => status === 200).length + refused.length).toBe(6);
    expect(refused.length).toBeGreaterThan(0);
    expect(refused[0]?.body).toMatchObject({
      code: 'rate_limited',
      limit: { name: 'token-minute', scope: 'token', unit: 'requests', quota: 3, window_s: 60 },
    });
    expect(Number(refused[0]?.headers.get('retry-after'))).toBeGreaterThan(0);
    const free = await again.get('/sessions');
    expect(free.status).toBe(200);
    expect(free.headers.get('ratelimit-policy')).toContain('"token-minute";q=3;w=60');
    expect((await workspace.get('/sessions')).headers.get('ratelimit-policy')).toBe(null);
  });

  it('refuse model calls beyond the budget of the token', async () => {
    const workspace = await newWorkspace();
    const agent = await newPricedAgent(workspace);
    const budget = { limit_usd: 0.0004, period: 'token' };
    const ann = await issue(workspace, 'ann', agent, { budget });
    const run = (reader: Workspace) => reader.post(`/agents/${agent}/runs`, { message: 'Hi' });
    expect((await run(ann)).status).toBe(200);
    expect((await run(ann)).status).toBe(200);
    const refused = await run(ann);
    expect([refused.status, refused.body.code]).toEqual([402, 'budget_exceeded']);
    expect(refused.body).toMatchObject({ limit_usd: 0.0004, spent_usd: 0.0003, resets_at: null });
    // Neither another token of the same person nor the key is bound by it.
    expect((await run(await issue(workspace, 'ann', agent, { budget }))).status).toBe(200);
    expect((await run(workspace)).status).toBe(200);
  });

  it('share the budget of an end user among tokens, and bind beside those of the workspace', async () => {
    const workspace = await newWorkspace();
    const agent = await newPricedAgent(workspace);
    const budget = { limit_usd: 0.0004, period: 'month' };
    const run = (reader: Workspace) => reader.post(`/agents/${agent}/runs`, { message: 'Hi' });
    const ann = () => issue(workspace, 'ann', agent, { budget });
    expect((await run(await ann())).status).toBe(200);
    expect((await run(await ann())).status).toBe(200);
    expect((await run(await ann())).status).toBe(402);
    const bob = await issue(workspace, 'bob', agent, { budget });
    const parallel = await Promise.all(Array.from({ length: 5 }, () => run(bob)));
    // Three fit at once: a call is estimated at less than this provider then reports.
    expect(parallel.filter(({ status }) => status === 200).length).toBeLessThanOrEqual(3);
    const own = { name: 'All', scope: 'workspace', period: 'month', limit_usd: 0 };
    expect((await workspace.post('/budgets', own)).status).toBe(201);
    const eve = await issue(workspace, 'eve', agent, { budget });
    expect((await run(eve)).status).toBe(402);
    expect((await workspace.get('/budgets')).body.data).toHaveLength(1);
  });

  it.each([
    ['no requests', { requests_per_minute: 0 }],
    ['a negative budget', { budget: { limit_usd: -1, period: 'day' } }],
    ['a budget without a period', { budget: { limit_usd: 1 } }],
    ['an unknown period', { budget: { limit_usd: 1, period: 'year' } }],
  ])('are not %s', async (_name, rest) => {
    const workspace = await newWorkspace();
    const agent = (await workspace.post('/agents', { name: 'A' })).body.id;
    const given = { end_user_id: 'ann', agent_ids: [agent], ...rest };
    expect((await workspace.post('/end-user-tokens', given)).status).toBe(422);
  });
});

describe("revoking an end user's tokens", () => {
  it('refuses those issued before, of every key, and accepts later ones (R7)', async () => {
    const workspace = await newWorkspace();
    const agent = (await workspace.post('/agents', { name: 'A' })).body.id;
    const issuers = [workspace, await workspace.withRole('runtime')];
    const old = await Promise.all(issuers.map((one) => issue(one, 'ann', agent)));
    const bob = await issue(workspace, 'bob', agent);
    for (const one of [...old, bob]) expect((await one.get('/sessions')).status).toBe(200);
    const path = '/end-users/ann/revoke-tokens';
    expect((await old[0]?.post(path, {}))?.status).toBe(403);
    const { status, body } = await workspace.post(path, {});
    expect([status, body.end_user_id]).toEqual([200, 'ann']);
    for (const one of old) {
      const refused = await one.get('/sessions');
      expect([refused.status, refused.body.code]).toEqual([401, 'unauthenticated']);
    }
    expect((await bob.get('/sessions')).status).toBe(200);
    expect((await (await issue(workspace, 'ann', agent)).get('/sessions')).status).toBe(200);
    expect((await workspace.get('/end-users/ann')).body.tokens_not_before).toBe(
      body.tokens_not_before,
    );
    const [entry] = (await workspace.get('/audit-log')).body.data;
    expect(entry).toMatchObject({ action: 'end_user.revoke_tokens', target_id: 'ann' });
  });

  it('refuses those that a member has issued, who also loses them when removed (R7)', async () => {
    const workspace = await newWorkspace();
    const agent = (await workspace.post('/agents', { name: 'A' })).body.id;
    const { browser, member_id } = await newMember(workspace, 'editor');
    const token = async (end_user_id: string) => {
      const { body } = await browser.post('/end-user-tokens', { end_user_id, agent_ids: [agent] });
      return workspace.as(body.token);
    };
    const [ann, bob] = [await token('ann'), await token('bob')];
    for (const one of [ann, bob]) expect((await one.get('/sessions')).status).toBe(200);
    await workspace.post('/end-users/ann/revoke-tokens', {});
    expect((await ann.get('/sessions')).status).toBe(401);
    expect((await bob.get('/sessions')).status).toBe(200);
    await workspace.delete(`/members/${member_id}`);
    expect((await bob.get('/sessions')).status).toBe(401);
  });

  it('concerns one workspace, and reaches other isolates after 30 seconds (R7)', async () => {
    const [workspace, stranger] = [await newWorkspace(), await newWorkspace()];
    const holders = await Promise.all(
      [workspace, stranger].map(async (one) =>
        issue(one, 'ann', (await one.post('/agents', { name: 'A' })).body.id),
      ),
    );
    const [ann, other] = holders as [Workspace, Workspace];
    for (const one of holders) expect((await one.get('/sessions')).status).toBe(200);
    await env.DB.prepare(
      `insert into end_users (workspace_id, id, first_seen_at, last_seen_at, tokens_not_before) values (?, 'ann', 1, 1, ?)`,
    )
      .bind(workspace.id, Date.now() + 1000)
      .run();
    vi.setSystemTime(Date.now() + 31_000);
    try {
      expect((await ann.get('/sessions')).status).toBe(401);
      expect((await other.get('/sessions')).status).toBe(200);
    } finally {
      vi.useRealTimers();
    }
  });
});

describe('the keys that sign tokens', () => {
  const [one, two] = [`1:${secretOf('a')}`, `2:${secretOf('b')}`];

  it('rotate while the tokens of older keys stay valid, until these are removed (R75)', async () => {
    const workspace = await newWorkspace();
    const agent = (await workspace.post('/agents', { name: 'A' })).body.id;
    const given = { end_user_id: 'ann', agent_ids: [agent] };
    const make = async (keys: string) =>
      (
        await deployed({ END_USER_TOKEN_KEYS: keys })(
          'POST',
          '/end-user-tokens',
          workspace.key,
          given,
        )
      ).body.token as string;
    const status = async (keys: string, token: string) =>
      (await deployed({ END_USER_TOKEN_KEYS: keys })('GET', '/sessions', token)).status;
    const [derived, first] = [await make(''), await make(one)];
    const second = await make(`${one},${two}`);
    expect([headerOf(derived).kid, headerOf(first).kid, headerOf(second).kid]).toEqual([
      undefined,
      '1',
      '2',
    ]);
    for (const token of [derived, first, second])
      expect(await status(`${two},${one}`, token)).toBe(200);
    expect([await status(two, first), await status(two, second)]).toEqual([401, 200]);
    expect(await status(`1:${secretOf('x')}`, first)).toBe(401);
    expect(await status('', second)).toBe(401);
    // A new root key ends only the tokens that were signed by a key derived from it.
    const rotated = { ROOT_KEY: 'another-root-key-of-the-tests-01234', END_USER_TOKEN_KEYS: two };
    expect((await deployed(rotated)('GET', '/sessions', second)).status).toBe(200);
    expect((await deployed(rotated)('GET', '/sessions', derived)).status).toBe(401);
  });

  it('are refused in another form', async () => {
    for (const keys of ['1:short', 'x', `${one},1:${secretOf('b')}`]) {
      const answer = await deployed({ END_USER_TOKEN_KEYS: keys })('GET', '/sessions', 'none');
      expect([answer.status, answer.body.code]).toEqual([503, 'unavailable']);
      expect(answer.body.detail).toContain('END_USER_TOKEN_KEYS');
      expect(answer.body.detail).not.toContain('short');
    }
  });
});
