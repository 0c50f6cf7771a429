import { env } from 'cloudflare:workers';
import { describe, expect, it } from 'vitest';
import { stepAt, totpCode } from '../../../src/identity/two-factor/totp.ts';
import { expectProblem } from '../../support/document.ts';
import {
  addTwoFactor,
  Browser,
  browse,
  codeOf,
  cookieOf,
  password,
  signUp,
  tokenFor,
} from '../../support/people.ts';

const withTwoFactor = async () => addTwoFactor(await signUp());

const signIn = (email: string, code?: string, secret = password) =>
  browse('POST', '/auth/sign-in', {
    json: { email, password: secret, ...(code === undefined ? {} : { code }) },
  });

describe('two-factor sign-in', () => {
  it('computes the codes of RFC 6238', async () => {
    // Appendix B, SHA-1, the last six of eight digits.
    const secret = 'GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ';
    const at = [59, 1_111_111_109, 1_234_567_890, 20_000_000_000];
    expect(await Promise.all(at.map((time) => totpCode(secret, stepAt(time * 1000))))).toEqual([
      '287082',
      '081804',
      '005924',
      '353130',
    ]);
  });

  it('asks for a code after the right password only, and takes each code once', async () => {
    const { email, secret } = await withTwoFactor();
    expect((await signIn(email)).body.code).toBe('second_factor_required');
    expect((await signIn(email, undefined, 'wrong password')).body.code).toBe('unauthenticated');
    const code = await codeOf(secret);
    expect((await signIn(email, code, 'wrong password')).status).toBe(401);
    const answers = await Promise.all([signIn(email, code), signIn(email, code)]);
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 401]);
    expect((await signIn(email, code)).status).toBe(401);
    // Nor an earlier one.
    expect((await signIn(email, await codeOf(secret, -1))).status).toBe(401);
    expect((await signIn(email, await codeOf(secret, 1))).status).toBe(200);
    expect((await signIn(email, await codeOf(secret, 9))).status).toBe(401);
  });

  it('counts wrong codes as failures (R11)', async () => {
    const { email } = await withTwoFactor();
    const answers = await Promise.all(Array.from({ length: 12 }, () => signIn(email, '000000')));
    expect(answers.filter(({ status }) => status === 429)).toHaveLength(2);
    expect(answers.map(cookieOf)).toEqual(Array(12).fill(null));
  });

  it('takes each recovery code once, however it is typed', async () => {
    const { email, recovery } = await withTwoFactor();
    const [first = '', second = ''] = recovery;
    expect(recovery).toHaveLength(10);
    const uses = [first, first.toLowerCase().replace('-', ' '), `${second} `];
    const statuses: number[] = [];
    for (const code of uses) statuses.push((await signIn(email, code)).status);
    expect(statuses).toEqual([200, 401, 200]);
    const stranger = await withTwoFactor();
    expect((await signIn(stranger.email, recovery[2])).status).toBe(401);
  });

  it('stores the secret sealed and recovery codes as hashes', async () => {
    const { user_id, secret, recovery } = await withTwoFactor();
    const user = await env.DB.prepare('select * from users where id = ?').bind(user_id).all();
    const codes = await env.DB.prepare('select * from recovery_codes where user_id = ?')
      .bind(user_id)
      .all();
    const text = JSON.stringify([user.results, codes.results]);
    for (const one of [secret, ...recovery]) expect(text).not.toContain(one);
  });

  it('is not in force before a code is confirmed, needs the password, and ends other sessions (R69)', async () => {
    const { browser, email } = await signUp();
    expectProblem(await browser.post('/me/two-factor', { password: 'wrong password' }), 403);
    const other = new Browser(cookieOf(await signIn(email)));
    const { body } = await browser.post('/me/two-factor', { password });
    expect(body.uri).toContain(`secret=${body.secret}&issuer=AgentGrid`);
    expect((await signIn(email)).status).toBe(200);
    expectProblem(
      await browser.post('/me/two-factor/confirm', { code: await codeOf(body.secret, 9) }),
      403,
    );
    const before = browser.cookie;
    const code = await codeOf(body.secret);
    expect((await browser.post('/me/two-factor/confirm', { code })).status).toBe(200);
    expect(browser.cookie).not.toBe(before);
    expect((await other.get('/me')).status).toBe(401);
    expect((await browser.get('/me')).body.has_two_factor).toBe(true);
    expectProblem(await browser.post('/me/two-factor', { password }), 409);
  });

  it('is turned off with a code only', async () => {
    const { browser, email, recovery } = await withTwoFactor();
    expectProblem(await browser.post('/me/two-factor/disable', { code: '000000' }), 403);
    expect((await browser.post('/me/two-factor/disable', { code: recovery[0] })).status).toBe(204);
    expect((await signIn(email)).status).toBe(200);
    expectProblem(await browser.post('/me/two-factor/disable', { code: '000000' }), 409);
  });

  it('remains after a password reset (R12)', async () => {
    const { email } = await withTwoFactor();
    await browse('POST', '/auth/password-reset', { json: { email } });
    const json = { token: await tokenFor('reset', email), password: 'a new password' };
    expect((await browse('POST', '/auth/password-reset/complete', { json })).status).toBe(204);
    const answer = await signIn(email, undefined, 'a new password');
    expect(answer.body.code).toBe('second_factor_required');
  });
});
