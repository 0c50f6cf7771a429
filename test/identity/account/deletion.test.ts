import { env } from 'cloudflare:workers';
import { describe, expect, it, vi } from 'vitest';
import { newWorkspace, request, type Workspace } from '../../support/api.ts';
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
  type TestMember,
  tokenFor,
} from '../../support/people.ts';
import { tick, verify } from '../../workspaces/audit-support.ts';

const patience = { timeout: 150_000, interval: 100 };

const rowOf = <Row>(query: string, ...values: unknown[]) =>
  env.DB.prepare(query)
    .bind(...values)
    .first<Row>();

/** Runs the second pass of a deletion now, and waits for its end. */
async function finish(user_id: string): Promise<void> {
  const due = async () =>
    (await rowOf(
      'update outbox set due_at = 0 where id = ? returning id',
      user_id.replace('usr_', 'job_'),
    )) !== null;
  await vi.waitUntil(due, patience);
  await tick('* * * * *', 'outbox');
  const isDone = async () =>
    (
      await rowOf<{ completed_at: number | null }>(
        'select completed_at from account_deletions where user_id = ?',
        user_id,
      )
    )?.completed_at != null;
  await vi.waitUntil(isDone, patience);
}

const remove = ({ browser }: Pick<SignedUp, 'browser'>, query = '') =>
  browser.delete(`/me${query}`);

/** Returns those of some texts that are left in tables of people, or queued. */
async function left(...texts: readonly string[]): Promise<string[]> {
  const tables = ['users', 'user_sessions', 'user_identities', 'user_tokens', 'recovery_codes'];
  const more = ['members', 'invitations', 'account_deletions', 'audit_log', 'outbox'];
  const results = await env.DB.batch(
    [...tables, ...more, 'dead_letters'].map((table) => env.DB.prepare(`select * from ${table}`)),
  );
  const all = JSON.stringify(results.map(({ results: rows }) => rows));
  return texts.filter((text) => all.includes(text));
}

const actionsOf = async (workspace: Workspace, query: string) =>
  (await workspace.get(`/audit-log?limit=100&${query}`)).body.data;

