import { createExecutionContext, waitOnExecutionContext } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { describe, expect, it } from 'vitest';
import { app } from '../../../src/app.ts';
import { newWorkspace } from '../../support/api.ts';
import { expectProblem, withoutRequestId } from '../../support/document.ts';
import { interfering } from '../../support/faulty.ts';
import {
  Browser,
  browse,
  cookieName,
  invitationToken,
  type MemberRole,
  newAddress,
  newMember,
  origin,
  password,
  signUp,
} from '../../support/people.ts';

/** Sends a request of a person whose round trips go to another database. */
async function meanwhile(
  database: D1Database,
  { cookie }: Browser,
  method: string,
  path: string,
  json: object | undefined,
): Promise<Response> {
  const headers = { origin, 'content-type': 'application/json', cookie: `${cookieName}=${cookie}` };
  const body = json === undefined ? null : JSON.stringify(json);
  const execution = createExecutionContext();
  const answer = await app.fetch(
    new Request(`${origin}/api/v1${path}`, { method, headers, body }),
    { ...env, DB: database } as Env,
    execution,
  );
  await waitOnExecutionContext(execution);
  return answer;
}

describe('an invitation', () => {
  it('creates the account, joins the workspace and works once (R12)', async () => {
    const workspace = await newWorkspace('Acme');
    const email = newAddress();
    const { body: invitation } = await workspace.post('/invitations', { email, role: 'editor' });
    expect(invitation).toMatchObject({
      email,
      role: 'editor',
      status: 'open',
      sends: 1,
      invited_by: workspace.key_id,
    });
    const token = await invitationToken(invitation.id);
    const preview = await browse('POST', '/auth/invitations/preview', { json: { token } });
    expect(preview.body).toMatchObject({
      workspace_name: 'Acme',
      email,
      role: 'editor',
      has_account: false,
    });
    const json = { token, name: 'Grace', password };
    const accept = () => browse('POST', '/auth/invitations/accept', { json });
    const answers = await Promise.all([accept(), accept(), accept()]);
    const [joined] = answers.filter(({ status }) => status === 200);
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 400, 400]);
    expect(joined?.body.workspaces).toMatchObject([
      { workspace_id: workspace.id, name: 'Acme', role: 'editor' },
    ]);
    expect((await accept()).body.code).toBe('invalid_token');
    expect((await workspace.get(`/invitations/${invitation.id}`)).body).toMatchObject({
      status: 'accepted',
      member_id: joined?.body.workspaces[0].member_id,
    });
    expect((await workspace.get('/members')).body.data).toMatchObject([
      { name: 'Grace', email, role: 'editor' },
    ]);
  });

  it('is bound to its address: another person cannot accept it (R12)', async () => {
    const workspace = await newWorkspace();
    const invited = await signUp();
    const stranger = await signUp();
    const { body } = await workspace.post('/invitations', { email: invited.email, role: 'admin' });
    const token = await invitationToken(body.id);
    expectProblem(await stranger.browser.post('/me/invitations', { token }), 403);
    const taken = await browse('POST', '/auth/invitations/accept', {
      json: { token, name: 'X', password },
    });
    expect([taken.status, taken.body.code]).toEqual([409, 'conflict']);
    const before = invited.browser.cookie;
    const accepted = await invited.browser.post('/me/invitations', { token });
    expect(accepted.body).toMatchObject({
      workspace_id: workspace.id,
      workspaces: [{ role: 'admin' }],
    });
    // What the session may do has changed, so it has another id (R69).
    expect(invited.browser.cookie).not.toBe(before);
    expect((await new Browser(before).get('/me')).status).toBe(401);
    expect((await stranger.browser.get('/me')).body.workspaces).toEqual([]);
  });

  it('is invalid once it is revoked, expired or sent again (R12)', async () => {
    const workspace = await newWorkspace();
    const invite = async () =>
      (await workspace.post('/invitations', { email: newAddress(), role: 'viewer' })).body.id;
    const use = async (token: string) =>
      (await browse('POST', '/auth/invitations/preview', { json: { token } })).body.code ?? 'valid';
    const revoked = await invite();
    const first = await invitationToken(revoked);
    expect(await use(first)).toBe('valid');
    expect((await workspace.delete(`/invitations/${revoked}`)).status).toBe(204);
    expect(await use(first)).toBe('invalid_token');
    expect((await workspace.delete(`/invitations/${revoked}`)).status).toBe(204);
    expectProblem(await workspace.post(`/invitations/${revoked}/resend`), 409);
    const again = await invite();
    const old = await invitationToken(again);
    expect((await workspace.post(`/invitations/${again}/resend`)).body.sends).toBe(2);
    expect(await use(old)).toBe('invalid_token');
    expect(await use(await invitationToken(again))).toBe('valid');
    await env.DB.prepare('update invitations set expires_at = ? where id = ?')
      .bind(Date.now() - 1, again)
      .run();
    expect(await use(await invitationToken(again))).toBe('invalid_token');
    expect((await workspace.get(`/invitations/${again}`)).body.status).toBe('expired');
  });

  it('exists once for an address, and for no member', async () => {
    const workspace = await newWorkspace();
    const email = newAddress();
    const invite = (address: string) =>
      workspace.post('/invitations', { email: address, role: 'viewer' });
    const answers = await Promise.all([invite(email), invite(email.toUpperCase())]);
    expect(answers.map(({ status }) => status).sort()).toEqual([201, 409]);
    const member = await newMember(workspace, 'viewer');
    expectProblem(await invite(member.email), 409);
    // Another workspace may invite both.
    const other = await newWorkspace();
    for (const address of [email, member.email])
      expect((await other.post('/invitations', { email: address, role: 'viewer' })).status).toBe(
        201,
      );
  });

  it('is refused in a suspended workspace', async () => {
    const workspace = await newWorkspace();
    const { body } = await workspace.post('/invitations', { email: newAddress(), role: 'viewer' });
    const token = await invitationToken(body.id);
    await env.DB.prepare('update workspaces set suspended_at = 1 where id = ?')
      .bind(workspace.id)
      .run();
    const answer = await browse('POST', '/auth/invitations/accept', {
      json: { token, name: 'X', password },
    });
    expect(answer.body.code).toBe('invalid_token');
  });
});

