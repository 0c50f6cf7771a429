import { createExecutionContext } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { describe, expect, it } from 'vitest';
import { identityFeature } from '../../../src/identity/feature.ts';
import { newChallenge } from '../../../src/identity/passkeys/challenge.ts';
import { isSignedBy } from '../../../src/identity/passkeys/signature.ts';
import { openPlatform } from '../../../src/platform/cloudflare.ts';
import { readConfig } from '../../../src/platform/config.ts';
import type { Ctx } from '../../../src/platform/context.ts';
import { newWorkspace } from '../../support/api.ts';
import {
  type Algorithm,
  Authenticator,
  der,
  flag,
  type Lies,
} from '../../support/authenticator.ts';
import { expectProblem } from '../../support/document.ts';
import {
  answerWith,
  browserOf,
  passkeyCookie,
  register,
  setCookieOf,
  signInBy,
  signUpByLink,
  signUpWithPasskey,
  start,
} from '../../support/passkeys.ts';
import {
  Browser,
  browse,
  cookieName,
  cookieOf,
  newMember,
  password,
} from '../../support/people.ts';

const minute = 60_000;
const verified = flag.UP | flag.UV | flag.BE;

/** What every refused sign-in answers. */
async function expectRefused(answer: Awaited<ReturnType<typeof signInBy>>): Promise<void> {
  expectProblem(answer, 401);
  expect(cookieOf(answer)).toBeNull();
  expect(answer.body.detail).toBe(
    'The passkey was not accepted, or the request for it has expired. Try again, or sign in another way.',
  );
}

const rowOf = (id: string) =>
  env.DB.prepare('select * from passkeys where id = ?').bind(id).first<Record<string, number>>();

