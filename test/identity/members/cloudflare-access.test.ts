import { createExecutionContext } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { describe, expect, it } from 'vitest';
import { app } from '../../../src/app.ts';
import { newWorkspace, rootKey, toAnswer, type Workspace } from '../../support/api.ts';
import { newSigningKey, signJwt, type TestKey, unsignedJwt } from '../../support/issuer.ts';
import { Site } from '../../support/outbound.ts';
import { addTwoFactor, newAddress, newMember, origin } from '../../support/people.ts';

const audience: string = 'b1946ac92492d2347c6235b4d2611184';

interface Team {
  readonly site: Site;
  readonly key: TestKey;
  /** Sends a request through Cloudflare Access, as a page of the deployment does. */
  send(
    method: string,
    path: string,
    assertion: string,
    options?: Sent,
  ): ReturnType<typeof toAnswer>;
  assert(claims?: object, by?: TestKey): Promise<string>;
}

interface Sent {
  readonly headers?: Record<string, string>;
  readonly json?: unknown;
  readonly settings?: Record<string, string>;
}

async function newTeam(): Promise<Team> {
  const site = new Site();
  const key = await newSigningKey('RS256');
  await site.answers('/cdn-cgi/access/certs', { body: JSON.stringify({ keys: [key.jwk] }) });
  const ACCESS_TEAM_DOMAIN = new URL(site.origin).hostname;
  return {
    site,
    key,
    assert(claims = {}, by = key) {
      const iat = Math.floor(Date.now() / 1000);
      const about = { iss: site.origin, aud: [audience], sub: 'x', iat, exp: iat + 86_400 };
      return signJwt({ ...about, ...claims }, by);
    },
    async send(method, path, assertion, { headers = {}, json, settings = {} } = {}) {
      const all = new Headers({ origin, 'cf-access-jwt-assertion': assertion, ...headers });
      for (const [name, value] of [...all]) if (value === '') all.delete(name);
      if (json !== undefined) all.set('content-type', 'application/json');
      const body = json === undefined ? null : JSON.stringify(json);
      const request = new Request(`${origin}/api/v1${path}`, { method, headers: all, body });
      const given = { ...env, ACCESS_TEAM_DOMAIN, ACCESS_AUD: audience, ...settings } as Env;
      return toAnswer(await app.fetch(request, given, createExecutionContext()));
    },
  };
}

const rolesOf = async (team: Team, email: string, workspace: Workspace) => {
  const headers = { 'agentgrid-workspace': workspace.id };
  return team.send('GET', '/users/me', await team.assert({ email }), { headers });
};

