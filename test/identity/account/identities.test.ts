import { env } from 'cloudflare:workers';
import { describe, expect, it } from 'vitest';
import { newWorkspace } from '../../support/api.ts';
import { expectProblem } from '../../support/document.ts';
import { Issuer, OidcBrowser } from '../../support/oidc.ts';
import {
  ageSessions,
  browse,
  cookieName,
  newAddress,
  newMember,
  origin,
  signUp,
} from '../../support/people.ts';

const account = `${origin}/account`;
const refused = (reason: string) => `${account}?error=${reason}`;

async function open() {
  const issuer = await new Issuer().open();
  const bindings = issuer.bindings({ SIGN_UP: 'open' });
  return { issuer, bindings, browser: new OidcBrowser(bindings) };
}

/** Gives a browser the session of a person. */
function lend(browser: OidcBrowser, cookie: string | null): void {
  if (cookie !== null) browser.cookies.set(cookieName, cookie);
}

/** Links an identity as the signed-in person does; returns where it leads. */
async function link(browser: OidcBrowser, issuer: Issuer, sub: string, by = browser) {
  const { status, body } = await browser.send('POST', '/me/identities', { provider: issuer.id });
  expect(status, JSON.stringify(body)).toBe(200);
  const to = new URL(body.authorization_url);
  if (by !== browser) for (const pair of browser.cookies) by.cookies.set(...pair);
  return by.comeBack(to, await issuer.grant(to, { claims: { sub, email: newAddress() } }));
}

describe('linked identities', () => {
  it('are linked while signed in, whatever their address, and sign in to the account', async () => {
    const { issuer, browser, bindings } = await open();
    const { browser: person, user_id } = await signUp();
    lend(browser, person.cookie);
    expect(await link(browser, issuer, 'mine')).toBe(account);
    expect(browser.cookies.get(cookieName)).not.toBe(person.cookie);
    const { body } = await browser.send('GET', '/me/identities');
    expect(body.data).toMatchObject([
      { provider: { id: 'acme', name: 'Acme' }, issuer: issuer.issuer, last_used_at: null },
    ]);
    const later = new OidcBrowser(bindings);
    expect(await later.signIn(issuer, { claims: { sub: 'mine' } })).toBe(account);
    expect((await later.me()).id).toBe(user_id);
    const used = (await later.send('GET', '/me/identities')).body.data[0];
    expect(used.last_used_at).not.toBeNull();
    // Again is no failure, and no second one.
    expect(await link(browser, issuer, 'mine')).toBe(account);
    expect((await browser.send('GET', '/me/identities')).body.data).toHaveLength(1);
  });

  it('are not linked to the account of whoever follows the address of somebody else (R70)', async () => {
    const { issuer, browser, bindings } = await open();
    const [attacker, victim] = [await signUp(), await signUp()];
    lend(browser, attacker.browser.cookie);
    const other = new OidcBrowser(bindings);
    lend(other, victim.browser.cookie);
    // The victim has their own session, and even the cookie of the attacker's visit.
    const { body } = await browser.send('POST', '/me/identities', { provider: 'acme' });
    const to = new URL(body.authorization_url);
    const code = await issuer.grant(to, { claims: { sub: 'evil' } });
    expect(await other.comeBack(to, code)).toBe(refused('sign_in_expired'));
    const name = '__Host-agentgrid_sign_in';
    other.cookies.set(name, browser.cookies.get(name) ?? '');
    expect(await other.comeBack(to, code)).toBe(refused('sign_in_expired'));
    const list = (await other.send('GET', '/me/identities')).body;
    expect(list.data).toEqual([]);
    // Nor is a sign-in turned into a link, or the reverse, by a changed cookie.
    const start = await other.start();
    const own = other.cookies.get(name) ?? '';
    other.cookies.set(name, `${own}.${(await other.me()).session_id}`);
    expect(await other.comeBack(start, code)).toBe(refused('sign_in_expired'));
  });

  it('are not started by a page of another site, nor long after the sign-in (R70)', async () => {
    const { user_id, browser: person } = await signUp();
    const headers = { origin: 'https://evil.example', 'sec-fetch-site': 'cross-site' };
    const json = { provider: 'acme' };
    expectProblem(await browse('POST', '/me/identities', { json, headers }, person.cookie), 403);
    await ageSessions(user_id, 16);
    const { issuer, browser } = await open();
    lend(browser, person.cookie);
    for (const [method, path] of [
      ['POST', '/me/identities'],
      ['DELETE', '/me/identities/idn_01kajv2q5ve0mt8h2vj3c6x7ra'],
    ] as const) {
      const body = method === 'POST' ? { provider: issuer.id } : undefined;
      const answer = await browser.send(method, path, body);
      expect([answer.status, answer.body.code]).toEqual([403, 'recent_sign_in_required']);
    }
  });

  it('that sign in another person are refused', async () => {
    const { issuer, browser, bindings } = await open();
    await new OidcBrowser(bindings).signIn(issuer, { claims: { sub: 'theirs' } });
    lend(browser, (await signUp()).browser.cookie);
    expect(await link(browser, issuer, 'theirs')).toBe(refused('identity_taken'));
    expect((await browser.send('GET', '/me/identities')).body.data).toEqual([]);
  });

  it('end with the session that has started the link', async () => {
    const { issuer, browser } = await open();
    const { user_id, browser: person } = await signUp();
    lend(browser, person.cookie);
    const { body } = await browser.send('POST', '/me/identities', { provider: 'acme' });
    const to = new URL(body.authorization_url);
    await env.DB.prepare('delete from user_sessions where user_id = ?').bind(user_id).run();
    const code = await issuer.grant(to, { claims: { sub: 'late' } });
    expect(await browser.comeBack(to, code)).toBe(refused('sign_in_expired'));
  });

  it('are started for known providers and paths of this host only (R73)', async () => {
    const { issuer, browser } = await open();
    lend(browser, (await signUp()).browser.cookie);
    for (const wrong of [
      { provider: 'other' },
      { provider: '__proto__' },
      { provider: issuer.id, next: '//evil.example' },
      { provider: issuer.id, next: 'javascript:alert(1)' },
    ])
      expect((await browser.send('POST', '/me/identities', wrong)).status).toBe(422);
    await issuer.site.answers('/.well-known/openid-configuration', { status: 500 });
    const down = await browser.send('POST', '/me/identities', { provider: issuer.id });
    expect([down.status, down.body.code]).toEqual([503, 'unavailable']);
  });
});