describe('a sign-in by passkey', () => {
  it.each<Algorithm>(['ES256', 'RS256', 'EdDSA'])('with %s starts a session (R69)', async (alg) => {
    const { authenticator, email, passkey_id } = await signUpWithPasskey({ alg });
    const answer = await signInBy(authenticator);
    expect([answer.status, answer.body.email]).toEqual([200, email]);
    expect(answer.headers.getSetCookie()[0]).toMatch(
      /^__Host-agentgrid_session=[\w-]{43}; Path=\/; HttpOnly; SameSite=Lax; Max-Age=2592000; Secure$/,
    );
    expect(setCookieOf(answer, passkeyCookie)).toBe('');
    const browser = browserOf(answer);
    const [session] = (await browser.get('/me/sessions')).body.data;
    expect([session.method, session.is_current]).toEqual(['passkey', true]);
    const [passkey] = (await browser.get('/me/passkeys')).body.data;
    expect(Date.parse(passkey.last_used_at)).toBeGreaterThan(Date.now() - minute);
    expect(passkey.id).toBe(passkey_id);
  });

  it('does not take over the session of the browser, which ends (R69)', async () => {
    const { authenticator } = await signUpWithPasskey();
    const attacker = await signUpByLink();
    const planted = attacker.browser.cookie ?? '';
    const started = await start();
    const cookie = `${cookieName}=${planted}; ${passkeyCookie}=${started.cookie}`;
    const answer = await answerWith(await authenticator.get(started.options), started, { cookie });
    expect(answer.status).toBe(200);
    expect(cookieOf(answer)).not.toBe(planted);
    expect((await attacker.browser.get('/me')).status).toBe(401);
  });

  it('counts as two factors', async () => {
    const { authenticator, user_id } = await signUpWithPasskey();
    await env.DB.prepare("update users set totp_confirmed_at = 1, totp_secret = 'x' where id = ?")
      .bind(user_id)
      .run();
    expect((await signInBy(authenticator)).body.has_two_factor).toBe(true);
  });

  it('has options that are the same for everybody, name nobody and store nothing (R11)', async () => {
    await signUpWithPasskey();
    const { results: before } = await env.DB.prepare('select * from used_challenges').all();
    const { options, cookie } = await start();
    expect(options).toEqual({
      challenge: expect.stringMatching(/^[\w-]+$/),
      rpId: 'agentgrid.test',
      timeout: 5 * minute,
      userVerification: 'required',
      allowCredentials: [],
    });
    const { status, body } = await browse('POST', '/auth/passkey/options');
    expect([status, body]).toEqual([
      200,
      { ...options, challenge: expect.stringMatching(/^[\w-]+$/) },
    ]);
    expect(cookie).toMatch(/^[\w-]{43}$/);
    const { results } = await env.DB.prepare('select * from used_challenges').all();
    expect(results).toEqual(before);
  });

  it('answers a challenge of this browser once, in time, for this purpose (R12)', async () => {
    const { authenticator } = await signUpWithPasskey();
    const started = await start();
    const credential = await authenticator.get(started.options);
    await expectRefused(await answerWith(credential, await start()));
    await expectRefused(await answerWith(credential, { cookie: '' }));
    await expectRefused(await browse('POST', '/auth/passkey', { json: { credential } }));
    const factor = await start('second_factor');
    await expectRefused(await answerWith(await authenticator.get(factor.options), factor));
    const challengeOf = async (ago: number) => {
      const ctx = { config: readConfig(env), now: () => Date.now() - ago } as Ctx;
      const challenge = await newChallenge(ctx, 'sign_in', started.cookie);
      return answerWith(await authenticator.get({ challenge }), started);
    };
    await expectRefused(await challengeOf(5 * minute));
    expect((await challengeOf(4 * minute)).status).toBe(200);
    // Several answers, so that the challenge and not the counter of the passkey decides.
    const answers = await Promise.all([1, 2, 3].map(() => answerWith(credential, started)));
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 401, 401]);
    await expectRefused(await answerWith(credential, started));
    await expectRefused(await answerWith(await authenticator.get(started.options), started));
  });

  it.each<[string, Lies]>([
    ['another origin', { origin: 'https://evil.example' }],
    ['a look-alike origin', { origin: 'https://agentgrid.test.evil.example' }],
    ['plain http', { origin: 'http://agentgrid.test' }],
    ['another host', { host: 'evil.example' }],
    ['another ceremony', { type: 'webauthn.create' }],
    ['a frame of another site', { clientData: { crossOrigin: true } }],
    ['a user who was not verified', { flags: flag.UP | flag.BE }],
    ['nobody', { flags: flag.UV | flag.BE }],
    ['a passkey of another kind', { flags: flag.UP | flag.UV }],
    ['contradicting backup flags', { flags: flag.UP | flag.UV | flag.BS }],
    ['another user', { userHandle: btoa('usr_01kajv2q5ve0mt8h2vj3c6x7ra').replace(/=+$/, '') }],
    ['no user', { userHandle: null }],
    ['another challenge', { challenge: btoa('x'.repeat(33)) }],
  ])('from %s is refused (R70)', async (_what, lies) => {
    const { authenticator, passkey_id } = await signUpWithPasskey();
    const before = await rowOf(passkey_id);
    await expectRefused(await signInBy(authenticator, lies));
    expect(await rowOf(passkey_id)).toEqual(before);
    expect((await signInBy(authenticator)).status).toBe(200);
  });

  it('answers the same for an unknown passkey, one of somebody else, and a wrong signature (R11)', async () => {
    const [ann, bob] = [await signUpWithPasskey(), await signUpWithPasskey()];
    const unknown = await Authenticator.make();
    await expectRefused(await signInBy(unknown, { userHandle: 'dXNy' }));
    await expectRefused(await signInBy(ann.authenticator, { id: bob.authenticator.id }));
    const started = await start();
    const credential = await ann.authenticator.get(started.options);
    const { response } = credential;
    for (const signature of [
      'AAAA',
      'A',
      `A${response.signature.slice(1)}`,
      response.authenticatorData,
    ])
      await expectRefused(
        await answerWith({ ...credential, response: { ...response, signature } }, started),
      );
    // What was signed is what is read.
    const later = await ann.authenticator.get(started.options, { flags: verified | flag.BS });
    const authenticatorData = later.response.authenticatorData;
    const other = await ann.authenticator.get(started.options, { sign_count: 7 });
    await expectRefused(
      await answerWith({ ...other, response: { ...other.response, authenticatorData } }, started),
    );
  });

  it('is refused when the counter does not go on, also in parallel', async () => {
    const { authenticator, passkey_id } = await signUpWithPasskey({ counts: true, kind: 0 });
    expect((await signInBy(authenticator)).status).toBe(200);
    expect((await rowOf(passkey_id))?.sign_count).toBe(2);
    for (const sign_count of [2, 1, 0])
      await expectRefused(await signInBy(authenticator, { sign_count }));
    // A copy has the same count as the original.
    const answers = await Promise.all(
      [1, 2].map(() => signInBy(authenticator, { sign_count: 50 })),
    );
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 401]);
    expect((await rowOf(passkey_id))?.sign_count).toBe(50);
  });

  it('is refused once the passkey is deleted', async () => {
    const { authenticator, browser, passkey_id } = await signUpWithPasskey({ with_password: true });
    const started = await start();
    const credential = await authenticator.get(started.options);
    expect((await browser.delete(`/me/passkeys/${passkey_id}`)).status).toBe(204);
    await expectRefused(await answerWith(credential, started));
    await expectRefused(await signInBy(authenticator));
    const { results } = await env.DB.prepare('select id from passkeys where id = ?')
      .bind(passkey_id)
      .all();
    expect(results).toEqual([]);
  });

  it('of a removed member, or to a suspended workspace, reaches neither (R9)', async () => {
    const workspace = await newWorkspace();
    const member = await newMember(workspace, 'editor');
    const authenticator = await Authenticator.make();
    await register(member.browser, authenticator, { proof: { password } });
    expect((await browserOf(await signInBy(authenticator)).get('/agents')).status).toBe(200);
    const suspend = (at: number | null) =>
      env.DB.prepare('update workspaces set suspended_at = ? where id = ?')
        .bind(at, workspace.id)
        .run();
    await suspend(1);
    expectProblem(await browserOf(await signInBy(authenticator)).get('/agents'), 403);
    await suspend(null);
    expect((await workspace.delete(`/members/${member.member_id}`)).status).toBe(204);
    const answer = await signInBy(authenticator);
    expect(answer.body.workspaces).toEqual([]);
    expectProblem(await browserOf(answer).get('/agents'), 403);
  });

  it('is limited by IP address, and successes do not count (R11)', async () => {
    const { authenticator } = await signUpWithPasskey();
    const from = (ip: string) => ({ 'cf-connecting-ip': ip });
    const attempt = async (ip: string, lies: Lies = {}) => {
      const started = await start();
      return answerWith(await authenticator.get(started.options, lies), started, {
        ...from(ip),
        cookie: `${passkeyCookie}=${started.cookie}`,
      });
    };
    for (const _ of Array(3)) expect((await attempt('192.0.2.77')).status).toBe(200);
    for (const _ of Array(20))
      await expectRefused(await attempt('192.0.2.77', { userHandle: null }));
    expect((await attempt('192.0.2.77')).status).toBe(429);
    expect((await attempt('192.0.2.78')).status).toBe(200);
  });

  it('from another site is refused, and so is its start (R70)', async () => {
    const { authenticator } = await signUpWithPasskey();
    const started = await start();
    const credential = await authenticator.get(started.options);
    const headers = { origin: 'https://evil.example', 'sec-fetch-site': 'cross-site' };
    expectProblem(await answerWith(credential, started, headers), 403);
    expectProblem(await browse('POST', '/auth/passkey/options', { json: {}, headers }), 403);
    const text = { headers: { 'content-type': 'text/plain' }, body: '{}' };
    expectProblem(await browse('POST', '/auth/passkey', text), 415);
    expect((await answerWith(credential, started)).status).toBe(200);
  });

  it('of another shape is refused by the schema (R10)', async () => {
    const { authenticator } = await signUpWithPasskey();
    const { options } = await start();
    const valid = await authenticator.get(options);
    const { response } = valid;
    for (const wrong of [
      { ...valid, type: 'x' },
      { ...valid, extra: 1 },
      { ...valid, response: { ...response, signature: '' } },
      { ...valid, response: { ...response, signature: 'A'.repeat(6000) } },
      { ...valid, response: { ...response, userHandle: 'A'.repeat(100) } },
      { ...valid, response: null },
    ])
      expectProblem(await browse('POST', '/auth/passkey', { json: { credential: wrong } }), 422);
  });

  it('accepts signatures whose numbers begin with zeros', async () => {
    const algorithm = { name: 'ECDSA', namedCurve: 'P-256' };
    const pair = (await crypto.subtle.generateKey(algorithm, true, ['sign'])) as CryptoKeyPair;
    const { kty, crv, x, y } = (await crypto.subtle.exportKey('jwk', pair.publicKey)) as JsonWebKey;
    const jwk = { kty: kty ?? '', crv: crv ?? '', x: x ?? '', y: y ?? '' };
    const data = new Uint8Array(37);
    // One of 256 has such a number in each place.
    const short = { r: 0, s: 0 };
    for (let index = 0; index < 5000 && (short.r === 0 || short.s === 0); index++) {
      const client = Uint8Array.from(new TextEncoder().encode(String(index)));
      const hash = new Uint8Array(await crypto.subtle.digest('SHA-256', client));
      const signed = Uint8Array.from([...data, ...hash]);
      const sign = { name: 'ECDSA', hash: 'SHA-256' };
      const raw = new Uint8Array(await crypto.subtle.sign(sign, pair.privateKey, signed));
      if (raw[0] !== 0 && raw[32] !== 0) continue;
      short[raw[0] === 0 ? 'r' : 's']++;
      expect(await isSignedBy({ alg: 'ES256', jwk }, data, client, der(raw))).toBe(true);
    }
    expect(short.r * short.s).toBeGreaterThan(0);
  });
});

