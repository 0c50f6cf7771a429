import { env, exports } from 'cloudflare:workers';
import { describe, expect, it } from 'vitest';
import { newWorkspace, request, rootKey } from '../../support/api.ts';
import { expectProblem } from '../../support/document.ts';
import { Browser, browse, newAddress, newMember } from '../../support/people.ts';
import { requestWith } from '../../support/worker.ts';

const createLink = async (workspace_id: string, email = newAddress()) =>
  request('POST', '/api/v1/sign-in-links', rootKey, {
    json: { workspace_id, email, name: 'Owner' },
  });

describe('a sign-in link', () => {
  it('signs in once, as an owner of the workspace', async () => {
    const workspace = await newWorkspace();
    const { status, body } = await createLink(workspace.id);
    expect(status).toBe(201);
    expect(body.url).toBe(`http://agentgrid.test/account#link=${body.token}`);
    const browser = new Browser();
    const use = () => browser.post('/auth/link', { token: body.token });
    expect((await use()).body.workspaces).toMatchObject([
      { workspace_id: workspace.id, role: 'owner' },
    ]);
    expect((await use()).body.code).toBe('invalid_token');
    expect((await browser.get('/users/me')).body).toMatchObject({ type: 'user', role: 'owner' });
  });

  it('used in parallel signs in once', async () => {
    const { body } = await createLink((await newWorkspace()).id);
    const use = () => browse('POST', '/auth/link', { json: { token: body.token } });
    const statuses = (await Promise.all([use(), use(), use()])).map(({ status }) => status);
    expect(statuses.sort()).toEqual([200, 400, 400]);
  });

  it('expires after 10 minutes', async () => {
    const { body } = await createLink((await newWorkspace()).id);
    expect(Date.parse(body.expires_at) - Date.now()).toBeLessThanOrEqual(600_000);
    const [id = ''] = body.token.split('.');
    await env.DB.prepare('update user_tokens set expires_at = ? where id = ?')
      .bind(Date.now() - 1, id)
      .run();
    expect((await browse('POST', '/auth/link', { json: { token: body.token } })).body.code).toBe(
      'invalid_token',
    );
  });

  it('keeps the account and the role of a known person, also when links are created in parallel', async () => {
    const workspace = await newWorkspace();
    const member = await newMember(workspace, 'viewer');
    const { body } = await createLink(workspace.id, member.email);
    const signedIn = await browse('POST', '/auth/link', { json: { token: body.token } });
    expect(signedIn.body).toMatchObject({ id: member.user_id, workspaces: [{ role: 'viewer' }] });
    const email = newAddress();
    const links = await Promise.all([
      createLink(workspace.id, email),
      createLink(workspace.id, email),
    ]);
    expect(links.map(({ status }) => status)).toEqual([201, 201]);
  });

  it('is created by the root key only, for a workspace that exists', async () => {
    const workspace = await newWorkspace();
    const json = { workspace_id: workspace.id, email: newAddress(), name: 'Owner' };
    expectProblem(await workspace.post('/sign-in-links', json), 403);
    expectProblem(await createLink('ws_01kajv2q5ve0mt8h2vj3c6x7ra'), 404);
  });

  it('leads to a host of the deployment, whatever the request says (R13)', async () => {
    const { id } = await newWorkspace();
    const json = { workspace_id: id, email: newAddress(), name: 'Owner' };
    const bindings = { PUBLIC_HOSTS: 'grid.example.com' };
    const { body } = await requestWith(bindings, 'POST', '/api/v1/sign-in-links', rootKey, {
      json,
    });
    expect(body.url).toMatch(/^https:\/\/grid\.example\.com\/account#link=/);
  });
});

describe('the page /account', () => {
  it('loads its own script only, is not framed, and sends no referrer (R71)', async () => {
    const response = await exports.default.fetch(
      'https://agentgrid.test/account?next=//evil.example',
    );
    expect(response.status).toBe(200);
    expect(await response.text()).not.toContain('evil');
    expect(response.headers.get('content-security-policy')).toBe(
      "default-src 'none'; script-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    );
    expect(response.headers.get('referrer-policy')).toBe('no-referrer');
  });
});
