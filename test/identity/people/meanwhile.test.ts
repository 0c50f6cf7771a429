import { env } from 'cloudflare:workers';
import { describe, expect, it } from 'vitest';
import { Authenticator } from '../../support/authenticator.ts';
import { interfering } from '../../support/faulty.ts';
import { Issuer, OidcBrowser } from '../../support/oidc.ts';
import {
  browserOf,
  passkeyCookie,
  registrationOptions,
  signInBy,
  signUpWithPasskey,
  start,
} from '../../support/passkeys.ts';
import {
  addTwoFactor,
  Browser,
  codeOf,
  cookieName,
  password,
  type SignedUp,
  signUp,
  tokenFor,
} from '../../support/people.ts';

const changed = 'another password of hers';
const insertsSession = /insert into "user_sessions"/;

/** A browser whose request is overtaken by `meanwhile` when it has decided, just before it writes. */
const overtaken = (statement: RegExp, meanwhile: () => Promise<unknown>, bindings = {}) =>
  new OidcBrowser({ ...bindings, DB: interfering(env.DB, statement, meanwhile) });

const sessionsOf = async ({ user_id }: Pick<SignedUp, 'user_id'>): Promise<number> =>
  (await env.DB.prepare('select count(*) as n from user_sessions where user_id = ?')
    .bind(user_id)
    .first<number>('n')) ?? -1;

async function resetPassword({ email }: SignedUp): Promise<void> {
  const browser = new Browser();
  await browser.post('/auth/password-reset', { email });
  const json = { token: await tokenFor('reset', email), password: changed };
  expect((await browser.post('/auth/password-reset/complete', json)).status).toBe(204);
}

const endSessions = ({ user_id }: SignedUp) =>
  env.DB.prepare('delete from user_sessions where user_id = ?').bind(user_id).run();

describe('a sign-in in progress', () => {
  it('by a password that is reset meanwhile starts no session (R69)', async () => {
    const person = await signUp();
    const thief = overtaken(insertsSession, () => resetPassword(person));
    const { email } = person;
    const answer = await thief.send('POST', '/auth/sign-in', { email, password });
    expect([answer.status, answer.body.code]).toEqual([401, 'unauthenticated']);
    expect(answer.headers.getSetCookie()).toEqual([]);
    expect(await sessionsOf(person)).toBe(0);
    const again = await thief.send('POST', '/auth/sign-in', { email, password: changed });
    expect(again.status).toBe(200);
  });

  it('by a password alone starts no session once a second factor is on (R69)', async () => {
    const person = await signUp();
    const thief = overtaken(insertsSession, () => addTwoFactor(person));
    const { email } = person;
    const answer = await thief.send('POST', '/auth/sign-in', { email, password });
    expect(answer.status).toBe(401);
    expect(await sessionsOf(person)).toBe(1);
  });

  it('to an account that is deleted meanwhile starts no session (R69)', async () => {
    const person = await signUp();
    const thief = overtaken(insertsSession, () =>
      person.browser.send('DELETE', '/me', { json: { email: person.email } }),
    );
    const answer = await thief.send('POST', '/auth/sign-in', { email: person.email, password });
    expect(answer.status).toBe(401);
    expect(await sessionsOf(person)).toBe(0);
  });

  it('by a passkey that is deleted meanwhile starts no session (R69)', async () => {
    const person = await signUpWithPasskey({ with_password: true });
    const { browser, passkey_id, authenticator } = person;
    const thief = overtaken(insertsSession, () => browser.delete(`/me/passkeys/${passkey_id}`));
    const { options, cookie } = await start();
    thief.cookies.set(passkeyCookie, cookie);
    const credential = await authenticator.get(options);
    const answer = await thief.send('POST', '/auth/passkey', { credential });
    expect(answer.status).toBe(401);
    expect(await sessionsOf(person)).toBe(1);
  });

  it('by an identity that is unlinked meanwhile starts no session (R69)', async () => {
    const issuer = await new Issuer().open();
    const bindings = issuer.bindings();
    const person = await signUp();
    const own = new OidcBrowser(bindings);
    own.cookies.set(cookieName, person.browser.cookie ?? '');
    const { body } = await own.send('POST', '/me/identities', { provider: 'acme' });
    const to = new URL(body.authorization_url);
    await own.comeBack(to, await issuer.grant(to, { claims: { sub: 'hers' } }));
    const [{ id }] = (await own.send('GET', '/me/identities')).body.data;
    const before = await sessionsOf(person);
    const unlink = () => own.send('DELETE', `/me/identities/${id}`);
    const thief = overtaken(insertsSession, unlink, bindings);
    const claims = { sub: 'hers', email_verified: false };
    expect(await thief.signIn(issuer, { claims })).toContain('error=');
    expect(await sessionsOf(person)).toBe(before);
  });

  it.each([
    [0, 1],
    [1, 0],
  ])(
    'and the removal of its passkey in parallel leave no session of the passkey (order %i, %i)',
    async (...order) => {
      const person = await signUpWithPasskey({ with_password: true });
      const acts = [
        () => signInBy(person.authenticator),
        () => person.browser.delete(`/me/passkeys/${person.passkey_id}`),
      ];
      const answers = await Promise.all(order.map((at) => acts[at]?.()));
      const signedIn = answers[order.indexOf(0)];
      expect(answers[order.indexOf(1)]?.status).toBe(204);
      // Whoever was first: a session is that of a passkey that existed, and no other sign-in follows.
      expect([200, 401]).toContain(signedIn?.status);
      expect(await sessionsOf(person)).toBe(signedIn?.status === 200 ? 2 : 1);
      expect((await signInBy(person.authenticator)).status).toBe(401);
      if (signedIn?.status === 200)
        expect((await browserOf(signedIn).get('/me')).body.id).toBe(person.user_id);
    },
  );

  it.each([
    [0, 1],
    [1, 0],
  ])(
    'and a new password in parallel leave no session of the former one (order %i, %i)',
    async (...order) => {
      const person = await signUp();
      const thief = new Browser();
      const acts = [
        () => thief.post('/auth/sign-in', { email: person.email, password }),
        () => resetPassword(person),
      ];
      await Promise.all(order.map((at) => acts[at]?.()));
      expect(await sessionsOf(person)).toBe(0);
      if (thief.cookie !== null) expect((await thief.get('/me')).status).toBe(401);
    },
  );
});

