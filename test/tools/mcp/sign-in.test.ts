import { env } from 'cloudflare:workers';
import { describe, expect, it } from 'vitest';
import { toolsFeature } from '../../../src/tools/index.ts';
import { newWorkspace, type Workspace } from '../../support/api.ts';
import {
  consent,
  goBack,
  newMcpServer,
  ProtectedServer,
  signIn,
} from '../../support/oauth/client.ts';
import type { OAuthOptions } from '../../support/oauth/options.ts';
import { asSystem } from '../../support/schedules.ts';

const perWorkspace = { type: 'oauth', per: 'workspace', client_id: null, scope: null };
const perEndUser = { ...perWorkspace, per: 'end_user' };

async function world(options: OAuthOptions = {}, auth: object = perWorkspace) {
  const workspace = await newWorkspace();
  const server = await ProtectedServer.start(options);
  const id = await newMcpServer(workspace, server.url, auth);
  return { workspace, server, id, path: `/tools/mcp/${id}/authorizations` };
}

const listed = async (workspace: Workspace, path: string) =>
  (await workspace.get(path)).body.data as Record<string, unknown>[];

describe('the sign-in to an MCP server', () => {
  it('registers a client, and stores sealed tokens that no response shows (R74, R76)', async () => {
    const { workspace, server, path } = await world({ registration: 'confidential' });
    const started = await workspace.post(path, {});
    expect(started.status).toBe(201);
    const url = new URL(started.body.url);
    expect(Object.fromEntries(url.searchParams)).toMatchObject({
      response_type: 'code',
      code_challenge_method: 'S256',
      redirect_uri: 'http://agentgrid.test/oauth/mcp/callback',
      resource: server.url,
    });
    expect(await listed(workspace, path)).toMatchObject([
      { status: 'pending', end_user_id: null, authorized_at: null },
    ]);
    const back = await goBack(await consent(started.body.url));
    expect([back.status, back.headers.get('content-type')]).toEqual([
      200,
      'text/html; charset=utf-8',
    ]);
    expect(back.headers.get('content-security-policy')).toContain("default-src 'none'");
    expect(back.headers.get('referrer-policy')).toBe('no-referrer');
    const [shown] = await listed(workspace, path);
    expect(shown).toMatchObject({ status: 'active', is_renewable: true, error: null });
    const [call] = await server.calls('/token');
    expect(call?.fields).toMatchObject({
      grant_type: 'authorization_code',
      resource: server.url,
    });
    expect(call?.headers.authorization).toMatch(/^Basic /);
    const { results: tables } = await env.DB.prepare(
      "select name from sqlite_master where type = 'table' and name not like '%fts%'",
    ).all<{ name: string }>();
    const state = url.searchParams.get('state') ?? '';
    for (const { name } of tables.filter((table) => !table.name.startsWith('_cf'))) {
      const { results: rows } = await env.DB.prepare(`select * from "${name}"`).all();
      // Tests of other files write to the same database.
      const results = rows.filter((row) => (row.workspace_id ?? workspace.id) === workspace.id);
      for (const secret of ['access-', 'refresh-', 'secret-', state])
        expect(JSON.stringify(results), name).not.toContain(secret);
    }
  });

  it('accepts a state once, for a limited time, and none that was made up', async () => {
    const { workspace, path } = await world();
    const { url } = (await workspace.post(path, {})).body;
    expect((await workspace.post(path, {})).body.url).toBe(url);
    const location = await consent(url);
    expect((await goBack(location)).status).toBe(200);
    const again = await goBack(location, { accept: 'application/json' });
    expect([again.status, again.body.status]).toEqual([400, 'unknown']);
    const next = await consent((await workspace.post(path, {})).body.url);
    await env.DB.prepare('update mcp_authorizations set sign_in_expires_at = 1').run();
    expect((await goBack(next)).status).toBe(400);
    for (const query of ['', '?state=', '?state=x&state=y', `?state=${'A'.repeat(43)}`, '?code=1'])
      expect((await goBack(`http://a.test/oauth/mcp/callback${query}`)).status, query).toBe(400);
    expect(await listed(workspace, path)).toMatchObject([{ status: 'active' }]);
  });

  it('is deleted with its secrets a day after its page has expired, unless it is complete (R76)', async () => {
    const { workspace, id, path } = await world({}, perEndUser);
    const begin = (end_user_id: string) => workspace.post(path, { end_user_id });
    await signIn(workspace, id, { end_user_id: 'done' });
    for (const person of ['old', 'new']) expect((await begin(person)).status).toBe(201);
    const day = 24 * 3_600_000;
    await env.DB.prepare(
      `update mcp_authorizations set sign_in_expires_at = case end_user_id when 'new' then ? else ? end
       where workspace_id = ?`,
    )
      .bind(Date.now() - day + 60_000, Date.now() - day - 60_000, workspace.id)
      .run();
    const task = toolsFeature.tasks.everyHour.find(({ name }) => name === 'mcp_sign_ins');
    await asSystem('', async (ctx) => void (await task?.run(ctx)));
    const left = (await listed(workspace, path)).map(({ end_user_id }) => end_user_id);
    expect(left.toSorted()).toEqual(['done', 'new']);
    const orphans = env.DB.prepare(
      `select count(*) as n from secrets where workspace_id = ? and owner_type = 'mcp_authorization'
       and owner_id not in (select id from mcp_authorizations)`,
    ).bind(workspace.id);
    expect(await orphans.first('n')).toBe(0);
  });

  it.each([
    ['another issuer', { iss: 'https://evil.example.com' }, 'issuer'],
    ['no issuer where one was announced', { iss: null }, 'issuer'],
    ['a person who refuses', { denies: 'access_denied' }, 'access_denied'],
    ['an error of no known code', { denies: '<script>alert(1)</script>' }, 'unknown error'],
    ['a token of another type than bearer', { token_type: 'mac' }, 'bearer'],
    [
      'a token endpoint that is down',
      { replies: { '/token': { status: 503, body: '<html>' } } },
      'server_error',
    ],
    [
      'a response that is not JSON',
      { replies: { '/token': { status: 200, body: 'ok' } } },
      'not valid',
    ],
    [
      'an error with status 200',
      { replies: { '/token': { status: 200, body: '{"error":"invalid_grant"}' } } },
      'invalid_grant',
    ],
  ] as [string, OAuthOptions, string][])(
    'ends with the reason for %s',
    async (_, options, reason) => {
      const { workspace, path } = await world(options);
      const back = await goBack(await consent((await workspace.post(path, {})).body.url));
      expect(back.status).toBe(400);
      expect(back.body).toContain(reason.replaceAll('`', ''));
      expect(back.body).not.toContain('<script>');
      const [shown] = await listed(workspace, path);
      expect(shown).toMatchObject({ status: 'pending', error: expect.stringContaining(reason) });
      expect(JSON.stringify(shown)).not.toContain('secret-of-the-description');
    },
  );
});

