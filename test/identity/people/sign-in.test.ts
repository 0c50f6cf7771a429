import { env } from 'cloudflare:workers';
import { describe, expect, it } from 'vitest';
import {
  hashPassword,
  passwordCost,
  verifyPassword,
} from '../../../src/identity/people/password.ts';
import { withoutRequestId } from '../../support/document.ts';
import { atProductionCost } from '../../support/password-cost.ts';
import {
  Browser,
  browse,
  cookieOf,
  newAddress,
  origin,
  password,
  signUp,
  tokenFor,
} from '../../support/people.ts';
import { requestWith } from '../../support/worker.ts';

const signIn = (email: string, secret = password, options = {}) =>
  browse('POST', '/auth/sign-in', { json: { email, password: secret }, ...options });

/** The outcome without the request id. */
const shape = (answer: Awaited<ReturnType<typeof signIn>>) => withoutRequestId(answer);

describe('passwords', () => {
  it('are hashed by scrypt within the limits of the platform, with the cost in the hash (R11)', async () => {
    await atProductionCost(async () => {
      expect(passwordCost).toEqual({ N: 16_384, r: 8, p: 5 });
      const hash = await hashPassword(password);
      expect(hash).toMatch(/^scrypt\$16384\$8\$5\$[\w-]{22}\$[\w-]{43}$/);
      expect(hash).not.toBe(await hashPassword(password));
      expect(await verifyPassword(hash, password)).toBe(true);
      expect(await verifyPassword(hash, `${password} `)).toBe(false);
      expect(await verifyPassword(null, password)).toBe(false);
      expect(await verifyPassword(hash.replace('$16384$', '$8192$'), password)).toBe(false);
    });
  });

  it('of production sign a person in, also where later ones cost something else', async () => {
    const email = newAddress();
    await atProductionCost(() => signUp(email));
    const stored = await env.DB.prepare('select password_hash from users where email = ?')
      .bind(email)
      .first('password_hash');
    expect(stored).toMatch(/^scrypt\$16384\$8\$5\$/);
    expect((await signIn(email)).status).toBe(200);
    expect((await signIn(email, `${password} `)).status).toBe(401);
  });

  it('typed with other Unicode forms are the same', async () => {
    const hash = await hashPassword('caf\u00e9 caf\u00e9 caf\u00e9');
    expect(await verifyPassword(hash, 'cafe\u0301 cafe\u0301 cafe\u0301')).toBe(true);
  });
});

describe('signing up', () => {
  it('creates the account by the link, with the password chosen there, and signs in', async () => {
    const { browser, email, user_id } = await signUp();
    const { status, body } = await browser.get('/me');
    expect(status).toBe(200);
    expect(body).toMatchObject({
      id: user_id,
      email,
      name: 'Ada Lovelace',
      has_password: true,
      has_two_factor: false,
      workspaces: [],
      workspace_id: null,
    });
    expect((await signIn(email.toUpperCase())).status).toBe(200);
  });

  it('answers the same for known and unknown addresses, and writes the same rows', async () => {
    const { email } = await signUp();
    const request = async (address: string) => {
      const answer = await browse('POST', '/auth/sign-up', { json: { email: address } });
      const work = /"(\d+) trips \d+ read (\d+) written"/.exec(
        answer.headers.get('server-timing') ?? '',
      );
      return { ...shape(answer), trips: work?.[1], written: work?.[2] };
    };
    const stranger = newAddress();
    // The account has had a mail before.
    await request(stranger);
    const unknown = await request(stranger);
    expect(unknown.status).toBe(202);
    expect(await request(email)).toEqual(unknown);
  });

  it('gives the owner of an address that has an account no second one', async () => {
    const { email } = await signUp();
    await browse('POST', '/auth/sign-up', { json: { email } });
    const json = {
      token: await tokenFor('sign_up', email),
      name: 'Other',
      password: 'another password',
    };
    const answer = await browse('POST', '/auth/sign-up/complete', { json });
    expect([answer.status, answer.body.code]).toEqual([400, 'invalid_token']);
    expect((await signIn(email)).status).toBe(200);
  });

  it('is refused unless the deployment allows it', async () => {
    for (const SIGN_UP of ['closed', 'invited']) {
      const json = { email: newAddress() };
      const answer = await requestWith({ SIGN_UP }, 'POST', '/api/v1/auth/sign-up', 'none', {
        json,
      });
      expect([answer.status, answer.body.code]).toEqual([403, 'forbidden']);
    }
  });

  it.each([
    ['short passwords', { password: 'short' }],
    ['long passwords', { password: 'x'.repeat(257) }],
    ['blank names', { name: ' ' }],
  ])('refuses %s', async (_what, wrong) => {
    const email = newAddress();
    await browse('POST', '/auth/sign-up', { json: { email } });
    const token = await tokenFor('sign_up', email);
    const json = { token, name: 'Ada', password, ...wrong };
    expect((await browse('POST', '/auth/sign-up/complete', { json })).status).toBe(422);
  });

  it.each([
    '',
    'ada',
    'ada@',
    '@example.com',
    'a b@example.com',
    'ada@example',
    'ada@ex\u00e4mple.com\u202e',
  ])('refuses the address %j', async (email) => {
    expect((await browse('POST', '/auth/sign-up', { json: { email } })).status).toBe(422);
  });
});

