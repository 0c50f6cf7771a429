import { env } from 'cloudflare:workers';
import { sign } from 'hono/jwt';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { newWorkspace, request, rootKey, type Workspace } from '../support/api.ts';
import {
  IssuerSite,
  newSigningKey,
  signJwt,
  type TestKey,
  unsignedJwt,
} from '../support/issuer.ts';
import { playScript } from '../support/provider/client.ts';

interface World {
  readonly workspace: Workspace;
  readonly agent: string;
  readonly site: IssuerSite;
  readonly key: TestKey;
  readonly id: string;
}

/** A workspace that accepts the tokens of an issuer with one key. */
async function newIssuer(fields: object = {}, key?: TestKey): Promise<World> {
  const workspace = await newWorkspace();
  const agent = (await workspace.post('/agents', { name: 'A' })).body.id;
  const site = new IssuerSite();
  const own = key ?? (await newSigningKey());
  await site.publish(own);
  const { issuer, jwks_url } = site;
  const about = { name: 'Login', issuer, audience: 'chat', jwks_url, agent_ids: [agent] };
  const { status, body } = await workspace.post('/token-issuers', { ...about, ...fields });
  expect(status, JSON.stringify(body)).toBe(201);
  return { workspace, agent, site, key: own, id: body.id };
}

const holderOf = async ({ workspace, site, key, id }: World, claims: object = {}, by = key) =>
  workspace.as(`${id}.${await signJwt(site.claims(claims), by)}`);

const statusOf = async (reader: Workspace) => (await reader.get('/sessions')).status;

afterEach(() => {
  vi.useRealTimers();
});

const later = (ms: number) => vi.setSystemTime(Date.now() + ms);