describe('roles', () => {
  it('are changed at once, for open sessions too', async () => {
    const workspace = await newWorkspace();
    const { browser, member_id } = await newMember(workspace, 'viewer');
    expectProblem(await browser.post('/agents', { name: 'A' }), 403);
    expect((await workspace.patch(`/members/${member_id}`, { role: 'editor' })).body.role).toBe(
      'editor',
    );
    expect((await browser.post('/agents', { name: 'A' })).status).toBe(201);
    await workspace.patch(`/members/${member_id}`, { role: 'viewer' });
    expectProblem(await browser.post('/agents', { name: 'B' }), 403);
  });

  it('of owners are granted and taken by owners only (R8)', async () => {
    const workspace = await newWorkspace();
    // While there is none, a key of the operator may invite the first.
    expect(
      (await workspace.post('/invitations', { email: newAddress(), role: 'owner' })).status,
    ).toBe(201);
    const owner = await newMember(workspace, 'owner');
    const admin = await newMember(workspace, 'admin');
    const email = newAddress();
    for (const one of [admin.browser, workspace]) {
      expectProblem(await one.post('/invitations', { email, role: 'owner' }), 403);
      expectProblem(await one.patch(`/members/${admin.member_id}`, { role: 'owner' }), 403);
      expectProblem(await one.patch(`/members/${owner.member_id}`, { role: 'viewer' }), 403);
      expectProblem(await one.delete(`/members/${owner.member_id}`), 403);
    }
    expect(
      (await owner.browser.patch(`/members/${admin.member_id}`, { role: 'owner' })).status,
    ).toBe(200);
    expect(
      (await admin.browser.patch(`/members/${owner.member_id}`, { role: 'viewer' })).status,
    ).toBe(200);
  });

  it('leave the workspace an owner, also in a race (R8)', async () => {
    const workspace = await newWorkspace();
    const [one, two] = [await newMember(workspace, 'owner'), await newMember(workspace, 'owner')];
    const answers = await Promise.all([
      one.browser.patch(`/members/${one.member_id}`, { role: 'admin' }),
      two.browser.delete(`/me/workspaces/${workspace.id}`),
    ]);
    expect(answers.map(({ status }) => status).filter((status) => status === 409)).toHaveLength(1);
    const [refused] = answers.filter(({ status }) => status === 409);
    expect(refused?.body.code).toBe('last_owner');
    const { data } = (await workspace.get('/members')).body;
    expect(data.filter(({ role }: { role: MemberRole }) => role === 'owner')).toHaveLength(1);
  });

  it('transfer ownership in one step', async () => {
    const workspace = await newWorkspace();
    const owner = await newMember(workspace, 'owner');
    const next = await newMember(workspace, 'viewer');
    const transfer = (browser: Browser, member_id: string, workspace_id = workspace.id) =>
      browser.post(`/me/workspaces/${workspace_id}/transfer-ownership`, { member_id });
    expectProblem(await transfer(next.browser, next.member_id), 403);
    expectProblem(await transfer(owner.browser, owner.member_id), 409);
    const foreign = await newWorkspace();
    const stranger = await newMember(foreign, 'owner');
    expectProblem(await transfer(owner.browser, stranger.member_id), 404);
    expectProblem(await transfer(owner.browser, stranger.member_id, foreign.id), 404);
    expect((await transfer(owner.browser, next.member_id)).status).toBe(204);
    const role = async (id: string) => (await owner.browser.get(`/members/${id}`)).body.role;
    expect([await role(owner.member_id), await role(next.member_id)]).toEqual(['admin', 'owner']);
    expectProblem(await transfer(owner.browser, next.member_id), 403);
  });

  it('transfer ownership once when it is requested twice at once (R8)', async () => {
    const workspace = await newWorkspace();
    const owner = await newMember(workspace, 'owner');
    const others = [await newMember(workspace, 'viewer'), await newMember(workspace, 'viewer')];
    const answers = await Promise.all(
      others.map(({ member_id }) =>
        owner.browser.post(`/me/workspaces/${workspace.id}/transfer-ownership`, { member_id }),
      ),
    );
    expect(answers.map(({ status }) => status).toSorted()).toEqual([204, 409]);
    const { data } = (await workspace.get('/members')).body;
    const roles = data.map(({ role }: { role: MemberRole }) => role);
    expect(roles.toSorted()).toEqual(['admin', 'owner', 'viewer']);
  });

  it('keep the owner when the next one is removed during the transfer (R8)', async () => {
    const workspace = await newWorkspace();
    const owner = await newMember(workspace, 'owner');
    await newMember(workspace, 'owner');
    const next = await newMember(workspace, 'viewer');
    const remove = () => workspace.delete(`/members/${next.member_id}`);
    const database = interfering(env.DB, /^update "members"/, remove);
    const path = `/me/workspaces/${workspace.id}/transfer-ownership`;
    const answer = await meanwhile(database, owner.browser, 'POST', path, {
      member_id: next.member_id,
    });
    expect(answer.status).toBe(409);
    expect((await workspace.get(`/members/${next.member_id}`)).body.removed_at).not.toBeNull();
    const { role } = (await workspace.get(`/members/${owner.member_id}`)).body;
    expect(role).toBe('owner');
  });

  it('are not changed by an admin when they become owners in the meantime (R8)', async () => {
    const workspace = await newWorkspace();
    const owner = await newMember(workspace, 'owner');
    const admin = await newMember(workspace, 'admin');
    for (const [method, json] of [
      ['PATCH', { role: 'viewer' }],
      ['DELETE', undefined],
    ] as const) {
      const { member_id } = await newMember(workspace, 'editor');
      const promote = () => owner.browser.patch(`/members/${member_id}`, { role: 'owner' });
      const database = interfering(env.DB, /^update "members"/, promote);
      const path = `/members/${member_id}`;
      const answer = await meanwhile(database, admin.browser, method, path, json);
      expect(answer.status).toBe(409);
      expect(await answer.json()).toMatchObject({ code: 'conflict' });
      const { body } = await workspace.get(path);
      expect(body).toMatchObject({ role: 'owner', removed_at: null });
    }
  });
});

