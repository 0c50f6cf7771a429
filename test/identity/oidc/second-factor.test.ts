import { env } from 'cloudflare:workers';
import { describe, expect, it } from 'vitest';
import { writePending } from '../../../src/identity/oidc/pending-factor.ts';
import { readConfig } from '../../../src/platform/config.ts';
import { Issuer, OidcBrowser } from '../../support/oidc.ts';
import {
  addTwoFactor,
  browse,
  codeOf,
  cookieName,
  origin,
  password,
  signUp,
  type TwoFactorPerson,
} from '../../support/people.ts';

const account = `${origin}/account`;
const asked = `${account}?second_factor=Acme&next=%2Faccount`;
const kept = '__Host-agentgrid_second_factor';

async function open(entry = {}) {
  const issuer = await new Issuer().open();
  const bindings = issuer.bindings({ SIGN_UP: 'open' }, entry);
  const person = await addTwoFactor(await signUp());
  return { issuer, bindings, person, browser: new OidcBrowser(bindings) };
}

const links = async ({ user_id }: TwoFactorPerson) =>
  (await env.DB.prepare('select * from user_identities where user_id = ?').bind(user_id).all())
    .results.length;
const finish = async (browser: OidcBrowser, code: string) => {
  const { status, body } = await browser.send('POST', '/auth/second-factor', { code });
  return status === 200 ? 'signed in' : body.code;
};