describe('the token of an issuer', () => {
  it.each(['RS256', 'ES256', 'EdDSA'] as const)(
    'signed with %s opens the sessions of its end user, and no others (R85)',
    async (alg) => {
      const world = await newIssuer({}, await newSigningKey(alg));
      const { workspace, agent } = world;
      const [ann, bob] = [await holderOf(world), await holderOf(world, { sub: 'bob' })];
      const made = await ann.post(`/agents/${agent}/sessions`, {});
      expect([made.status, made.body.end_user_id]).toEqual([201, 'ann']);
      expect((await ann.get('/sessions')).body.data).toHaveLength(1);
      expect((await bob.get('/sessions')).body.data).toEqual([]);
      expect((await bob.get(`/sessions/${made.body.id}`)).status).toBe(404);
      expect((await ann.get('/agents')).status).toBe(403);
      expect((await workspace.get(`/sessions/${made.body.id}`)).status).toBe(200);
      expect((await ann.post(`/agents/${agent}/runs`, { message: 'Hi' })).status).toBe(200);
      expect(await world.site.requests()).toBe(1);
      const keys = (await workspace.get('/api-keys')).body.data;
      expect(keys.map(({ id }: { id: string }) => id)).toEqual([workspace.key_id]);
    },
  );

  it('names its end user and groups by claims, plain or by pointer', async () => {
    const claims = { user_claim: '/profile/id', groups_claim: 'https://example.com/groups' };
    const world = await newIssuer(claims);
    const give = (profile: unknown, groups?: unknown) =>
      holderOf(world, { profile, 'https://example.com/groups': groups });
    const { agent } = world;
    const ann = await give({ id: 4711 }, ['staff']);
    const made = await ann.post(`/agents/${agent}/sessions`, {});
    expect(made.body.end_user_id).toBe('4711');
    expect(await statusOf(await give({ id: 'bob' }, 'staff'))).toBe(200);
    expect(await statusOf(await give({ id: 'bob' }))).toBe(200);
    for (const [profile, groups, claim] of [
      [{}, [], '/profile/id'],
      [{ id: 'a b' }, [], '/profile/id'],
      [{ id: 'x'.repeat(129) }, [], '/profile/id'],
      [{ id: 'ann' }, [7], 'https://example.com/groups'],
      [{ id: 'ann' }, ['no spaces'], 'https://example.com/groups'],
      [
        { id: 'ann' },
        Array.from({ length: 51 }, (_, at) => `g${at}`),
        'https://example.com/groups',
      ],
    ] as const) {
      const refused = await (await give(profile, groups)).get('/sessions');
      expect([refused.status, refused.body.code]).toEqual([401, 'unauthenticated']);
      expect(refused.body.detail).toContain(claim);
    }
  });

  it('is refused when its claims do not fit, and then causes no request for keys (R7)', async () => {
    const world = await newIssuer({ max_lifetime_s: 7200 });
    const now = Math.floor(Date.now() / 1000);
    const wrong = [
      { iss: 'https://other.example.com/' },
      { iss: world.site.issuer.slice(0, -1) },
      { aud: 'another' },
      { aud: ['another', 'chats'] },
      { aud: undefined },
      { exp: now - 61, iat: now - 3600 },
      { exp: undefined },
      { exp: '9999999999' },
      { iat: undefined },
      { iat: now + 120 },
      { nbf: now + 120 },
      { exp: now + 7300 },
    ];
    for (const claims of wrong)
      expect(await statusOf(await holderOf(world, claims)), JSON.stringify(claims)).toBe(401);
    expect(await world.site.requests()).toBe(0);
    const fitting = [{ aud: ['x', 'chat'] }, { exp: now - 30, iat: now - 60 }, { iat: now + 30 }];
    for (const claims of fitting)
      expect(await statusOf(await holderOf(world, claims)), JSON.stringify(claims)).toBe(200);
  });

  it('is refused with another algorithm than its key, without a signature, or by another key (R7)', async () => {
    const world = await newIssuer({}, await newSigningKey('RS256', 'k1'));
    const { workspace, site, id } = world;
    expect(await statusOf(await holderOf(world))).toBe(200);
    const claims = site.claims();
    const other = await newSigningKey('RS256', 'k1');
    const curve = await newSigningKey('ES256', 'k1');
    // The public key as the secret of an HMAC.
    const published = JSON.stringify(world.key.jwk);
    const [header, body, signature = ''] = (await signJwt(claims, world.key)).split('.');
    const changed = unsignedJwt({}, { ...claims, sub: 'bob' }).split('.')[1];
    const forged = [
      unsignedJwt({ alg: 'none', typ: 'JWT' }, claims),
      unsignedJwt({ alg: 'RS256', kid: 'k1' }, claims),
      unsignedJwt({ alg: 'RS256', kid: 'k1' }, claims, signature),
      await sign(claims, published, 'HS256'),
      await signJwt(claims, other),
      await signJwt(claims, curve),
      `${header}.${changed}.${signature}`,
      `${header}.${body}.${signature.slice(0, -4)}AAAA`,
      unsignedJwt({ alg: 'RS256', kid: 'k1', typ: 'logout+jwt' }, claims, signature),
      unsignedJwt({ alg: 'RS256', kid: 'k1', crit: ['b64'] }, claims, signature),
      `${header}.${btoa('null')}.${signature}`,
      'a.b.c',
    ];
    for (const token of forged)
      expect(await statusOf(workspace.as(`${id}.${token}`)), token).toBe(401);
    // Without the id of an issuer, or with that of another.
    const genuine = await signJwt(claims, world.key);
    expect(await statusOf(workspace.as(genuine))).toBe(401);
    const stranger = await newIssuer();
    expect(await statusOf(workspace.as(`${stranger.id}.${genuine}`))).toBe(401);
    expect(await statusOf(workspace.as(`tki_unknown.${genuine}`))).toBe(401);
  });

  it('belongs to the workspace of the named issuer, also when two have the same issuer and keys', async () => {
    const first = await newIssuer();
    const workspace = await newWorkspace();
    const agent = (await workspace.post('/agents', { name: 'B' })).body.id;
    const { issuer, jwks_url } = first.site;
    const about = { name: 'Same', issuer, audience: 'chat', jwks_url, agent_ids: [agent] };
    const { id } = (await workspace.post('/token-issuers', about)).body;
    const mine = await holderOf(first);
    const made = await mine.post(`/agents/${first.agent}/sessions`, {});
    expect(made.status).toBe(201);
    const theirs = await holderOf({ ...first, workspace, id });
    expect((await theirs.get('/sessions')).body.data).toEqual([]);
    expect((await theirs.get(`/sessions/${made.body.id}`)).status).toBe(404);
    expect((await theirs.post(`/agents/${first.agent}/sessions`, {})).status).toBe(404);
  });

  it('is bound to origins, limits and budget like a token of ours (R50)', async () => {
    const world = await newIssuer({
      requests_per_minute: 2,
      budget: { limit_usd: 0, period: 'day' },
    });
    const { workspace } = world;
    await workspace.patch('/workspace', { allowed_origins: ['https://www.example.com'] });
    const ann = await holderOf(world);
    const from = (origin: string) => ann.get('/sessions', { headers: { origin } });
    expect((await from('https://evil.example.com')).status).toBe(403);
    const allowed = await from('https://www.example.com');
    expect(allowed.headers.get('access-control-allow-origin')).toBe('https://www.example.com');
    // Counted per person, whichever token is used.
    const seen = await Promise.all(
      Array.from({ length: 6 }, async (_, at) =>
        statusOf(await holderOf(world, { jti: `t${at}` })),
      ),
    );
    expect(seen).toContain(429);
    expect(await statusOf(await holderOf(world, { sub: 'bob' }))).toBe(200);
    const { base_url, api_key } = await playScript({ rounds: [{ text: ['Hello.'] }] });
    const given = { base_url: base_url.compatible, api_key };
    await workspace.put('/providers/openai-compatible', given);
    const model = 'openai-compatible/m';
    await workspace.put('/prices', { overrides: [{ model, input: 1, output: 1 }] });
    const config = { model, knowledge: { base_ids: [] } };
    const priced = (await workspace.post('/agents', { name: 'Priced', config })).body.id;
    const changes = { requests_per_minute: null, agent_ids: [priced] };
    await workspace.patch(`/token-issuers/${world.id}`, changes);
    const refused = await ann.post(`/agents/${priced}/runs`, { message: 'Hi' });
    expect([refused.status, refused.body.code]).toEqual([402, 'budget_exceeded']);
  });

  it('ends when the person is signed out, the issuer is disabled or deleted (R7)', async () => {
    const world = await newIssuer();
    const { workspace, id } = world;
    const iat = Math.floor(Date.now() / 1000) - 10;
    const [ann, bob] = [await holderOf(world, { iat }), await holderOf(world, { sub: 'bob', iat })];
    expect([await statusOf(ann), await statusOf(bob)]).toEqual([200, 200]);
    expect((await workspace.post('/end-users/ann/revoke-tokens', {})).status).toBe(200);
    expect([await statusOf(ann), await statusOf(bob)]).toEqual([401, 200]);
    expect(await statusOf(await holderOf(world, { iat: iat + 30 }))).toBe(200);
    await workspace.patch(`/token-issuers/${id}`, { enabled: false });
    expect(await statusOf(bob)).toBe(401);
    await workspace.patch(`/token-issuers/${id}`, { enabled: true });
    expect(await statusOf(bob)).toBe(200);
    const suspend = (verb: string) =>
      request('POST', `/api/v1/workspaces/${workspace.id}/${verb}`, rootKey);
    expect((await suspend('suspend')).status).toBe(200);
    expect(await statusOf(bob)).toBe(401);
    await suspend('resume');
    expect(await statusOf(bob)).toBe(200);
    expect((await workspace.delete(`/token-issuers/${id}`)).status).toBe(204);
    expect(await statusOf(bob)).toBe(401);
    expect((await workspace.get(`/token-issuers/${id}`)).status).toBe(404);
    const actions = (await workspace.get('/audit-log')).body.data.map(
      ({ action }: { action: string }) => action,
    );
    expect(actions).toEqual(
      expect.arrayContaining(['token_issuer.create', 'token_issuer.update', 'token_issuer.delete']),
    );
  });

  it('ends within 30 seconds in an isolate that has not heard of the change (R7)', async () => {
    const world = await newIssuer();
    const ann = await holderOf(world);
    expect(await statusOf(ann)).toBe(200);
    await env.DB.prepare('update token_issuers set enabled = 0 where id = ?').bind(world.id).run();
    later(31_000);
    expect(await statusOf(ann)).toBe(401);
  });
});

