import { env } from 'cloudflare:workers';
import { describe, expect, it } from 'vitest';
import { newWorkspace, type Workspace } from '../../support/api.ts';
import { newMcpServer, ProtectedServer, signIn } from '../../support/oauth/client.ts';
import type { OAuthOptions } from '../../support/oauth/options.ts';

const oauth = { type: 'oauth' };

interface World {
  readonly workspace: Workspace;
  readonly server: ProtectedServer;
  readonly id: string;
  /** Calls the tool of the server, which returns whose token was sent. */
  readonly call: () => Promise<{ ok: boolean; output: unknown; error: string | null }>;
  readonly authorization: () => Promise<Record<string, unknown>>;
  /** Makes the access token expire. */
  readonly expire: () => Promise<unknown>;
  readonly tokenCalls: (grant: string) => Promise<number>;
}

/** An MCP server that the workspace has signed in to, with its tools listed. */
async function signedIn(options: OAuthOptions = {}): Promise<World> {
  const workspace = await newWorkspace();
  const server = await ProtectedServer.start(options);
  const id = await newMcpServer(workspace, server.url, oauth);
  await signIn(workspace, id);
  const { body } = await workspace.post(`/tools/mcp/${id}/refresh`, {});
  expect(body.server.status, JSON.stringify(body)).toBe('ready');
  return world(workspace, server, id);
}

function world(workspace: Workspace, server: ProtectedServer, id: string): World {
  return {
    ...{ workspace, server, id },
    call: async () =>
      (await workspace.post(`/tools/mcp/${id}/test`, { tool: 'whoami', input: {} })).body,
    authorization: async () =>
      (await workspace.get(`/tools/mcp/${id}/authorizations`)).body.data[0],
    expire: () =>
      env.DB.prepare('update mcp_authorizations set expires_at = 1 where server_id = ?')
        .bind(id)
        .run(),
    tokenCalls: async (grant) =>
      (await server.calls('/token')).filter(({ fields }) => fields.grant_type === grant).length,
  };
}

const alice = { ok: true, output: 'You are alice.' };

describe('the access token of an MCP server', () => {
  it('is needed to list tools, and sent to the server alone (R40, R46)', async () => {
    const workspace = await newWorkspace();
    const server = await ProtectedServer.start();
    const id = await newMcpServer(workspace, server.url, oauth);
    const before = (await workspace.get(`/tools/mcp/${id}`)).body;
    expect([before.status, before.catalog]).toEqual(['auth_required', []]);
    expect(before.auth).toEqual({
      ...{ type: 'oauth', per: 'workspace', client_id: null, scope: null, last_four: null },
    });
    await signIn(workspace, id);
    await workspace.post(`/tools/mcp/${id}/refresh`, {});
    expect(await world(workspace, server, id).call()).toMatchObject(alice);
    const calls = await server.calls();
    const withToken = calls.filter(({ headers }) => headers.authorization?.includes('access-'));
    expect(new Set(withToken.map(({ host }) => host))).toEqual(new Set(['mcp']));
    for (const { headers } of calls) expect(JSON.stringify(headers)).not.toContain(workspace.key);
  });

  it('is renewed once for requests at the same time, since its refresh token is valid once', async () => {
    const { expire, call, tokenCalls, authorization } = await signedIn({ token_delay_ms: 300 });
    await expire();
    const results = await Promise.all(Array.from({ length: 6 }, call));
    for (const result of results) expect(result).toMatchObject(alice);
    expect(await tokenCalls('refresh_token')).toBe(1);
    await expire();
    expect(await call()).toMatchObject(alice);
    expect(await tokenCalls('refresh_token')).toBe(2);
    expect((await authorization()).status).toBe('active');
  });

  it('is renewed when the server refuses it, also without a known lifetime', async () => {
    const { server, call, tokenCalls } = await signedIn({ expires_in: null, refresh: 'kept' });
    for (const renewals of [1, 2]) {
      await server.forget('access');
      expect(await call()).toMatchObject(alice);
      expect(await tokenCalls('refresh_token')).toBe(renewals);
    }
  });

  it('is gone once the authorization server has ended the sign-in, until someone signs in again', async () => {
    const { workspace, server, id, call, authorization } = await signedIn();
    await server.forget('refresh');
    await server.forget('access');
    expect((await call()).error).toContain('sign in');
    expect(await authorization()).toMatchObject({
      status: 'expired',
      error: expect.stringContaining('invalid_grant'),
    });
    const tokens = env.DB.prepare(
      "select count(*) as n from secrets where owner_type = 'mcp_authorization' and workspace_id = ?",
    ).bind(workspace.id);
    expect(await tokens.first('n')).toBe(0);
    await signIn(workspace, id, {}, 'bob');
    expect(await call()).toMatchObject({ ok: true, output: 'You are bob.' });
  });

  it('is kept while the authorization server is down, and used as long as it is valid', async () => {
    const { server, call, expire, authorization } = await signedIn();
    await server.set({ replies: { '/token': { status: 503, body: '<h1>down</h1>' } } });
    await env.DB.prepare('update mcp_authorizations set expires_at = ?')
      .bind(Date.now() + 10_000)
      .run();
    expect(await call()).toMatchObject(alice);
    await expire();
    expect((await call()).error).toContain('authorization_failed');
    expect((await authorization()).status).toBe('active');
    await server.set({ replies: {} });
    expect(await call()).toMatchObject(alice);
    expect((await authorization()).error).toBeNull();
  });

  it('ends with a client that the authorization server has forgotten; the next sign-in registers another', async () => {
    const { workspace, server, id, call, expire, authorization } = await signedIn();
    await server.forget('clients');
    await expire();
    expect((await call()).ok).toBe(false);
    expect((await authorization()).status).toBe('expired');
    await signIn(workspace, id);
    expect(await call()).toMatchObject(alice);
    expect(await server.calls('/register')).toHaveLength(2);
  });

  it('cannot be renewed without a refresh token', async () => {
    const { call, expire, authorization } = await signedIn({ refresh: 'none' });
    expect((await authorization()).is_renewable).toBe(false);
    await expire();
    expect((await call()).error).toContain('sign in');
    expect((await authorization()).status).toBe('expired');
  });

  it('without a required scope fails the call with what to do', async () => {
    const { server, call } = await signedIn();
    await server.set({ insufficient_scope: 'tickets:write' });
    expect((await call()).error).toContain('auth.scope');
  });

  it('is not sent to another address of the server (R37)', async () => {
    const { workspace, server, id, call, authorization } = await signedIn();
    const before = (await server.calls()).length;
    const moved = await workspace.patch(`/tools/mcp/${id}`, { url: `${server.url}/other` });
    expect(moved.status, JSON.stringify(moved.body)).toBe(200);
    expect((await call()).ok).toBe(false);
    const later = (await server.calls()).slice(before);
    expect(later.filter(({ headers }) => headers.authorization !== undefined)).toEqual([]);
    expect((await authorization()).status).toBe('active');
  });

  it('is revoked with its server', async () => {
    const { workspace, server, id } = await signedIn();
    expect((await workspace.delete(`/tools/mcp/${id}`)).status).toBe(204);
    await expect
      .poll(
        async () => (await server.calls('/revoke')).map(({ fields }) => fields.token_type_hint),
        {
          timeout: 150_000,
        },
      )
      .toEqual(['refresh_token', 'access_token']);
    for (const table of ['mcp_authorizations', 'mcp_oauth_clients', 'secrets'])
      expect(
        await env.DB.prepare(`select count(*) as n from ${table} where workspace_id = ?`)
          .bind(workspace.id)
          .first('n'),
        table,
      ).toBe(0);
  });
});