describe('a passkey as the second factor of a password', () => {
  const withFactor = async () => {
    const person = await signUpWithPasskey({ with_password: true });
    await env.DB.prepare("update users set totp_confirmed_at = 1, totp_secret = 'x' where id = ?")
      .bind(person.user_id)
      .run();
    return person;
  };
  const signIn = (email: string, cookie: string, passkey?: object, secret = password) =>
    browse('POST', '/auth/sign-in', {
      json: { email, password: secret, ...(passkey === undefined ? {} : { passkey }) },
      headers: { cookie: `${passkeyCookie}=${cookie}` },
    });

  it('takes the place of a code, once (R12)', async () => {
    const { email, authenticator } = await withFactor();
    expect((await signIn(email, '')).body.code).toBe('second_factor_required');
    const { options, cookie } = await start('second_factor');
    // Presence suffices: the password is the other factor.
    const passkey = await authenticator.get(options, {
      flags: flag.UP | flag.BE,
      userHandle: null,
    });
    expect((await signIn(email, cookie, passkey, 'wrong password')).body.code).toBe(
      'unauthenticated',
    );
    const answers = await Promise.all([1, 2].map(() => signIn(email, cookie, passkey)));
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 401]);
    const done = answers.find(({ status }) => status === 200);
    const browser = new Browser(done === undefined ? null : cookieOf(done));
    expect((await browser.get('/me/sessions')).body.data[0].method).toBe('password');
  });

  it('must be of the account, for this purpose (R12)', async () => {
    const { email, authenticator } = await withFactor();
    const stranger = await signUpWithPasskey();
    const { options, cookie } = await start('second_factor');
    await expectRefused(await signIn(email, cookie, await stranger.authenticator.get(options)));
    const whole = await start();
    await expectRefused(await signIn(email, whole.cookie, await authenticator.get(whole.options)));
    const lies = { origin: 'https://evil.example' };
    await expectRefused(await signIn(email, cookie, await authenticator.get(options, lies)));
    expect((await signIn(email, cookie, await authenticator.get(options))).status).toBe(200);
  });
});

describe('answered challenges', () => {
  it('are deleted once they have expired', async () => {
    const now = Date.now();
    const insert = (hash: string, expires_at: number) =>
      env.DB.prepare('insert into used_challenges values (?, ?)').bind(hash, expires_at).run();
    await insert('old', now - 1);
    await insert('new', now + minute);
    const task = identityFeature.tasks.everyHour.find(({ name }) => name === 'passkeys');
    const platform = openPlatform(env, createExecutionContext(), { request_id: 'req_test' });
    const actor = { type: 'system', name: 'passkeys' } as const;
    await task?.run(platform.context({ workspace_id: '', actor }));
    const { results } = await env.DB.prepare(
      "select hash from used_challenges where hash in ('old', 'new')",
    ).all();
    expect(results).toEqual([{ hash: 'new' }]);
  });
});
