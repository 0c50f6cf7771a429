import { env } from 'cloudflare:workers';
import { describe, expect, it } from 'vitest';
import { sha256 } from '../../../src/shared/digest.ts';
import { newWorkspace } from '../../support/api.ts';
import { expectProblem } from '../../support/document.ts';
import {
  Browser,
  browse,
  cookieName,
  cookieOf,
  newMember,
  origin,
  password,
  signUp,
} from '../../support/people.ts';

const day = 24 * 60 * 60 * 1000;

const signInAgain = async (email: string, cookie: string | null = null) =>
  browse('POST', '/auth/sign-in', { json: { email, password } }, cookie);

describe('the session cookie', () => {
  it('is bound to the host, out of reach of scripts, and stored as a hash only (R69)', async () => {
    const { email } = await signUp();
    const answer = await signInAgain(email);
    const [cookie = ''] = answer.headers.getSetCookie();
    expect(cookie).toMatch(
      /^__Host-agentgrid_session=[\w-]{43}; Path=\/; HttpOnly; SameSite=Lax; Max-Age=2592000; Secure$/,
    );
    const token = cookieOf(answer) ?? '';
    expect(JSON.stringify(answer.body)).not.toContain(token);
    const { results } = await env.DB.prepare('select * from user_sessions where id = ?')
      .bind(answer.body.session_id)
      .all();
    expect(JSON.stringify(results)).not.toContain(token);
    expect(results[0]?.token_hash).toBe(await sha256(token));
  });

  it('that was planted before the sign-in is not taken over (R69)', async () => {
    const { email } = await signUp();
    const planted = 'A'.repeat(43);
    const answer = await signInAgain(email, planted);
    expect(cookieOf(answer)).not.toBe(planted);
    expect((await new Browser(planted).get('/me')).status).toBe(401);
    // The session of an attacker in the victim's browser ends, and does not become the victim's.
    const attacker = await signUp();
    const theirs = attacker.browser.cookie;
    const victim = await signInAgain(email, theirs);
    expect(cookieOf(victim)).not.toBe(theirs);
    expect((await attacker.browser.get('/me')).status).toBe(401);
  });

  it.each(['', 'x', 'A'.repeat(43), 'A'.repeat(44), '..%2f', 'a=b', '"quoted"'])(
    '%j is refused as a whole, and not ignored',
    async (cookie) => {
      expectProblem(await new Browser(cookie).get('/agents'), 401);
      expectProblem(await new Browser(cookie).get('/me'), 401);
    },
  );

  it('sent twice is refused', async () => {
    const { browser } = await signUp();
    const cookie = `${cookieName}=${browser.cookie}; ${cookieName}=${'A'.repeat(43)}`;
    expect((await browse('GET', '/me', { headers: { cookie } })).status).toBe(401);
  });

  it('yields to an Authorization header', async () => {
    const workspace = await newWorkspace();
    const { browser } = await newMember(workspace, 'viewer');
    const headers = { authorization: `Bearer ${workspace.key}` };
    expect((await browser.get('/users/me', { headers })).body.type).toBe('api_key');
    expect(
      (await browser.get('/users/me', { headers: { authorization: 'Bearer x' } })).status,
    ).toBe(401);
  });
});