describe('client credentials', () => {
  const given = { type: 'client_credentials', client_id: 'agentgrid', client_secret: 'sec/ret+1=' };
  const clients = { agentgrid: 'sec/ret+1=' };

  it('list the tools of a new server, and share one token', async () => {
    const workspace = await newWorkspace();
    const server = await ProtectedServer.start({ clients, expires_in: '3600' });
    const id = await newMcpServer(workspace, server.url, given);
    const shown = (await workspace.get(`/tools/mcp/${id}`)).body;
    expect([shown.status, shown.catalog.length]).toEqual(['ready', 1]);
    expect(JSON.stringify(shown)).not.toContain('sec/ret');
    const { call, tokenCalls, expire } = world(workspace, server, id);
    for (let n = 0; n < 2; n += 1)
      expect(await call()).toMatchObject({ ok: true, output: 'You are agentgrid.' });
    // One before the server was stored, and one that is kept.
    expect(await tokenCalls('client_credentials')).toBe(2);
    await expire();
    expect((await call()).ok).toBe(true);
    expect(await tokenCalls('client_credentials')).toBe(3);
    const sign = await workspace.post(`/tools/mcp/${id}/authorizations`, {});
    expect(sign.status).toBe(409);
  });

  it('report a wrong secret without repeating it', async () => {
    const workspace = await newWorkspace();
    const server = await ProtectedServer.start({ clients: { agentgrid: 'another' } });
    const id = await newMcpServer(workspace, server.url, given);
    const { body } = await workspace.get(`/tools/mcp/${id}`);
    expect([body.status, body.error]).toEqual([
      'failed',
      expect.stringContaining('invalid_client'),
    ]);
    expect(JSON.stringify(body)).not.toContain('sec/ret');
  });

  it('are not sent to another authorization server than the first, or than the one of the settings (R37)', async () => {
    const workspace = await newWorkspace();
    const server = await ProtectedServer.start({ clients });
    const id = await newMcpServer(workspace, server.url, given);
    const { call, expire } = world(workspace, server, id);
    expect((await call()).ok).toBe(true);
    await server.set({ path: '/evil' });
    await env.DB.prepare('update mcp_oauth_clients set discovered_at = 1 where server_id = ?')
      .bind(id)
      .run();
    await env.DB.prepare('update secrets set updated_at = 0 where owner_id = ?').bind(id).run();
    await expire();
    expect((await call()).error).toContain('another authorization server');
    expect((await server.calls('/evil/token')).length).toBe(0);
    const strict = { ...given, issuer: 'https://login.example.com' };
    const other = await newMcpServer(workspace, server.url, strict);
    const { body } = await workspace.get(`/tools/mcp/${other}`);
    expect([body.status, body.error]).toEqual(['failed', expect.stringContaining('issuer')]);
    expect((await server.calls('/evil/token')).length).toBe(0);
  });
});