describe('the keys of an issuer', () => {
  it('are requested once for many tokens, and stored for other isolates', async () => {
    const world = await newIssuer();
    expect(await statusOf(await holderOf(world))).toBe(200);
    const seen = await Promise.all(
      Array.from({ length: 10 }, async (_, at) =>
        statusOf(await holderOf(world, { sub: `u${at}` })),
      ),
    );
    expect(new Set(seen)).toEqual(new Set([200]));
    expect(await world.site.requests()).toBe(1);
    await vi.waitFor(
      async () => {
        const { body } = await world.workspace.get(`/token-issuers/${world.id}`);
        expect(body.jwks).toEqual({ keys: [{ kid: world.key.kid, alg: 'ES256' }] });
        expect([typeof body.keys_fetched_at, body.keys_error]).toEqual(['string', null]);
      },
      { timeout: 150_000 },
    );
    expect(JSON.stringify((await world.workspace.get('/token-issuers')).body)).not.toContain('"x"');
  });

  it('may be requested by several that arrive at once, and all are accepted', async () => {
    const world = await newIssuer();
    const holders = await Promise.all(
      Array.from({ length: 5 }, (_, at) => holderOf(world, { sub: `u${at}` })),
    );
    expect(new Set(await Promise.all(holders.map(statusOf)))).toEqual(new Set([200]));
    expect(await world.site.requests()).toBeLessThanOrEqual(5);
  });

  it('rotate: a new one is found at once, a removed one is refused after 10 minutes (R7)', async () => {
    const world = await newIssuer();
    expect(await statusOf(await holderOf(world))).toBe(200);
    later(31_000);
    const next = await newSigningKey('EdDSA');
    await world.site.publish(world.key, next);
    expect(await statusOf(await holderOf(world, {}, next))).toBe(200);
    await world.site.publish(next);
    expect(await statusOf(await holderOf(world))).toBe(200);
    later(10 * 60_000);
    expect(await statusOf(await holderOf(world))).toBe(401);
    expect(await statusOf(await holderOf(world, {}, next))).toBe(200);
  });

  it('are not requested more often than every 30 seconds by tokens of unknown keys', async () => {
    const world = await newIssuer();
    expect(await statusOf(await holderOf(world))).toBe(200);
    const flood = async () => {
      for (let at = 0; at < 10; at += 1)
        expect(
          await statusOf(await holderOf(world, {}, await newSigningKey('ES256', `x${at}`))),
        ).toBe(401);
    };
    await flood();
    expect(await world.site.requests()).toBe(1);
    later(31_000);
    await flood();
    expect(await world.site.requests()).toBe(2);
    expect(await statusOf(await holderOf(world))).toBe(200);
  });

  it('go on for a day while their server is down', async () => {
    const world = await newIssuer();
    expect(await statusOf(await holderOf(world))).toBe(200);
    await world.site.site.answers('/keys', { status: 503, body: 'down' });
    later(3_600_000);
    expect(await statusOf(await holderOf(world))).toBe(200);
    await vi.waitFor(
      async () => {
        const { body } = await world.workspace.get(`/token-issuers/${world.id}`);
        expect(body.keys_error).toContain('503');
      },
      { timeout: 150_000 },
    );
    later(24 * 3_600_000);
    const refused = await (await holderOf(world)).get('/sessions');
    expect([refused.status, refused.body.code]).toEqual([503, 'unavailable']);
    expect(refused.headers.get('retry-after')).toBe('30');
    await world.site.publish(world.key);
    later(31_000);
    expect(await statusOf(await holderOf(world))).toBe(200);
  });

  it('that another isolate has stored are used while their server is down', async () => {
    const [world, other] = [await newIssuer(), await newIssuer()];
    expect(await statusOf(await holderOf(world))).toBe(200);
    await vi.waitFor(
      async () => {
        const { results } = await env.DB.prepare(
          'select fetched_keys from token_issuers where id = ? and fetched_keys is not null',
        )
          .bind(world.id)
          .all();
        expect(results).toHaveLength(1);
      },
      { timeout: 150_000 },
    );
    await env.DB.prepare(
      'update token_issuers set fetched_at = ?, fetched_keys = (select t.fetched_keys from token_issuers t where t.id = ?) where id = ?',
    )
      .bind(Date.now() - 3_600_000, world.id, other.id)
      .run();
    await other.site.site.answers('/keys', { status: 500, body: '' });
    expect(await statusOf(await holderOf(other, {}, world.key))).toBe(200);
  });

  it.each([
    ['a redirect', { status: 302, headers: { location: 'https://elsewhere.example.com/keys' } }],
    ['a missing page', { status: 404, body: '{"keys":[]}' }],
    ['a page', { body: '<html></html>' }],
    ['no key set', { body: '{"keys":{}}' }],
    ['too many keys', { body: `{"keys":[${Array.from({ length: 101 }, () => '{}').join()}]}` }],
    ['too many bytes', { body: ' '.repeat(1024), repeat: 300 }],
  ])('are not read from %s', async (_name, reply) => {
    const world = await newIssuer();
    await world.site.site.answers('/keys', reply);
    const refused = await (await holderOf(world)).get('/sessions');
    expect([refused.status, refused.body.code]).toEqual([503, 'unavailable']);
    expect(refused.body.detail).not.toContain('example.com');
    expect(await statusOf(await holderOf(world))).toBe(503);
    expect(await world.site.requests()).toBe(1);
  });

  it('that are short, secret, private or for another use are left out', async () => {
    const world = await newIssuer();
    const [fine, short, use, ops, alg] = await Promise.all([
      newSigningKey('ES256', 'fine'),
      newSigningKey('RS256', 'short', { modulusLength: 1024 }),
      newSigningKey('ES256', 'use'),
      newSigningKey('ES256', 'ops'),
      newSigningKey('ES256', 'alg'),
    ]);
    const keys = [
      null,
      'text',
      { kty: 'oct', k: 'c2VjcmV0', kid: 'oct', alg: 'HS256' },
      { kty: 'EC', crv: 'P-521', x: 'AA', y: 'AA', kid: 'curve' },
      short.jwk,
      { ...use.jwk, use: 'enc' },
      { ...ops.jwk, key_ops: ['sign'] },
      { ...alg.jwk, alg: 'ES384' },
      { ...world.key.jwk, d: 'AAAA' },
      fine.jwk,
    ];
    await world.site.site.answers('/keys', { body: JSON.stringify({ keys }) });
    expect(await statusOf(await holderOf(world, {}, fine))).toBe(200);
    for (const key of [short, use, ops, alg, world.key])
      expect(await statusOf(await holderOf(world, {}, key)), key.kid).toBe(401);
    const secret = await sign(world.site.claims(), 'secret', 'HS256');
    expect(await statusOf(world.workspace.as(`${world.id}.${secret}`))).toBe(401);
  });

  it('may be set in place of an address, and changed', async () => {
    const [key, next] = [await newSigningKey(), await newSigningKey('EdDSA')];
    const world = await newIssuer({ jwks_url: null, jwks: { keys: [key.jwk] } }, key);
    const { workspace, id } = world;
    expect(await statusOf(await holderOf(world))).toBe(200);
    await workspace.patch(`/token-issuers/${id}`, { jwks: { keys: [next.jwk] } });
    expect([
      await statusOf(await holderOf(world)),
      await statusOf(await holderOf(world, {}, next)),
    ]).toEqual([401, 200]);
    expect(await world.site.requests()).toBe(0);
    await workspace.patch(`/token-issuers/${id}`, { jwks_url: world.site.jwks_url });
    expect(await statusOf(await holderOf(world))).toBe(200);
    expect(await world.site.requests()).toBe(1);
  });
});