describe('a session that ends meanwhile', () => {
  it('adds no passkey (R69)', async () => {
    const person = await signUp();
    const authenticator = await Authenticator.make();
    const options = await registrationOptions(person.browser, { password });
    const thief = overtaken(/insert into "passkeys"/, () => endSessions(person));
    thief.cookies.set(cookieName, person.browser.cookie ?? '');
    const credential = await authenticator.create(options);
    const answer = await thief.send('POST', '/me/passkeys', { name: 'Mine', credential });
    expect([answer.status, answer.body.code]).toEqual([401, 'unauthenticated']);
    expect((await signInBy(authenticator)).status).toBe(401);
  });

  it('sets no password, and does not replace that of a reset (R69)', async () => {
    const person = await signUp();
    const thief = overtaken(/update "users" set "password_hash"/, () => resetPassword(person));
    thief.cookies.set(cookieName, person.browser.cookie ?? '');
    const json = { current_password: password, password: 'the password of a thief' };
    expect((await thief.send('POST', '/me/password', json)).status).toBe(401);
    const { email } = person;
    const browser = new Browser();
    expect((await browser.post('/auth/sign-in', { email, password: changed })).status).toBe(200);
  });

  it('links no identity, requests no other address, and turns no second factor on (R69)', async () => {
    const issuer = await new Issuer().open();
    const bindings = issuer.bindings();
    const person = await signUp();
    const cookie = person.browser.cookie ?? '';
    const end = () => endSessions(person);
    const signedIn = (statement: RegExp) => {
      const browser = overtaken(statement, end, bindings);
      browser.cookies.set(cookieName, cookie);
      return browser;
    };
    const restore = await env.DB.prepare('select * from user_sessions where user_id = ?')
      .bind(person.user_id)
      .first<Record<string, unknown>>();
    const signInAgain = () => {
      const row = Object.entries(restore ?? {});
      return env.DB.prepare(
        `insert into user_sessions (${row.map(([name]) => name)}) values (${row.map(() => '?')})`,
      )
        .bind(...row.map(([, value]) => value))
        .run();
    };
    const linking = signedIn(/insert into "user_identities"/);
    const { body } = await linking.send('POST', '/me/identities', { provider: 'acme' });
    const to = new URL(body.authorization_url);
    const code = await issuer.grant(to, { claims: { sub: 'of a thief' } });
    expect(await linking.comeBack(to, code)).toContain('error=sign_in_expired');
    await signInAgain();
    expect((await person.browser.get('/me/identities')).body.data).toEqual([]);
    const moving = signedIn(/insert into "user_tokens"/);
    const email = `${crypto.randomUUID()}@example.com`;
    expect((await moving.send('POST', '/me/email', { email })).status).toBe(401);
    await signInAgain();
    const { secret } = (await person.browser.post('/me/two-factor', { password })).body;
    const confirming = signedIn(/insert into "recovery_codes"/);
    const confirmed = await confirming.send('POST', '/me/two-factor/confirm', {
      code: await codeOf(secret),
    });
    expect(confirmed.status).toBe(401);
    await signInAgain();
    expect((await person.browser.get('/me')).body.has_two_factor).toBe(false);
  });
});
