import { env } from 'cloudflare:workers';
import { describe, expect, it } from 'vitest';
import { newWorkspace } from '../../support/api.ts';
import { expectProblem } from '../../support/document.ts';
import {
  addTwoFactor,
  ageSessions,
  Browser,
  browse,
  cookieOf,
  invitationToken,
  newAddress,
  newMember,
  password,
  type SignedUp,
  signUp,
  tokenFor,
} from '../../support/people.ts';

const use = (action: 'complete' | 'revoke', token: string) =>
  browse('POST', `/auth/email-change/${action}`, { json: { token } });
const signIn = (email: string, secret = password) =>
  browse('POST', '/auth/sign-in', { json: { email, password: secret } });

/** Requests a change; returns the tokens of both mails. */
async function request({ browser, email }: SignedUp, to: string) {
  const answer = await browser.post('/me/email', { email: to });
  expect(answer.status, JSON.stringify(answer.body)).toBe(202);
  return {
    confirm: await tokenFor('email', to),
    revoke: await tokenFor('email_revoke', email),
  };
}

const emailOf = async (user_id: string) =>
  (
    await env.DB.prepare('select email from users where id = ?')
      .bind(user_id)
      .first<{ email: string }>()
  )?.email;

describe('a change of the address', () => {
  it('is made by the link to the new address, and ends all sessions (R69)', async () => {
    const person = await signUp();
    const to = newAddress();
    const { confirm } = await request(person, to);
    expect((await person.browser.get('/me')).body.email).toBe(person.email);
    const other = new Browser(cookieOf(await signIn(person.email)));
    expect((await use('complete', confirm)).status).toBe(204);
    for (const one of [person.browser, other]) expect((await one.get('/me')).status).toBe(401);
    expect((await signIn(person.email)).status).toBe(401);
    expect((await signIn(to)).body).toMatchObject({ id: person.user_id, email: to });
    expect((await use('complete', confirm)).body.code).toBe('invalid_token');
  });

  it('needs a recent sign-in, and another address', async () => {
    const { browser, email, user_id } = await signUp();
    expectProblem(await browser.post('/me/email', { email }), 409);
    await ageSessions(user_id, 16);
    const answer = await browser.post('/me/email', { email: newAddress() });
    expect([answer.status, answer.body.code]).toEqual([403, 'recent_sign_in_required']);
    for (const wrong of ['x', '', 'a@b', 5])
      expect((await browser.post('/me/email', { email: wrong })).status).toBe(422);
  });

  it('does not tell whether another account has the address (R11)', async () => {
    const [person, other] = [await signUp(), await signUp()];
    const taken = await person.browser.post('/me/email', { email: other.email });
    const free = await person.browser.post('/me/email', { email: newAddress() });
    expect([taken.status, taken.body]).toEqual([free.status, free.body]);
    const rows = await env.DB.prepare(
      "select purpose, count(*) as n from user_tokens where user_id = ? and purpose like 'email%' group by purpose order by purpose",
    )
      .bind(person.user_id)
      .all();
    expect(rows.results).toEqual([
      { purpose: 'email', n: 2 },
      { purpose: 'email_revoke', n: 2 },
    ]);
    // Five mails an hour to one address, whoever requests them.
    const answers: number[] = [];
    for (let index = 0; index < 6; index += 1)
      answers.push((await person.browser.post('/me/email', { email: other.email })).status);
    expect(answers.at(-1)).toBe(429);
    expect(await emailOf(other.user_id)).toBe(other.email);
  });

  it('is refused when another account has the address meanwhile, and in a race of two', async () => {
    const [one, two] = [await signUp(), await signUp()];
    const late = newAddress();
    const { confirm } = await request(one, late);
    await signUp(late);
    const answer = await use('complete', confirm);
    expect([answer.status, answer.body.code]).toEqual([409, 'conflict']);
    expect((await one.browser.get('/me')).body.email).toBe(one.email);
    const both = newAddress();
    const first = await request(one, both);
    const second = await request(two, both);
    const ends = await Promise.all([
      use('complete', first.confirm),
      use('complete', second.confirm),
    ]);
    expect(ends.map(({ status }) => status).sort()).toEqual([204, 409]);
  });

  it('is the last one that was requested, and each link works once, also in parallel', async () => {
    const person = await signUp();
    const [a, b] = [newAddress(), newAddress()];
    const first = await request(person, a);
    const second = await request(person, b);
    expect((await use('complete', first.confirm)).body.code).toBe('invalid_token');
    const ends = await Promise.all([1, 2, 3].map(() => use('complete', second.confirm)));
    expect(ends.map(({ status }) => status).sort()).toEqual([204, 400, 400]);
    expect(await emailOf(person.user_id)).toBe(b);
  });

  it('makes links to the former address invalid, and a reset makes the change invalid', async () => {
    const person = await signUp();
    const to = newAddress();
    const json = { email: person.email };
    await browse('POST', '/auth/password-reset', { json });
    const reset = await tokenFor('reset', person.email);
    const { confirm } = await request(person, to);
    expect((await use('complete', confirm)).status).toBe(204);
    const complete = (token: string) =>
      browse('POST', '/auth/password-reset/complete', {
        json: { token, password: 'a new password' },
      });
    expect((await complete(reset)).body.code).toBe('invalid_token');
    const other = await signUp();
    const change = await request(other, newAddress());
    await browse('POST', '/auth/password-reset', { json: { email: other.email } });
    expect((await complete(await tokenFor('reset', other.email))).status).toBe(204);
    expect((await use('complete', change.confirm)).body.code).toBe('invalid_token');
    expect(await emailOf(other.user_id)).toBe(other.email);
  });

  it('is invalid once the person has set a new password: somebody else may have requested it (R12)', async () => {
    const person = await signUp();
    const { confirm } = await request(person, newAddress());
    const json = { current_password: password, password: 'a new password' };
    expect((await person.browser.post('/me/password', json)).status).toBe(204);
    expect((await use('complete', confirm)).body.code).toBe('invalid_token');
    expect(await emailOf(person.user_id)).toBe(person.email);
  });

  it('takes no token of another purpose, nor an expired one', async () => {
    const person = await signUp();
    const { confirm, revoke } = await request(person, newAddress());
    expect((await use('complete', revoke)).body.code).toBe('invalid_token');
    expect((await use('revoke', confirm)).body.code).toBe('invalid_token');
    await env.DB.prepare('update user_tokens set expires_at = 1 where user_id = ?')
      .bind(person.user_id)
      .run();
    for (const [action, token] of [
      ['complete', confirm],
      ['revoke', revoke],
    ] as const)
      expect((await use(action, token)).body.code).toBe('invalid_token');
  });

  it('is what invitations, members and the audit log follow', async () => {
    const [joined, other] = [await newWorkspace(), await newWorkspace()];
    const person = await newMember(joined, 'editor');
    const invite = async (email: string) =>
      (await other.post('/invitations', { email, role: 'viewer' })).body.id;
    const former = await invite(person.email);
    const to = newAddress();
    const present = await invite(to);
    const { confirm } = await request(person, to);
    await use('complete', confirm);
    const browser = new Browser(cookieOf(await signIn(to)));
    const accept = async (id: string) =>
      browser.post('/me/invitations', { token: await invitationToken(id) });
    expectProblem(await accept(former), 403);
    expect((await accept(present)).status).toBe(200);
    expect((await joined.get(`/members/${person.member_id}`)).body.email).toBe(to);
    // A member, by the present address only.
    expect((await joined.post('/invitations', { email: to, role: 'viewer' })).status).toBe(409);
    const again = await joined.post('/invitations', { email: person.email, role: 'viewer' });
    expect(again.status).toBe(201);
    const { body } = await joined.get('/audit-log?action_prefix=email.');
    expect(body.data.map(({ action }: { action: string }) => action)).toEqual([
      'email.change',
      'email.request',
    ]);
    expect(JSON.stringify(body)).not.toContain(to);
  });
});