describe('discovery', () => {
  it.each([
    ['metadata named by the challenge', {}],
    ['metadata below the path of the server', { resource_metadata: 'path' }],
    ['metadata at the root', { resource_metadata: 'root' }],
    ['an issuer with a path', { path: '/tenant' }],
    ['OpenID metadata before the path', { path: '/tenant', metadata: 'openid' }],
    ['OpenID metadata behind the path', { path: '/tenant', metadata: 'openid_appended' }],
    ['a token endpoint on another host', { token_host: true }],
    ['a lifetime as text', { expires_in: '3600' }],
    ['a lifetime that is left out', { expires_in: null }],
    [
      'no code_challenge_methods_supported',
      { members: { code_challenge_methods_supported: undefined } },
    ],
  ] as [string, OAuthOptions][])('works with %s', async (_, options) => {
    const { workspace, path } = await world(options);
    const started = await workspace.post(path, {});
    expect(started.body).toMatchObject({ url: expect.any(String) });
    await goBack(await consent(started.body.url));
    const [shown] = await listed(workspace, path);
    expect(shown?.status).toBe('active');
    expect(shown?.expires_at === null).toBe(options.expires_in === null);
  });

  it.each([
    ['metadata of another server', { resource: 'https://other.example.com/mcp' }, 'another server'],
    ['an issuer that calls itself otherwise', { issuer: 'https://other.example.com' }, 'issuer'],
    ['no metadata at all', { metadata: 'none' }, 'no metadata'],
    ['no server that it names', { resource_metadata: 'none', metadata: 'none' }, 'does not name'],
    ['a registration that is refused', { registration: 'refused' }, 'client_id'],
    ['no registration', { registration: 'none' }, 'client_id'],
    [
      'PKCE without S256',
      { members: { code_challenge_methods_supported: ['plain'] } },
      'not valid',
    ],
    [
      'an authorization server that is down',
      { replies: { '/.well-known/oauth-authorization-server': { status: 503, body: '' } } },
      'metadata',
    ],
  ] as [string, OAuthOptions, string][])('refuses %s', async (_, options, reason) => {
    const { workspace, path } = await world(options);
    const { status, body } = await workspace.post(path, {});
    expect([status, body.code]).toEqual([502, 'authorization_failed']);
    expect(body.detail).toContain(reason);
  });

  it('refuses endpoints that are not public or do not use https (R34)', async () => {
    for (const token_endpoint of [
      'http://as.example.com/token',
      'https://127.0.0.1/token',
      'https://metadata.internal/',
    ]) {
      const { workspace, path } = await world({ members: { token_endpoint } });
      expect((await workspace.post(path, {})).body.code).toBe('url_not_allowed');
    }
  });

  it('asks for the scopes of the settings, the challenge, or the metadata, and for offline access', async () => {
    const scopeOf = async (options: OAuthOptions, auth: object = perWorkspace) => {
      const { workspace, path } = await world(options, auth);
      return new URL((await workspace.post(path, {})).body.url).searchParams.get('scope');
    };
    const offered = { members: { scopes_supported: ['read', 'offline_access'] } };
    expect(await scopeOf({ challenge_scope: 'read write', scopes_supported: ['all'] })).toBe(
      'read write',
    );
    expect(await scopeOf({ scopes_supported: ['read'], ...offered })).toBe('read offline_access');
    expect(await scopeOf({ challenge_scope: 'read' }, { ...perWorkspace, scope: 'own' })).toBe(
      'own',
    );
    expect(await scopeOf({})).toBeNull();
  });
});