describe('links by mail', () => {
  it('work once, also when they are used in parallel (R12)', async () => {
    const email = newAddress();
    await browse('POST', '/auth/sign-up', { json: { email } });
    const json = { token: await tokenFor('sign_up', email), name: 'Ada', password };
    const use = () => browse('POST', '/auth/sign-up/complete', { json });
    const answers = await Promise.all([use(), use(), use()]);
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 400, 400]);
    expect((await use()).body.code).toBe('invalid_token');
    const { results } = await env.DB.prepare('select id from users where email = ?')
      .bind(email)
      .all();
    expect(results).toHaveLength(1);
  });

  it('are valid for their purpose, their time and their deployment only (R12)', async () => {
    const { email } = await signUp();
    await browse('POST', '/auth/password-reset', { json: { email } });
    const token = await tokenFor('reset', email);
    const [id = '', version, mac = ''] = token.split('.');
    const set = (value: unknown) =>
      browse('POST', '/auth/password-reset/complete', {
        json: { token: value, password: 'a new password' },
      });
    for (const wrong of [
      '',
      'null',
      id,
      `${id}.${version}.`,
      `${id}.2.${mac}`,
      `${id}.${version}.${mac.slice(1)}A`,
    ])
      expect((await set(wrong)).body.code, wrong).toBe('invalid_token');
    expect((await set(null)).status).toBe(422);
    const asLink = await browse('POST', '/auth/link', { json: { token } });
    expect([asLink.status, asLink.body.code]).toEqual([400, 'invalid_token']);
    await env.DB.prepare('update user_tokens set expires_at = ? where id = ?')
      .bind(Date.now() - 1, id)
      .run();
    expect((await set(token)).body.code).toBe('invalid_token');
    expect((await signIn(email)).status).toBe(200);
  });

  it('are not stored, in whole or as a digest (R12)', async () => {
    const email = newAddress();
    await browse('POST', '/auth/sign-up', { json: { email } });
    const mac = (await tokenFor('sign_up', email)).split('.')[2] as string;
    for (const table of ['user_tokens', 'outbox', 'dead_letters']) {
      const { results } = await env.DB.prepare(`select * from ${table}`).all();
      expect(JSON.stringify(results)).not.toContain(mac);
    }
  });
});

describe('resetting a password', () => {
  it('sets it, ends all sessions and uses up the other links (R12)', async () => {
    const { browser, email } = await signUp();
    const another = new Browser(cookieOf(await signIn(email)));
    await browse('POST', '/auth/password-reset', { json: { email } });
    const first = await tokenFor('reset', email);
    await browse('POST', '/auth/password-reset', { json: { email } });
    const second = await tokenFor('reset', email);
    expect(second).not.toBe(first);
    const set = (token: string) =>
      browse('POST', '/auth/password-reset/complete', {
        json: { token, password: 'a new password' },
      });
    expect((await set(second)).status).toBe(204);
    expect((await set(first)).body.code).toBe('invalid_token');
    for (const one of [browser, another]) expect((await one.get('/me')).status).toBe(401);
    expect((await signIn(email)).status).toBe(401);
    expect((await signIn(email, 'a new password')).status).toBe(200);
  });

  it('answers the same for unknown addresses', async () => {
    const { email } = await signUp();
    const ask = async (address: string) =>
      shape(await browse('POST', '/auth/password-reset', { json: { email: address } }));
    const unknown = await ask(newAddress());
    expect(unknown.status).toBe(202);
    expect(await ask(email)).toEqual(unknown);
  });
});