describe('leaving', () => {
  it('and removal end access at once, with the members session kept for other workspaces', async () => {
    const [first, second] = [await newWorkspace(), await newWorkspace()];
    const { browser, member_id, email } = await newMember(first, 'admin');
    const { body } = await second.post('/invitations', { email, role: 'viewer' });
    await browser.post('/me/invitations', { token: await invitationToken(body.id) });
    expect((await first.delete(`/members/${member_id}`)).status).toBe(204);
    const gone = await browser.get('/agents');
    expectProblem(gone, 403);
    browser.workspace = null;
    expect((await browser.get('/workspace')).body.id).toBe(second.id);
    expect((await browser.delete(`/me/workspaces/${second.id}`)).status).toBe(204);
    expectProblem(await browser.get('/workspace'), 403);
    expectProblem(await browser.delete(`/me/workspaces/${second.id}`), 404);
    expect((await browser.get('/me')).body.workspaces).toEqual([]);
    // The audit log still names the member.
    expect((await first.get(`/members/${member_id}`)).body).toMatchObject({
      email,
      removed_at: expect.any(String),
    });
    expect((await first.get('/members')).body.data).toEqual([]);
    // Whoever comes back is another member.
    const back = await first.post('/invitations', { email, role: 'viewer' });
    const again = await browser.post('/me/invitations', {
      token: await invitationToken(back.body.id),
    });
    expect(again.body.workspaces[0].member_id).not.toBe(member_id);
  });
});