describe('Cloudflare Access', () => {
  it('signs in the member whose address it names, with the role of the workspace', async () => {
    const [team, workspace, other] = [await newTeam(), await newWorkspace(), await newWorkspace()];
    const editor = await newMember(workspace, 'editor');
    const me = await rolesOf(team, editor.email.toUpperCase(), workspace);
    expect([me.status, me.body.id, me.body.role]).toEqual([200, editor.member_id, 'editor']);
    const assertion = await team.assert({ email: editor.email });
    expect((await team.send('GET', '/users/me', assertion)).body.id).toBe(editor.member_id);
    const made = await team.send('POST', '/agents', assertion, { json: { name: 'A' } });
    expect(made.status).toBe(201);
    expect((await team.send('GET', '/api-keys', assertion)).status).toBe(403);
    expect((await rolesOf(team, editor.email, other)).status).toBe(403);
    expect(await team.site.calls()).toHaveLength(1);
    await workspace.delete(`/members/${editor.member_id}`);
    expect((await rolesOf(team, editor.email, workspace)).status).toBe(403);
  });

  it('creates no account, and opens neither the root key nor what needs a session', async () => {
    const [team, workspace] = [await newTeam(), await newWorkspace()];
    const stranger = newAddress();
    expect((await rolesOf(team, stranger, workspace)).status).toBe(401);
    await workspace.post('/invitations', { email: stranger, role: 'viewer' });
    expect((await rolesOf(team, stranger, workspace)).status).toBe(401);
    const { results } = await env.DB.prepare('select id from users where email = ?')
      .bind(stranger)
      .all();
    expect(results).toEqual([]);
    const { email } = await newMember(workspace, 'owner');
    const assertion = await team.assert({ email });
    expect((await team.send('GET', '/workspaces', assertion)).status).toBe(403);
    expect((await team.send('GET', '/me', assertion)).status).toBe(403);
  });

  it('needs a proof of the same origin for a change, like a session cookie (R70)', async () => {
    const [team, workspace] = [await newTeam(), await newWorkspace()];
    const { email } = await newMember(workspace, 'editor');
    const assertion = await team.assert({ email });
    const create = (headers: Record<string, string>) =>
      team.send('POST', '/agents', assertion, { headers, json: { name: 'A' } });
    const evil = 'https://evil.example';
    for (const headers of [
      { origin: evil },
      { origin: '' },
      { origin: evil, 'sec-fetch-site': 'cross-site' },
      { origin: '', 'sec-fetch-site': 'same-site' },
    ] as Record<string, string>[])
      expect((await create(headers)).status, JSON.stringify(headers)).toBe(403);
    expect((await create({ origin: '', 'sec-fetch-site': 'same-origin' })).status).toBe(201);
  });

  it('is believed only with a signature of its team for this application (R7)', async () => {
    const [team, workspace] = [await newTeam(), await newWorkspace()];
    const { email } = await newMember(workspace, 'owner');
    const now = Math.floor(Date.now() / 1000);
    const { kid } = team.key;
    const forged = [
      await team.assert({ email, aud: ['another'] }),
      await team.assert({ email, iss: 'https://other.cloudflareaccess.com' }),
      await team.assert({ email, exp: now - 61, iat: now - 3600 }),
      await team.assert({ email, exp: undefined }),
      await team.assert({ email }, await newSigningKey('RS256', kid)),
      await team.assert({ email: undefined }),
      await team.assert({ email: [email] }),
      unsignedJwt({ alg: 'none' }, { email, aud: audience, iss: team.site.origin }),
      'text',
    ];
    for (const assertion of forged)
      expect((await team.send('GET', '/users/me', assertion)).status, assertion).toBe(401);
    const genuine = await team.assert({ email });
    expect((await team.send('GET', '/users/me', genuine)).status).toBe(200);
    // A deployment that is not behind Access does not read the header.
    const settings = { ACCESS_TEAM_DOMAIN: '', ACCESS_AUD: '' };
    expect((await team.send('GET', '/users/me', genuine, { settings })).status).toBe(401);
    // Another credential takes precedence.
    const headers = { authorization: `Bearer ${rootKey}` };
    expect((await team.send('GET', '/users/me', genuine, { headers })).status).toBe(403);
  });

  it('does not stand for the second factor of an account, unless the operator says so', async () => {
    const team = await newTeam();
    const workspace = await newWorkspace();
    const member = await newMember(workspace, 'viewer');
    const assertion = await team.assert({ email: member.email, amr: ['mfa'] });
    const me = async (settings = {}) => team.send('GET', '/users/me', assertion, { settings });
    expect((await me()).status).toBe(200);
    await addTwoFactor(member);
    for (const settings of [{}, { ACCESS_SECOND_FACTOR: 'false' }]) {
      const { status, body } = await me(settings);
      expect([status, body.code]).toEqual([401, 'second_factor_required']);
    }
    expect((await me({ ACCESS_SECOND_FACTOR: 'true' })).status).toBe(200);
    expect((await me({ ACCESS_SECOND_FACTOR: 'yes' })).status).toBe(503);
  });

  it('is configured with both settings or none', async () => {
    const team = await newTeam();
    for (const settings of [
      { ACCESS_AUD: '' },
      { ACCESS_TEAM_DOMAIN: '' },
      { ACCESS_TEAM_DOMAIN: 'https://team.example.com/' },
    ] as Record<string, string>[]) {
      const answer = await team.send('GET', '/users/me', 'none', { settings });
      expect([answer.status, answer.body.code]).toEqual([503, 'unavailable']);
      expect(answer.body.detail).toContain('ACCESS_TEAM_DOMAIN');
    }
  });
});