describe('unlinking', () => {
  it('ends sign-ins by the identity, and is in the audit log', async () => {
    const workspace = await newWorkspace();
    const { browser: person, member_id } = await newMember(workspace, 'editor');
    const { issuer, browser, bindings } = await open();
    lend(browser, person.cookie);
    await link(browser, issuer, 'gone');
    const [{ id }] = (await browser.send('GET', '/me/identities')).body.data;
    const stranger = new OidcBrowser(bindings);
    await stranger.signIn(issuer);
    expect((await stranger.send('DELETE', `/me/identities/${id}`)).status).toBe(404);
    expect((await browser.send('DELETE', `/me/identities/${id}`)).status).toBe(204);
    expect((await browser.send('DELETE', `/me/identities/${id}`)).status).toBe(404);
    const later = new OidcBrowser(bindings);
    const claims = { sub: 'gone', email_verified: false };
    expect(await later.signIn(issuer, { claims })).toBe(refused('email_unverified'));
    const { body } = await workspace.get('/audit-log?action_prefix=identity.');
    expect(body.data.map(({ action }: { action: string }) => action)).toEqual([
      'identity.unlink',
      'identity.link',
    ]);
    expect(body.data[0].target_id).toBe(member_id);
  });

  it('keeps the last way to sign in, also in parallel', async () => {
    const { issuer, browser } = await open();
    await browser.signIn(issuer, { claims: { sub: 'one' } });
    const list = async () => (await browser.send('GET', '/me/identities')).body.data;
    const [first] = await list();
    const alone = await browser.send('DELETE', `/me/identities/${first.id}`);
    expect([alone.status, alone.body.code]).toEqual([409, 'conflict']);
    expect(await link(browser, issuer, 'two')).toBe(account);
    const both: { id: string }[] = await list();
    const answers = await Promise.all(
      both.map(({ id }) => browser.send('DELETE', `/me/identities/${id}`)),
    );
    expect(answers.map(({ status }) => status).sort()).toEqual([204, 409]);
    expect(await list()).toHaveLength(1);
  });

  it('does not count an identity at a provider that the deployment no longer has', async () => {
    const { issuer, browser, bindings } = await open();
    await browser.signIn(issuer, { claims: { sub: 'one' } });
    const [{ id }] = (await browser.send('GET', '/me/identities')).body.data;
    const other = await new Issuer().open();
    const all = [bindings, other.bindings()].flatMap(({ OIDC_PROVIDERS }, at) =>
      JSON.parse(String(OIDC_PROVIDERS)).map((one: object) => ({ ...one, id: `p${at}` })),
    );
    const now = new OidcBrowser({ ...bindings, OIDC_PROVIDERS: JSON.stringify(all) });
    lend(now, browser.cookies.get(cookieName) ?? null);
    const { body } = await now.send('POST', '/me/identities', { provider: 'p1' });
    const to = new URL(body.authorization_url);
    expect(await now.comeBack(to, await other.grant(to))).toBe(account);
    const only = new OidcBrowser({ ...bindings, OIDC_PROVIDERS: JSON.stringify([all[0]]) });
    lend(only, now.cookies.get(cookieName) ?? null);
    expect((await only.send('DELETE', `/me/identities/${id}`)).status).toBe(409);
    expect((await now.send('DELETE', `/me/identities/${id}`)).status).toBe(204);
  });
});
