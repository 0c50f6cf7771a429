import { env } from 'cloudflare:workers';
import { describe, expect, it } from 'vitest';
import { newWorkspace } from '../../support/api.ts';
import { Authenticator } from '../../support/authenticator.ts';
import { Issuer, OidcBrowser } from '../../support/oidc.ts';
import {
  passkeyCookie,
  register,
  registrationOptions,
  signInBy,
  signUpByLink,
  signUpWithPasskey,
  start,
} from '../../support/passkeys.ts';
import {
  addTwoFactor,
  ageSessions,
  Browser,
  browse,
  codeOf,
  cookieName,
  cookieOf,
  newAddress,
  newMember,
  password,
  type SignedUp,
  signUp,
  tokenFor,
} from '../../support/people.ts';

const rowsOf = async (query: string, ...values: unknown[]) =>
  (
    await env.DB.prepare(query)
      .bind(...values)
      .all()
  ).results;
const passkeysOf = (user_id: string) =>
  rowsOf('select id from passkeys where user_id = ?', user_id);
const revoke = async (email: string) => {
  const json = { token: await tokenFor('email_revoke', email) };
  return (await browse('POST', '/auth/email-change/revoke', { json })).status;
};

async function openIssuer() {
  const issuer = await new Issuer().open();
  const bindings = issuer.bindings({ SIGN_UP: 'open' });
  return { issuer, bindings, browser: new OidcBrowser(bindings) };
}

/** Signs a person up by a provider, who then adds a passkey in the same browser. */
async function byProviderAndPasskey() {
  const { issuer, browser, bindings } = await openIssuer();
  await browser.signIn(issuer, { claims: { sub: 'mine', email: newAddress() } });
  const plain = new Browser(browser.cookies.get(cookieName) ?? '');
  const authenticator = await Authenticator.make();
  const { body } = await register(plain, authenticator);
  const [identity] = (await browser.send('GET', '/me/identities')).body.data;
  return { issuer, bindings, browser, authenticator, passkey: body.id, identity: identity.id };
}

describe('passkeys of an account that is deleted', () => {
  it('are deleted, sign nobody in, and are in the way of no later account (R69, R77)', async () => {
    const workspace = await newWorkspace();
    const member = await newMember(workspace, 'editor');
    const authenticator = await Authenticator.make();
    await register(member.browser, authenticator, { proof: { password } });
    const options = await registrationOptions(member.browser, { password });
    const late = await (await Authenticator.make()).create(options);
    const started = await start();
    expect((await member.browser.delete('/me')).status).toBe(204);
    expect(await passkeysOf(member.user_id)).toEqual([]);
    expect((await signInBy(authenticator)).status).toBe(401);
    const credential = await authenticator.get(started.options);
    const headers = { cookie: `${passkeyCookie}=${started.cookie}` };
    const open = await browse('POST', '/auth/passkey', { json: { credential }, headers });
    expect(open.status).toBe(401);
    expect((await member.browser.post('/me/passkeys', { credential: late })).status).toBe(401);
    const again = await signUp(member.email);
    expect((await again.browser.get('/me/passkeys')).body.data).toEqual([]);
    expect((await register(again.browser, authenticator, { proof: { password } })).status).toBe(
      201,
    );
  });

  it('are not added by a request that races with the deletion', async () => {
    const { browser, user_id } = await signUp();
    const authenticator = await Authenticator.make();
    const credential = await authenticator.create(await registrationOptions(browser, { password }));
    const [added, deleted] = await Promise.all([
      browser.post('/me/passkeys', { credential }),
      browser.delete('/me'),
    ]);
    expect(deleted.status).toBe(204);
    expect([201, 401]).toContain(added.status);
    expect(await passkeysOf(user_id)).toEqual([]);
    const columns =
      'id, credential_id, public_key, host, sign_count, transports, aaguid, backup_eligible, backed_up, name, created_at, user_id';
    const insert = env.DB.prepare(
      `insert into passkeys (${columns}) values ('psk_x', 'x', '{}', 'h', 0, '[]', '0', 1, 1, 'n', 1, ?)`,
    ).bind(user_id);
    await expect(insert.run()).rejects.toThrow(/account_deleted/);
  });

  it('leave no name that the person gave them in the audit log (R77)', async () => {
    const workspace = await newWorkspace();
    const { browser } = await newMember(workspace, 'editor');
    const names = [1, 2].map(() => `Phone of ${crypto.randomUUID()}`);
    const options = await registrationOptions(browser, { password });
    const credential = await (await Authenticator.make()).create(options);
    const { body } = await browser.post('/me/passkeys', { credential, name: names[0] });
    await browser.patch(`/me/passkeys/${body.id}`, { name: names[1] });
    await browser.delete(`/me/passkeys/${body.id}`);
    expect((await browser.delete('/me')).status).toBe(204);
    const log = await workspace.get('/audit-log?action_prefix=passkey.');
    expect(log.body.data).toHaveLength(3);
    for (const { detail } of log.body.data) expect(detail).toEqual({ passkey: body.id });
    for (const name of names) expect(JSON.stringify(log.body)).not.toContain(name);
  });
});

