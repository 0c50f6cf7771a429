import { createExecutionContext } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { describe, expect, it } from 'vitest';
import { mailJobs } from '../../../src/identity/mail/jobs.ts';
import { openPlatform } from '../../../src/platform/cloudflare.ts';
import type { Job } from '../../../src/platform/job.ts';
import { newWorkspace } from '../../support/api.ts';
import {
  browse,
  invitationToken,
  newAddress,
  newMember,
  origin,
  signUp,
  tokenFor,
} from '../../support/people.ts';

type MailJob = Extract<Job, { type: 'mail.send' }>;
interface Sent {
  readonly to: string;
  readonly subject: string;
  readonly text: string;
}

/** Runs a job of mail and returns what it sends. */
async function run(job: Omit<MailJob, 'type' | 'origin'>, workspace_id = ''): Promise<Sent[]> {
  const platform = openPlatform(env, createExecutionContext(), { request_id: 'req_test' });
  const actor = { type: 'system', name: 'mail.send' } as const;
  const sent: Sent[] = [];
  const mail = {
    name: 'fake',
    send: async (one: Sent) => {
      sent.push(one);
      return '';
    },
  };
  const ctx = { ...platform.context({ workspace_id, actor }), mail };
  await mailJobs['mail.send'].run(ctx, { type: 'mail.send', origin, ...job });
  return sent;
}

const lastToken = async (email: string, purpose: string) =>
  (
    await env.DB.prepare(
      'select id from user_tokens where email = ? and purpose = ? order by id desc',
    )
      .bind(email, purpose)
      .first<{ id: string }>()
  )?.id ?? '';

describe('mail to people', () => {
  it('says that an identity provider signs in to the account', async () => {
    const { user_id, email } = await signUp();
    const [letter] = await run({ mail: 'identity_linked', id: user_id });
    expect(letter).toMatchObject({ to: email, subject: 'A sign-in method was added' });
    expect(await run({ mail: 'identity_linked', id: 'usr_unknown' })).toEqual([]);
  });

  it('tells of a passkey that was added or removed', async () => {
    const { user_id, email } = await signUp();
    const subjects = {
      passkey_added: 'A passkey was added',
      passkey_removed: 'A passkey was removed',
    };
    for (const [mail, subject] of Object.entries(subjects)) {
      const kind = mail as keyof typeof subjects;
      const [letter] = await run({ mail: kind, id: user_id });
      expect(letter).toMatchObject({ to: email, subject });
      expect(letter?.text).toContain(`${origin}/account`);
      expect(await run({ mail: kind, id: 'usr_unknown' })).toEqual([]);
    }
  });

  it('about a new address goes to both, each with a link of its own, and tells nobody of an account', async () => {
    const [person, other] = [await signUp(), await signUp()];
    const to = newAddress();
    await person.browser.post('/me/email', { email: to });
    const [change] = await run({ mail: 'email_change', id: await lastToken(to, 'email') });
    expect(change).toMatchObject({ to, subject: 'Confirm your new address' });
    expect(change?.text).toContain(`/account#email=${await tokenFor('email', to)}`);
    const revoke = await lastToken(person.email, 'email_revoke');
    for (const mail of ['email_notice', 'email_changed'] as const) {
      const [notice] = await run({ mail, id: revoke });
      expect(notice?.to).toBe(person.email);
      const token = await tokenFor('email_revoke', person.email);
      expect(notice?.text).toContain(`/account#email-revoke=${token}`);
      expect(notice?.text).not.toContain(to);
    }
    await person.browser.post('/me/email', { email: other.email });
    expect(await run({ mail: 'email_change', id: await lastToken(to, 'email') })).toEqual([]);
    const id = await lastToken(other.email, 'email');
    const [taken] = await run({ mail: 'email_change', id });
    expect(taken).toMatchObject({ to: other.email, subject: 'You already have an account' });
    expect(taken?.text).not.toContain('#email=');
  });

  it('has the link of a sign-up, or says that the account exists', async () => {
    const email = newAddress();
    await browse('POST', '/auth/sign-up', { json: { email } });
    const id = await lastToken(email, 'sign_up');
    const [letter] = await run({ mail: 'sign_up', id });
    const token = await tokenFor('sign_up', email);
    expect(letter?.to).toBe(email);
    expect(letter?.text).toContain(`${origin}/account#sign-up=${token}\n`);
    const known = await signUp();
    await browse('POST', '/auth/sign-up', { json: { email: known.email } });
    const [exists] = await run({ mail: 'sign_up', id: await lastToken(known.email, 'sign_up') });
    expect(exists?.subject).toBe('You already have an account');
    expect(exists?.text).not.toContain('#');
  });

  it('resets the password of an account only', async () => {
    const { email } = await signUp();
    const stranger = newAddress();
    for (const address of [email, stranger])
      await browse('POST', '/auth/password-reset', { json: { email: address } });
    const [letter] = await run({ mail: 'reset', id: await lastToken(email, 'reset') });
    expect(letter?.text).toContain(`${origin}/account#reset=${await tokenFor('reset', email)}\n`);
    expect(await run({ mail: 'reset', id: await lastToken(stranger, 'reset') })).toEqual([]);
  });

  it('invites with the names of workspace and inviter, while the invitation is open', async () => {
    const workspace = await newWorkspace('Acme');
    const owner = await newMember(workspace, 'owner');
    const { body } = await owner.browser.post('/invitations', {
      email: newAddress(),
      role: 'viewer',
    });
    const invite = () => run({ mail: 'invitation', id: body.id }, workspace.id);
    const [letter] = await invite();
    expect(letter).toMatchObject({ to: body.email, subject: 'Invitation to Acme' });
    expect(letter?.text).toContain('Owner invites you');
    expect(letter?.text).toContain(`#invitation=${await invitationToken(body.id)}\n`);
    // Another workspace cannot send it.
    expect(await run({ mail: 'invitation', id: body.id }, (await newWorkspace()).id)).toEqual([]);
    await owner.browser.delete(`/invitations/${body.id}`);
    expect(await invite()).toEqual([]);
  });

  it('is not sent once its link is used or has expired', async () => {
    const { email } = await signUp();
    const id = await lastToken(email, 'sign_up');
    expect(await run({ mail: 'sign_up', id })).toEqual([]);
    expect(await run({ mail: 'sign_up', id: 'tok_01kajv2q5ve0mt8h2vj3c6x7ra' })).toEqual([]);
  });

  it('goes through the outbox, and tells of a changed password', async () => {
    const { email, user_id } = await signUp();
    await browse('POST', '/auth/password-reset', { json: { email } });
    const json = { token: await tokenFor('reset', email), password: 'a new password' };
    await browse('POST', '/auth/password-reset/complete', { json });
    const [letter] = await run({ mail: 'password_changed', id: user_id });
    expect(letter).toMatchObject({ to: email, subject: 'Your password was changed' });
    const left = () =>
      env.DB.prepare(
        "select count(*) as n from outbox where json_extract(job, '$.type') = 'mail.send' and attempts = 0",
      ).first<{ n: number }>();
    await expect.poll(async () => (await left())?.n, { timeout: 150_000 }).toBe(0);
  });
});