describe('signing in', () => {
  it('answers the same for a wrong password and an unknown address, after the same work (R11)', async () => {
    const { email } = await signUp();
    const wrong = await signIn(email, 'not the password');
    const unknown = await signIn(newAddress());
    expect(wrong.status).toBe(401);
    expect(shape(wrong)).toEqual(shape(unknown));
    const trips = (answer: typeof wrong) =>
      /"(\d+) trips/.exec(answer.headers.get('server-timing') ?? '')?.[1];
    expect(trips(wrong)).toBe(trips(unknown));
    expect(cookieOf(wrong)).toBeNull();
  });

  it('is locked after 10 failures for an address, for the right password too (R11)', async () => {
    const { email, browser } = await signUp();
    const tries = await Promise.all(
      Array.from({ length: 14 }, () => signIn(email, 'not the password')),
    );
    expect(tries.filter(({ status }) => status === 401)).toHaveLength(10);
    const locked = await signIn(email);
    expect([locked.status, locked.body.code]).toEqual([429, 'rate_limited']);
    expect(Number(locked.headers.get('retry-after'))).toBeGreaterThan(60);
    expect(shape(locked)).toEqual(shape(await signIn(email, 'not the password')));
    // Sessions go on, and another address is not affected.
    expect((await browser.get('/me')).status).toBe(200);
    expect((await signIn((await signUp()).email)).status).toBe(200);
    await env.DB.prepare('update sign_in_attempts set until = ?')
      .bind(Date.now() - 1)
      .run();
    expect((await signIn(email)).status).toBe(200);
  });

  it('is locked after 20 failures from an IP address or an IPv6 network (R11)', async () => {
    const from = (ip: string) => ({ headers: { 'cf-connecting-ip': ip } });
    const attempt = (ip: string) => signIn(newAddress(), password, from(ip));
    const network = '2001:db8:1:2';
    for (let index = 0; index < 20; index += 1)
      expect((await attempt(`${network}::${index + 1}`)).status).toBe(401);
    expect((await attempt(`${network}:aaaa::1`)).status).toBe(429);
    expect((await attempt('2001:db8:1:3::1')).status).toBe(401);
    // An address that a client claims counts for nothing (R13).
    const claimed = { ...from(`${network}::1`).headers, 'x-forwarded-for': '192.0.2.7' };
    expect((await signIn(newAddress(), password, { headers: claimed })).status).toBe(429);
  });

  it('does not count successes', async () => {
    const { email } = await signUp();
    for (let index = 0; index < 11; index += 1) expect((await signIn(email)).status).toBe(200);
  });

  it('limits mails to an address, whether it has an account or not', async () => {
    const { email } = await signUp();
    const ask = async (address: string) => {
      const statuses: number[] = [];
      for (let index = 0; index < 6; index += 1)
        statuses.push(
          (await browse('POST', '/auth/password-reset', { json: { email: address } })).status,
        );
      return statuses;
    };
    expect((await ask(newAddress())).slice(-2)).toEqual([202, 429]);
    // The link of signing up counts.
    expect((await ask(email)).slice(-2)).toEqual([429, 429]);
  });

  it('from another site is refused (R70)', async () => {
    const { email } = await signUp();
    const json = { email, password };
    for (const headers of [
      { origin: 'https://evil.example', 'sec-fetch-site': 'cross-site' },
      { origin: 'https://evil.example', 'sec-fetch-site': '' },
      { origin: 'null', 'sec-fetch-site': '' },
      { origin: '', 'sec-fetch-site': 'same-site' },
    ]) {
      const answer = await browse('POST', '/auth/sign-in', { json, headers });
      expect([answer.status, cookieOf(answer)], JSON.stringify(headers)).toEqual([403, null]);
    }
  });

  it('needs https, except on a laptop, where the cookie has a name of its own (R69)', async () => {
    const { email } = await signUp();
    const at = (url: string) =>
      browse('POST', `${url}/api/v1/auth/sign-in`, {
        json: { email, password },
        headers: { origin: url },
      });
    const local = await at('http://localhost');
    const [cookie = ''] = local.headers.getSetCookie();
    expect(cookie).toMatch(
      /^agentgrid_session=[\w-]{43}; Path=\/; HttpOnly; SameSite=Lax; Max-Age=\d+$/,
    );
    const token = cookieOf(local) ?? '';
    const named = (name: string, url: string) =>
      browse('GET', `${url}/api/v1/me`, { headers: { cookie: `${name}=${token}` } });
    expect((await named('agentgrid_session', 'http://localhost')).status).toBe(200);
    // A cookie that another host or plain http may have set is not accepted.
    expect((await named('agentgrid_session', origin)).status).toBe(401);
    expect((await named('__Host-agentgrid_session', 'http://localhost')).status).toBe(401);
    const plain = await at('http://agentgrid.test');
    expect([plain.status, cookieOf(plain)]).toEqual([403, null]);
  });
});