describe('the second factor after a sign-in at a provider', () => {
  it('is required before the identity is linked and the person signed in (R12)', async () => {
    const { issuer, person, browser, bindings } = await open();
    const claims = { email: person.email, sub: 'mine' };
    expect(await browser.signIn(issuer, { claims })).toBe(asked);
    expect([...browser.cookies.keys()]).toEqual([kept]);
    expect([await browser.me(), await links(person)]).toEqual([null, 0]);
    expect(await finish(browser, '000000')).toBe('unauthenticated');
    expect([await browser.me(), await links(person)]).toEqual([null, 0]);
    expect(await finish(browser, await codeOf(person.secret))).toBe('signed in');
    expect([...browser.cookies.keys()]).toEqual([cookieName]);
    expect([(await browser.me()).id, await links(person)]).toEqual([person.user_id, 1]);
    const again = new OidcBrowser(bindings);
    expect(await again.signIn(issuer, { claims })).toBe(asked);
    expect(await finish(again, person.recovery[0] ?? '')).toBe('signed in');
    expect(await links(person)).toBe(1);
  });

  it('takes each code once, whatever the cookie, and counts wrong ones (R11)', async () => {
    const { issuer, person, browser, bindings } = await open();
    const claims = { email: person.email, sub: 'mine' };
    const two = new OidcBrowser(bindings);
    for (const one of [browser, two]) await one.signIn(issuer, { claims });
    const code = await codeOf(person.secret);
    const cookie = browser.cookies.get(kept) ?? '';
    expect((await Promise.all([finish(browser, code), finish(two, code)])).sort()).not.toEqual([
      'signed in',
      'signed in',
    ]);
    const replayed = new OidcBrowser(bindings);
    replayed.cookies.set(kept, cookie);
    expect(await finish(replayed, code)).not.toBe('signed in');
    const third = new OidcBrowser(bindings);
    await third.signIn(issuer, { claims });
    const wrong: string[] = [];
    for (let index = 0; index < 11; index += 1) wrong.push(await finish(third, '000000'));
    expect(wrong.at(-1)).toBe('rate_limited');
  });

  it('is not finished without the cookie, by a forged one, by one of another person, or after 10 minutes', async () => {
    const { issuer, person, browser, bindings } = await open();
    const stranger = await addTwoFactor(await signUp());
    const code = await codeOf(stranger.secret);
    expect(await finish(browser, code)).toBe('invalid_token');
    await browser.signIn(issuer, { claims: { email: person.email, sub: 'mine' } });
    const [text = '', mac = ''] = (browser.cookies.get(kept) ?? '').split('.');
    expect(await finish(browser, code)).toBe('unauthenticated');
    const about = JSON.parse(atob(text.replaceAll('-', '+').replaceAll('_', '/')));
    const { updated_at } = (await env.DB.prepare('select updated_at from users where id = ?')
      .bind(stranger.user_id)
      .first<{ updated_at: number }>()) ?? { updated_at: 0 };
    const other_person = {
      ...about,
      ...{ user_id: stranger.user_id, email: stranger.email, updated_at },
    };
    const forged = btoa(JSON.stringify(other_person));
    for (const value of [`${forged.replaceAll('=', '')}.${mac}`, text, `.${mac}`, 'x', '']) {
      const other = new OidcBrowser(bindings);
      other.cookies.set(kept, value);
      expect(await finish(other, code), value).toBe('invalid_token');
    }
    expect(await links(stranger)).toBe(0);
    // As this deployment would have written them: past their time, and in time.
    const ctx = { config: readConfig(env), now: () => Date.now() } as Parameters<
      typeof writePending
    >[0];
    for (const [expires_at, expected] of [
      [Date.now() - 1, 'invalid_token'],
      [Date.now() + 60_000, 'signed in'],
    ] as const) {
      const one = new OidcBrowser(bindings);
      one.cookies.set(kept, await writePending(ctx, { ...other_person, expires_at }));
      expect(await finish(one, code)).toBe(expected);
    }
  });

  it('ends when the account changes, or the identity is unlinked', async () => {
    const { issuer, person, browser, bindings } = await open();
    const claims = { email: person.email, sub: 'mine' };
    const begin = async () => {
      const one = new OidcBrowser(bindings);
      expect(await one.signIn(issuer, { claims })).toBe(asked);
      return one;
    };
    const before = await begin();
    await person.browser.post('/me/password', {
      current_password: password,
      password: 'another password',
    });
    expect(await finish(before, await codeOf(person.secret))).toBe('invalid_token');
    await browser.signIn(issuer, { claims });
    expect(await finish(browser, await codeOf(person.secret))).toBe('signed in');
    const unlinked = await begin();
    await env.DB.prepare('delete from user_identities where user_id = ?')
      .bind(person.user_id)
      .run();
    expect(await finish(unlinked, person.recovery[0] ?? '')).toBe('invalid_token');
    expect(await links(person)).toBe(0);
  });

  it('is not finished by a page of another site (R70)', async () => {
    const { issuer, person, browser } = await open();
    await browser.signIn(issuer, { claims: { email: person.email } });
    const cookie = `${kept}=${browser.cookies.get(kept)}`;
    const code = await codeOf(person.secret);
    for (const headers of [
      { origin: 'https://evil.example', 'sec-fetch-site': 'cross-site', cookie },
      { origin: '', 'sec-fetch-site': '', cookie },
    ]) {
      const answer = await browse('POST', '/auth/second-factor', { headers, json: { code } });
      expect([answer.status, answer.body.code]).toEqual([403, 'forbidden']);
    }
    expect(await finish(browser, code)).toBe('signed in');
  });

  it('is required whatever the provider asserts, unless the operator trusts it with that', async () => {
    const amr = ['pwd', 'mfa', 'otp'];
    const { issuer, person, bindings } = await open();
    const trusting = issuer.bindings({ SIGN_UP: 'open' }, { trusted_amr: ['mfa'] });
    const end = (by: typeof bindings, claimed: unknown) =>
      new OidcBrowser(by).signIn(issuer, {
        claims: { email: person.email, sub: 'mine', amr: claimed },
      });
    expect(await end(bindings, amr)).toBe(asked);
    for (const wrong of [undefined, [], ['pwd'], ['MFA'], 'mfa', { 0: 'mfa' }, [['mfa']]])
      expect(await end(trusting, wrong), JSON.stringify(wrong)).toBe(asked);
    expect(await links(person)).toBe(0);
    expect(await end(trusting, amr)).toBe(account);
    expect(await links(person)).toBe(1);
  });
});