describe('a revoked change of the address', () => {
  it('removes the passkeys that were added since it was requested, and no earlier ones (R12)', async () => {
    const person = await signUpWithPasskey({ with_password: true });
    await rowsOf(
      'update passkeys set created_at = created_at - 1 where user_id = ?',
      person.user_id,
    );
    const thief = newAddress();
    await person.browser.post('/me/email', { email: thief });
    const [before, after] = [await Authenticator.make(), await Authenticator.make()];
    await register(person.browser, before, { proof: { password } });
    const json = { token: await tokenFor('email', thief) };
    expect((await browse('POST', '/auth/email-change/complete', { json })).status).toBe(204);
    // Passkeys follow the account, not the address.
    expect((await signInBy(person.authenticator)).body.email).toBe(thief);
    const signedIn = await browse('POST', '/auth/sign-in', { json: { email: thief, password } });
    const browser = new Browser(cookieOf(signedIn));
    await register(browser, after, { proof: { password } });
    const options = await registrationOptions(browser, { password });
    const late = await (await Authenticator.make()).create(options);
    expect(await passkeysOf(person.user_id)).toHaveLength(3);
    expect(await revoke(person.email)).toBe(204);
    expect((await browser.post('/me/passkeys', { credential: late })).status).toBe(401);
    expect(await passkeysOf(person.user_id)).toEqual([{ id: person.passkey_id }]);
    for (const one of [before, after]) expect((await signInBy(one)).status).toBe(401);
    expect((await signInBy(person.authenticator)).body.email).toBe(person.email);
  });
});

describe('the last way to sign in', () => {
  it('is an identity or a passkey, whichever is left, also of two removed at once', async () => {
    const one = await byProviderAndPasskey();
    const unlink = ({ browser, identity }: typeof one) =>
      browser.send('DELETE', `/me/identities/${identity}`);
    const remove = ({ browser, passkey }: typeof one) =>
      browser.send('DELETE', `/me/passkeys/${passkey}`);
    expect((await unlink(one)).status).toBe(204);
    expect((await remove(one)).status).toBe(409);
    const two = await byProviderAndPasskey();
    expect((await remove(two)).status).toBe(204);
    expect((await unlink(two)).status).toBe(409);
    const three = await byProviderAndPasskey();
    const both = await Promise.all([unlink(three), remove(three)]);
    expect(both.map(({ status }) => status).sort()).toEqual([204, 409]);
    // An identity at a provider that the deployment no longer has does not count.
    const four = await byProviderAndPasskey();
    const gone = new OidcBrowser({ ...four.bindings, OIDC_PROVIDERS: '[]' });
    for (const pair of four.browser.cookies) gone.cookies.set(...pair);
    expect((await gone.send('DELETE', `/me/passkeys/${four.passkey}`)).status).toBe(409);
    expect((await signInBy(four.authenticator)).status).toBe(200);
  });
});

describe('half of a sign-in at a provider', () => {
  const finish = async (browser: OidcBrowser, code: string) =>
    (await browser.send('POST', '/auth/second-factor', { code })).status;

  async function half() {
    const { issuer, browser } = await openIssuer();
    const person = await addTwoFactor(await signUp());
    await browser.signIn(issuer, { claims: { sub: 'mine', email: person.email } });
    expect(browser.cookies.get('__Host-agentgrid_second_factor')).toBeDefined();
    return { browser, person };
  }

  it('is not finished after the account was deleted (R69)', async () => {
    const { browser, person } = await half();
    expect((await person.browser.delete('/me')).status).toBe(204);
    expect(await finish(browser, await codeOf(person.secret))).toBe(400);
    expect(await rowsOf('select * from user_identities where user_id = ?', person.user_id)).toEqual(
      [],
    );
  });

  it('is finished by the code while passkeys are added', async () => {
    const { browser, person } = await half();
    const proof = { password, code: person.recovery[0] };
    const added = await register(person.browser, await Authenticator.make(), { proof });
    expect(added.status).toBe(201);
    expect(await finish(browser, person.recovery[1] ?? '')).toBe(200);
    expect((await browser.me()).id).toBe(person.user_id);
  });
});

describe('the export of an account', () => {
  it('has its passkeys, without what identifies or verifies them', async () => {
    const { browser, authenticator, passkey_id } = await signUpWithPasskey();
    const { status, body } = await browser.get('/me/export');
    expect([status, body.has_password, body.identities]).toEqual([200, false, []]);
    expect(body.passkeys).toMatchObject([{ id: passkey_id, name: 'Laptop' }]);
    expect(JSON.stringify(body)).not.toContain(authenticator.id);
    expect(JSON.stringify(body)).not.toMatch(/public_key|"jwk"|credential_id/);
  });
});

describe('an account without a password', () => {
  const open = async (): Promise<SignedUp> => {
    const person = await signUpByLink();
    await register(person.browser, await Authenticator.make());
    return person;
  };

  it('gets a password or a second factor only after a recent sign-in (R69)', async () => {
    const { browser, user_id } = await open();
    await ageSessions(user_id, 16);
    for (const [path, json] of [
      ['/me/password', { password: 'a password of the thief' }],
      ['/me/two-factor', {}],
    ] as const) {
      const { status, body } = await browser.post(path, json);
      expect([path, status, body.code]).toEqual([path, 403, 'recent_sign_in_required']);
    }
    const [user] = await rowsOf(
      'select password_hash, totp_secret from users where id = ?',
      user_id,
    );
    expect(user).toEqual({ password_hash: null, totp_secret: null });
    await ageSessions(user_id, -16);
    expect((await browser.post('/me/two-factor', {})).status).toBe(200);
    expect((await browser.post('/me/password', { password })).status).toBe(204);
  });
});