describe('revoking a change by the notice to the former address', () => {
  it('before it is made keeps the address, and ends sessions and the password', async () => {
    const person = await signUp();
    const { confirm, revoke } = await request(person, newAddress());
    expect((await use('revoke', revoke)).status).toBe(204);
    expect((await use('complete', confirm)).body.code).toBe('invalid_token');
    expect((await person.browser.get('/me')).status).toBe(401);
    expect((await signIn(person.email)).status).toBe(401);
    const token = await tokenFor('reset', person.email);
    const json = { token, password: 'a new password' };
    expect((await browse('POST', '/auth/password-reset/complete', { json })).status).toBe(204);
    expect((await signIn(person.email, 'a new password')).status).toBe(200);
    expect((await use('revoke', revoke)).body.code).toBe('invalid_token');
  });

  it('after it was made gives the account back, without what was added since (R12)', async () => {
    const person = await signUp();
    const thief = newAddress();
    const { confirm } = await request(person, thief);
    await use('complete', confirm);
    const revoke = await tokenFor('email_revoke', person.email);
    const browser = new Browser(cookieOf(await signIn(thief)));
    await addTwoFactor({ ...person, browser });
    await env.DB.prepare('insert into user_identities values (?, ?, ?, ?, null, null)')
      .bind('https://thief.example', 'thief', person.user_id, Date.now())
      .run();
    const further = newAddress();
    await browser.post('/me/email', { email: further });
    const pending = await tokenFor('email', further);
    expect((await use('revoke', revoke)).status).toBe(204);
    expect((await use('complete', pending)).body.code).toBe('invalid_token');
    const theirs = await tokenFor('email_revoke', thief);
    expect((await use('revoke', theirs)).body.code).toBe('invalid_token');
    expect((await browser.get('/me')).status).toBe(401);
    const json = { token: await tokenFor('reset', person.email), password: 'a new password' };
    await browse('POST', '/auth/password-reset/complete', { json });
    const mine = await signIn(person.email, 'a new password');
    expect(mine.body).toMatchObject({ id: person.user_id, has_two_factor: false });
    const own = new Browser(cookieOf(mine));
    expect((await own.get('/me/identities')).body.data).toEqual([]);
  });

  it('keeps a second factor and identities that were there before', async () => {
    const person = await addTwoFactor(await signUp());
    await env.DB.prepare('insert into user_identities values (?, ?, ?, 1, null, null)')
      .bind('https://mine.example', person.user_id, person.user_id)
      .run();
    await env.DB.prepare('update users set totp_confirmed_at = 1 where id = ?')
      .bind(person.user_id)
      .run();
    const { revoke } = await request(person, newAddress());
    await use('revoke', revoke);
    const json = { token: await tokenFor('reset', person.email), password: 'a new password' };
    await browse('POST', '/auth/password-reset/complete', { json });
    const answer = await signIn(person.email, 'a new password');
    expect(answer.body.code).toBe('second_factor_required');
    const { results } = await env.DB.prepare('select * from user_identities where user_id = ?')
      .bind(person.user_id)
      .all();
    expect(results).toHaveLength(1);
  });

  it('is a conflict when the former address has an account of its own by now', async () => {
    const person = await signUp();
    const to = newAddress();
    const { confirm } = await request(person, to);
    await use('complete', confirm);
    const revoke = await tokenFor('email_revoke', person.email);
    await signUp(person.email);
    expectProblem(await use('revoke', revoke), 409);
    expect(await emailOf(person.user_id)).toBe(to);
    expect((await signIn(to)).status).toBe(200);
  });
});