describe('authorizations of end users', () => {
  it('are separate, and each person sees and deletes their own only', async () => {
    const { workspace, server, path } = await world({}, perEndUser);
    const agent = (
      await workspace.post('/agents', { name: 'A', config: { instructions: 'Answer.' } })
    ).body.id;
    const tokenOf = async (end_user_id: string) =>
      workspace.as(
        (
          await workspace.post('/end-user-tokens', {
            end_user_id,
            agent_ids: [agent],
            expires_in_s: 600,
          })
        ).body.token,
      );
    const [ann, bob] = [await tokenOf('ann'), await tokenOf('bob')];
    for (const [person, name] of [
      [ann, 'ann'],
      [bob, 'bob'],
    ] as const)
      await goBack(await consent((await person.post(path, {})).body.url, name));
    expect((await ann.post(path, { end_user_id: 'bob' })).status).toBe(403);
    const [own, ...others] = await listed(ann, path);
    expect([own?.end_user_id, others]).toEqual(['ann', []]);
    expect(await listed(workspace, path)).toHaveLength(2);
    const [ofBob] = await listed(bob, path);
    expect((await ann.delete(`${path}/${ofBob?.id}`)).status).toBe(404);
    expect((await bob.delete(`${path}/${ofBob?.id}`)).status).toBe(204);
    await expect
      .poll(async () => (await server.calls('/revoke')).length, { timeout: 150_000 })
      .toBe(2);
    expect(await listed(workspace, path)).toMatchObject([{ end_user_id: 'ann' }]);
    const left = await env.DB.prepare(
      "select count(*) as n from secrets where owner_type = 'mcp_authorization' and owner_id = ?",
    )
      .bind(ofBob?.id)
      .first('n');
    expect(left).toBe(0);
    const runtime = await workspace.withRole('runtime');
    expect((await runtime.get(path)).status).toBe(422);
    expect((await runtime.get(`${path}?end_user_id=ann`)).body.data).toHaveLength(1);
    expect((await runtime.post(path, {})).status).toBe(422);
    expect((await runtime.post(path, { end_user_id: 'eve' })).status).toBe(201);
    const { body: helper } = await workspace.post('/agents', { name: 'Helper' });
    const limited = await workspace.withRole('editor', [helper.id]);
    expect((await limited.post(path, {})).status).toBe(422);
  });

  it('do not exist where the workspace signs in, or nobody does', async () => {
    const { workspace, path } = await world();
    expect((await workspace.post(path, { end_user_id: 'ann' })).status).toBe(422);
    const other = await world({}, { type: 'none' });
    expect((await other.workspace.post(other.path, {})).status).toBe(409);
    expect(
      (await workspace.post('/tools/mcp/mcp_01jzzzzzzzzzzzzzzzzzzzzzzz/authorizations', {})).status,
    ).toBe(404);
  });
});