describe('deleting the account', () => {
  it('ends sessions, memberships and sign-ins at once (R69)', async () => {
    const workspace = await newWorkspace();
    const member = await newMember(workspace, 'editor');
    const { email, member_id } = member;
    const agent = (await workspace.post('/agents', { name: 'Desk' })).body.id;
    const issue = { end_user_id: 'customer-1', agent_ids: [agent] };
    const { body: token } = await member.browser.post('/end-user-tokens', issue);
    const signIn = () => browse('POST', '/auth/sign-in', { json: { email, password } });
    const other = new Browser(cookieOf(await signIn()));
    await browse('POST', '/auth/password-reset', { json: { email } });
    const reset = await tokenFor('reset', email);
    const open = () =>
      request('POST', `/api/v1/agents/${agent}/sessions`, token.token, { json: {} });
    expect((await open()).status).toBe(201);
    const answer = await remove(member);
    expect([answer.status, cookieOf(answer)]).toEqual([204, '']);
    expect((await other.get('/me')).status).toBe(401);
    expectProblem(await open(), 401);
    expect((await signIn()).status).toBe(401);
    const json = { token: reset, password: 'a new password' };
    const used = await browse('POST', '/auth/password-reset/complete', { json });
    expect(used.body.code).toBe('invalid_token');
    expect((await workspace.get('/members')).body.data).toEqual([]);
    expect((await workspace.get(`/members/${member_id}`)).body).toMatchObject({
      ...{ name: 'Deleted account', email: null, removed_at: expect.any(String) },
    });
    const [entry] = await actionsOf(workspace, 'action=account');
    expect(entry).toMatchObject({ action: 'account.delete', target_id: member_id });
    // The address is free again, for another account.
    const again = await signUp(email);
    expect(again.user_id).not.toBe(member.user_id);
  });

  it('leaves neither address, name nor IP address, and the audit chain intact (R77, R83)', async () => {
    const workspace = await newWorkspace();
    const person = (await newMember(workspace, 'admin')) as TestMember;
    const { browser, email, user_id, member_id } = person;
    const headers = { 'cf-connecting-ip': '203.0.113.77' };
    const names = [0, 1].map(() => `Name ${crypto.randomUUID()}`);
    for (const name of names) await browser.send('PATCH', '/me', { json: { name }, headers });
    await browser.send('POST', '/agents', { json: { name: 'Made by them' }, headers });
    const to = newAddress();
    await browser.post('/me/email', { email: to });
    const confirmation = { token: await tokenFor('email', to) };
    await browse('POST', '/auth/email-change/complete', { json: confirmation });
    const session = cookieOf(
      await browse('POST', '/auth/sign-in', { json: { email: to, password }, headers }),
    );
    const back = new Browser(session);
    await addTwoFactor({ ...person, browser: back });
    await tick('* * * * *', 'outbox');
    const before = await verify(workspace);
    expect((await remove({ browser: back })).status).toBe(204);
    await finish(user_id);
    await tick('* * * * *', 'outbox');
    expect(await left(email, to, ...names, '203.0.113.77')).toEqual([]);
    const theirs = await actionsOf(workspace, `actor_id=${member_id}`);
    const actions = theirs.map(({ action }: { action: string }) => action);
    expect(actions).toEqual(
      expect.arrayContaining(['person.update', 'agent.create', 'account.delete', 'email.change']),
    );
    for (const one of theirs)
      expect([one.ip, one.redacted_by, one.salt]).toEqual([null, member_id, null]);
    const renamed = theirs.find(({ action }: { action: string }) => action === 'person.update');
    expect(renamed.detail).toEqual({ name: member_id });
    const [invited] = await actionsOf(workspace, 'action=invitation.create');
    expect(invited.detail).toEqual({ email: member_id, role: 'admin' });
    expect(await actionsOf(workspace, `actor_id=${user_id}`)).toEqual([]);
    const { sequence, hash } = before.head;
    expect(
      await verify(workspace, `expected_sequence=${sequence}&expected_hash=${hash}`),
    ).toMatchObject({ result: 'intact', redacted_by: [member_id], first_broken: null });
    // Afterwards nobody changes the log, in the name of the deletion either.
    for (const change of ["actor_id = 'x'", `ip = '1'`, `detail = '{}'`])
      await expect(
        env.DB.prepare(`update audit_log set ${change} where workspace_id = ?`)
          .bind(workspace.id)
          .run(),
      ).rejects.toThrow(/append-only/);
  });

  it('keeps entries of other people as they are', async () => {
    const workspace = await newWorkspace();
    const [one, two] = [await newMember(workspace, 'admin'), await newMember(workspace, 'admin')];
    await two.browser.patch('/me', { name: 'Somebody else' });
    const rows = async () =>
      (
        await env.DB.prepare(
          'select * from audit_log where workspace_id = ? and (actor_id in (?, ?) or instr(detail, ?) > 0)',
        )
          .bind(workspace.id, two.member_id, two.user_id, two.email)
          .all()
      ).results;
    const before = await rows();
    expect(before.length).toBeGreaterThan(1);
    await remove(one);
    await finish(one.user_id);
    expect(await rows()).toEqual(before);
  });

  it('continues where it was interrupted, also with several memberships', async () => {
    const spaces = [await newWorkspace(), await newWorkspace()];
    const [first, second] = spaces as [Workspace, Workspace];
    const person = await newMember(first, 'viewer');
    const { body } = await second.post('/invitations', { email: person.email, role: 'viewer' });
    await person.browser.post('/me/invitations', { token: await invitationToken(body.id) });
    // The job fails at the second workspace until it is allowed.
    await env.DB.prepare(
      `create trigger test_stop before update on audit_log when old.workspace_id = '${second.id}' begin select raise(abort, 'stopped'); end`,
    ).run();
    await remove(person);
    const progress = () =>
      rowOf<{ member_id: string; is_again: number }>(
        'select member_id, is_again from account_deletions where user_id = ?',
        person.user_id,
      );
    await vi.waitUntil(async () => (await progress())?.member_id !== '', patience);
    expect((await progress())?.is_again).toBe(0);
    await env.DB.prepare('drop trigger test_stop').run();
    await env.DB.prepare("update outbox set due_at = 0, attempts = 0 where job ->> 'user_id' = ?")
      .bind(person.user_id)
      .run();
    await tick('* * * * *', 'outbox');
    await finish(person.user_id);
    expect(await left(person.email)).toEqual([]);
    for (const workspace of spaces) expect((await verify(workspace)).result).toBe('intact');
  });

  it('requires a recent sign-in, and a page of the same origin (R70)', async () => {
    const person = await signUp();
    const headers = { origin: 'https://evil.example', 'sec-fetch-site': 'cross-site' };
    expectProblem(await browse('DELETE', '/me', { headers }, person.browser.cookie), 403);
    await ageSessions(person.user_id, 16);
    const answer = await remove(person);
    expect([answer.status, answer.body.code]).toEqual([403, 'recent_sign_in_required']);
    expect((await person.browser.get('/me')).status).toBe(200);
    expect((await browse('DELETE', '/me', {}, null)).status).toBe(401);
  });

  it('names the workspaces that would be left without an owner, and changes nothing (R8)', async () => {
    const workspace = await newWorkspace('Roastery');
    const owner = await newMember(workspace, 'owner');
    const other = await newMember(workspace, 'admin');
    const own = (await owner.browser.post('/me/workspaces', { name: 'Alone' })).body.id;
    for (const query of ['', '?delete_workspaces=true']) {
      const { status, body } = await remove(owner, query);
      expect([status, body.code]).toEqual([409, 'last_owner']);
      expect(body.workspaces).toEqual([
        { workspace_id: workspace.id, name: 'Roastery', has_other_members: true },
        { workspace_id: own, name: 'Alone', has_other_members: false },
      ]);
    }
    expect((await owner.browser.get('/me')).body.workspaces).toHaveLength(2);
    await owner.browser.patch(`/members/${other.member_id}`, { role: 'owner' });
    expect((await remove(owner)).status).toBe(409);
    expect((await remove(owner, '?delete_workspaces=true')).status).toBe(204);
    const row = await rowOf<{ deleted_at: number | null }>(
      'select deleted_at from workspaces where id = ?',
      own,
    );
    expect(row?.deleted_at ?? 1).not.toBeNull();
    expect((await workspace.get(`/members/${other.member_id}`)).body.role).toBe('owner');
  });

  it('keeps an owner when two owners delete their accounts at once (R8)', async () => {
    const workspace = await newWorkspace();
    const both = [await newMember(workspace, 'owner'), await newMember(workspace, 'owner')];
    const answers = await Promise.all(both.map((one) => remove(one)));
    expect(answers.map(({ status }) => status).sort()).toEqual([204, 409]);
    const { data } = (await workspace.get('/members')).body;
    expect(data.map(({ role }: { role: string }) => role)).toEqual(['owner']);
  });

  it('happens once in parallel, and nothing is added to the account afterwards', async () => {
    const workspace = await newWorkspace();
    const person = await newMember(workspace, 'viewer');
    const cookie = person.browser.cookie;
    const answers = await Promise.all([1, 2, 3].map(() => browse('DELETE', '/me', {}, cookie)));
    expect(answers.map(({ status }) => status).sort()).toEqual([204, 401, 401]);
    const insert = (text: string) => env.DB.prepare(text).bind(person.user_id).run();
    for (const statement of [
      "insert into members values ('mem_x', 'ws_x', ?, 'viewer', null, 1, 1)",
      "insert into user_sessions values ('ssn_x', ?, 'x', 'password', null, null, null, 1, 1, 9e15)",
      "insert into user_identities values ('https://x', 'x', ?, 1, null, null)",
      "insert into user_tokens values ('tok_x', 'reset', 'x', ?, null, 1, 9e15)",
      "update users set password_hash = 'x' where id = ?",
    ])
      await expect(insert(statement), statement).rejects.toThrow(/account_deleted/);
  });

  it('is announced to the address, which is not kept', async () => {
    const person = await signUp();
    await remove(person);
    const isGone = async () =>
      (await rowOf(
        "select 1 from user_tokens where purpose = 'account_deleted' and email = ?",
        person.email,
      )) === null;
    await vi.waitUntil(isGone, patience);
    await finish(person.user_id);
    expect(await left(person.email)).toEqual([]);
  });
});

describe('the export of the account', () => {
  it('has everything of the person and no secret', async () => {
    const workspace = await newWorkspace('Roastery');
    const member = await newMember(workspace, 'viewer');
    const person = await addTwoFactor(member);
    const { status, body } = await person.browser.get('/me/export');
    expect(status).toBe(200);
    expect(body).toMatchObject({
      ...{ id: person.user_id, email: person.email, has_password: true, recovery_codes: 10 },
      memberships: [
        { workspace_id: workspace.id, workspace_name: 'Roastery', role: 'viewer', left_at: null },
      ],
      sessions: [{ is_current: true }],
      identities: [],
    });
    const text = JSON.stringify(body);
    for (const secret of [
      'scrypt',
      person.secret,
      ...person.recovery,
      String(person.browser.cookie),
    ])
      expect(text).not.toContain(secret);
    await workspace.delete(`/members/${member.member_id}`);
    const former = (await person.browser.get('/me/export')).body.memberships;
    expect(former).toMatchObject([{ left_at: expect.any(String) }]);
  });
});