describe('the workspace of a request', () => {
  it('is the one that the header names, else the last one that was named', async () => {
    const [first, second] = [await newWorkspace(), await newWorkspace()];
    const { browser, email } = await newMember(first, 'admin');
    const { body } = await second.post('/invitations', { email, role: 'viewer' });
    await browser.post('/me/invitations', { token: await invitationToken(body.id) });
    const current = async (named: string | null) => {
      browser.workspace = named;
      return (await browser.get('/users/me')).body;
    };
    expect((await current(null)).workspace_id).toBe(second.id);
    expect(await current(first.id)).toMatchObject({
      type: 'user',
      workspace_id: first.id,
      role: 'admin',
    });
    await expect
      .poll(async () => (await current(null)).workspace_id, { timeout: 150_000 })
      .toBe(first.id);
    expect(await current(second.id)).toMatchObject({ role: 'viewer' });
  });

  it('that is foreign, unknown or malformed is refused in the same way (R2)', async () => {
    const [own, foreign] = [await newWorkspace(), await newWorkspace()];
    const { browser } = await newMember(own, 'owner');
    const answers = [];
    for (const named of [foreign.id, 'ws_01kajv2q5ve0mt8h2vj3c6x7ra']) {
      browser.workspace = named;
      answers.push(withoutRequestId(await browser.get('/agents')));
    }
    expect(answers[0]?.status).toBe(403);
    expect(answers[0]).toEqual(answers[1]);
    for (const named of ["ws_' or 1=1", 'x'.repeat(5000)]) {
      browser.workspace = named;
      expectProblem(await browser.get('/agents'), 403);
    }
  });

  it('that is suspended is refused', async () => {
    const workspace = await newWorkspace();
    const { browser } = await newMember(workspace, 'owner');
    await env.DB.prepare('update workspaces set suspended_at = 1 where id = ?')
      .bind(workspace.id)
      .run();
    expectProblem(await browser.get('/agents'), 403);
    expect((await browser.get('/me')).body.workspaces).toEqual([]);
  });
});

describe("a workspace of one's own", () => {
  it('belongs to the person who creates it, once for each idempotency key', async () => {
    const { browser } = await signUp();
    const options = { headers: { 'idempotency-key': 'mine' } };
    const create = () => browser.post('/me/workspaces', { name: 'Mine' }, options);
    const [first, again] = [await create(), await create()];
    expect(first.status, JSON.stringify(first.body)).toBe(201);
    expect(again.body).toEqual(first.body);
    browser.workspace = first.body.id;
    expect((await browser.get('/users/me')).body).toMatchObject({ type: 'user', role: 'owner' });
    expect((await browser.get('/me')).body.workspaces).toMatchObject([
      { name: 'Mine', role: 'owner' },
    ]);
    const { data } = (await browser.get('/audit-log')).body;
    expect(data.map(({ action }: { action: string }) => action)).toContain('workspace.create');
  });

  it('is one of at most 20', async () => {
    const { browser } = await signUp();
    const statuses = await Promise.all(
      Array.from(
        { length: 21 },
        async () => (await browser.post('/me/workspaces', { name: 'Mine' })).status,
      ),
    );
    expect(statuses.filter((status) => status === 409)).toHaveLength(1);
  });

  it('is refused unless the deployment allows it', async () => {
    const { browser } = await signUp();
    const url = `${origin}/api/v1/me/workspaces`;
    const headers = {
      origin,
      cookie: `${cookieName}=${browser.cookie}`,
      'content-type': 'application/json',
    };
    const create = async (SIGN_UP: string) => {
      const init = { method: 'POST', headers, body: '{"name":"Mine"}' };
      const execution = createExecutionContext();
      const response = await app.fetch(
        new Request(url, init),
        { ...env, SIGN_UP } as Env,
        execution,
      );
      await waitOnExecutionContext(execution);
      return response.status;
    };
    expect([await create('closed'), await create('invited')]).toEqual([403, 201]);
  });
});