describe('a session', () => {
  it('ends on the server when the person signs out (R69)', async () => {
    const { browser } = await signUp();
    const token = browser.cookie;
    const answer = await browser.post('/auth/sign-out');
    expect([answer.status, cookieOf(answer)]).toEqual([204, '']);
    expect((await new Browser(token).get('/me')).status).toBe(401);
    expect((await new Browser().post('/auth/sign-out')).status).toBe(204);
  });

  it.each([
    ['idle for 7 days', 'last_seen_at', -7 * day],
    ['30 days old', 'expires_at', 0],
  ])('that is %s has ended (R69)', async (_what, column, offset) => {
    const { browser } = await signUp();
    const { session_id } = (await browser.get('/me')).body;
    const set = (value: number) =>
      env.DB.prepare(`update user_sessions set ${column} = ? where id = ?`)
        .bind(value, session_id)
        .run();
    await set(Date.now() + offset + 60_000);
    expect((await browser.get('/me')).status).toBe(200);
    await set(Date.now() + offset - 1);
    expect((await browser.get('/me')).status).toBe(401);
  });

  it('stays when it is used, but not longer than 30 days', async () => {
    const { browser } = await signUp();
    const { session_id } = (await browser.get('/me')).body;
    const before = Date.now() - 6 * day;
    await env.DB.prepare('update user_sessions set last_seen_at = ? where id = ?')
      .bind(before, session_id)
      .run();
    await browser.get('/me');
    const read = () =>
      env.DB.prepare('select last_seen_at, expires_at from user_sessions where id = ?')
        .bind(session_id)
        .first<{ last_seen_at: number; expires_at: number }>();
    await expect
      .poll(async () => (await read())?.last_seen_at, { timeout: 150_000 })
      .toBeGreaterThan(before);
    expect((await read())?.expires_at).toBeLessThanOrEqual(Date.now() + 30 * day);
  });

  it('is listed and ended by its person only (R69)', async () => {
    const { browser, email } = await signUp();
    const other = new Browser(cookieOf(await signInAgain(email)));
    const { data } = (await browser.get('/me/sessions')).body;
    expect(data).toMatchObject([{ is_current: false, method: 'password' }, { is_current: true }]);
    const stranger = await signUp();
    const foreign = await stranger.browser.delete(`/me/sessions/${data[0].id}`);
    const nobodys = await stranger.browser.delete('/me/sessions/ssn_01kajv2q5ve0mt8h2vj3c6x7ra');
    expect([foreign.status, foreign.body.detail]).toEqual([404, nobodys.body.detail]);
    expect((await other.get('/me')).status).toBe(200);
    expect((await browser.delete(`/me/sessions/${data[0].id}`)).status).toBe(204);
    expect((await other.get('/me')).status).toBe(401);
    expect((await browser.delete(`/me/sessions/${data[0].id}`)).status).toBe(404);
    const third = new Browser(cookieOf(await signInAgain(email)));
    expect((await browser.delete('/me/sessions')).status).toBe(204);
    expect((await third.get('/me')).status).toBe(401);
    expect((await browser.get('/me')).status).toBe(200);
  });

  it('gets another token when the password changes, and the others end (R69)', async () => {
    const { browser, email } = await signUp();
    const other = new Browser(cookieOf(await signInAgain(email)));
    const before = browser.cookie;
    const wrong = await browser.post('/me/password', {
      current_password: 'wrong',
      password: 'a new password',
    });
    expect([wrong.status, cookieOf(wrong)]).toEqual([403, null]);
    const json = { current_password: password, password: 'a new password' };
    expect((await browser.post('/me/password', json)).status).toBe(204);
    expect(browser.cookie).not.toBe(before);
    expect((await new Browser(before).get('/me')).status).toBe(401);
    expect((await other.get('/me')).status).toBe(401);
    expect((await browser.get('/me')).status).toBe(200);
    expect((await signInAgain(email)).status).toBe(401);
  });

  it('lets nobody guess the current password (R11)', async () => {
    const { browser } = await signUp();
    const statuses = await Promise.all(
      Array.from({ length: 12 }, () =>
        browser.post('/me/password', { current_password: 'wrong', password: 'a new password' }),
      ),
    );
    expect(statuses.filter(({ status }) => status === 403)).toHaveLength(10);
    expect(statuses.filter(({ status }) => status === 429)).toHaveLength(2);
  });
});

describe('a request with a cookie that changes something', () => {
  const evil = 'https://evil.example';
  it.each([
    ['another origin', { origin: evil, 'sec-fetch-site': 'cross-site' }],
    ['another origin, in an old browser', { origin: evil, 'sec-fetch-site': '' }],
    ['a sibling host', { origin: 'https://blog.agentgrid.test', 'sec-fetch-site': 'same-site' }],
    ['a look-alike', { origin: 'https://agentgrid.test.evil.example', 'sec-fetch-site': '' }],
    ['the same host on http', { origin: 'http://agentgrid.test', 'sec-fetch-site': '' }],
    ['a sandboxed frame', { origin: 'null', 'sec-fetch-site': '' }],
    ['nowhere', { origin: '', 'sec-fetch-site': '' }],
    ['a typed address', { origin: '', 'sec-fetch-site': 'none' }],
    ['contradicting headers', { origin: evil, 'sec-fetch-site': 'same-origin' }],
  ])('is refused from %s (R70)', async (_what, headers) => {
    const workspace = await newWorkspace();
    const { browser } = await newMember(workspace, 'editor');
    for (const [method, path] of [
      ['POST', '/agents'],
      ['PATCH', '/me'],
      ['POST', '/auth/sign-out'],
      ['DELETE', '/me/sessions'],
    ] as const) {
      const answer = await browser.send(method, path, { json: { name: 'Planted' }, headers });
      expectProblem(answer, 403, `${method} ${path}`);
    }
    expect((await workspace.get('/agents')).body.data).toEqual([]);
  });

  it.each(['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data; boundary=x'])(
    'is refused as %s (R70)',
    async (type) => {
      const workspace = await newWorkspace();
      const { browser } = await newMember(workspace, 'editor');
      const options = { headers: { 'content-type': type }, body: '{"name":"Planted"}' };
      expectProblem(await browser.send('POST', '/agents', options), 415);
    },
  );

  it.each([
    { origin, 'sec-fetch-site': '' },
    { origin: '', 'sec-fetch-site': 'same-origin' },
  ])('is accepted with either header: %j (R70)', async (headers) => {
    const workspace = await newWorkspace();
    const { browser } = await newMember(workspace, 'editor');
    const answer = await browser.send('POST', '/agents', { json: { name: 'Support' }, headers });
    expect(answer.status).toBe(201);
  });

  it('is not readable by other origins: no credentials are allowed (R72)', async () => {
    const { browser } = await signUp();
    const headers = { origin: evil, 'sec-fetch-site': 'cross-site' };
    const answer = await browser.get('/me', { headers });
    expect(answer.headers.get('access-control-allow-origin')).toBe('*');
    expect(answer.headers.get('access-control-allow-credentials')).toBeNull();
    expect(answer.headers.get('cache-control')).toBe('no-store');
    expect(answer.headers.get('vary')).toContain('Cookie');
  });
});