describe('an issuer', () => {
  it('needs keys, an address that is allowed, agents of the workspace, and an admin', async () => {
    const { workspace, agent } = await newIssuer();
    const about = { name: 'X', issuer: 'https://x.example.com', audience: 'a', agent_ids: [agent] };
    const jwks_url = 'https://x.example.com/keys';
    const private_key = (await newSigningKey()).private_jwk;
    const give = (rest: object) => workspace.post('/token-issuers', { ...about, ...rest });
    const stranger = await newIssuer();
    for (const [rest, status] of [
      [{}, 422],
      [{ jwks_url, jwks: { keys: [(await newSigningKey()).jwk] } }, 422],
      [{ jwks: { keys: [private_key] } }, 422],
      [{ jwks: { keys: [] } }, 422],
      [{ jwks: { keys: [{ kty: 'oct', k: 'AAAA' }] } }, 422],
      [{ jwks_url: 'http://x.example.com/keys' }, 422],
      [{ jwks_url: 'https://127.0.0.1/keys' }, 422],
      [{ jwks_url: 'no address' }, 422],
      [{ jwks_url, agent_ids: [] }, 422],
      [{ jwks_url, agent_ids: [stranger.agent] }, 404],
      [{ jwks_url, budget: { limit_usd: 1, period: 'token' } }, 422],
      [{ jwks_url, max_lifetime_s: 700_000 }, 422],
    ] as const)
      expect((await give(rest)).status, JSON.stringify(rest)).toBe(status);
    const editor = await workspace.withRole('editor');
    expect((await editor.post('/token-issuers', { ...about, jwks_url })).status).toBe(403);
    const { id } = (await give({ jwks_url })).body;
    expect((await workspace.patch(`/token-issuers/${id}`, { jwks_url: null })).status).toBe(422);
    expect((await stranger.workspace.get(`/token-issuers/${id}`)).status).toBe(404);
    const moved = await workspace.patch(`/token-issuers/${id}`, { agent_ids: [stranger.agent] });
    expect(moved.status).toBe(404);
  });
});
