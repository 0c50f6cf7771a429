import { describe, expect, it } from 'vitest';
import { newWorkspace, request } from '../../support/api.ts';
import { expectProblem } from '../../support/document.ts';
import { invitationToken, newMember, signUp } from '../../support/people.ts';

describe('a person in a workspace of others', () => {
  it('signs up, is invited, joins, gets another role and is removed, each effective at once (R8, R69)', async () => {
    const workspace = await newWorkspace('Roastery');
    const owner = await newMember(workspace, 'owner');
    const agent = (await workspace.post('/agents', { name: 'Desk' })).body.id;
    const { browser, email } = await signUp();
    expect((await browser.get('/users/me')).status).toBe(403);
    const invited = await owner.browser.post('/invitations', { email, role: 'viewer' });
    const token = await invitationToken(invited.body.id);
    const before = browser.cookie;
    const joined = await browser.post('/me/invitations', { token });
    expect(joined.body.workspaces).toMatchObject([{ name: 'Roastery', role: 'viewer' }]);
    const [{ member_id }] = joined.body.workspaces;
    // A new cookie with the new access (fixation); the one before is no longer valid.
    expect(browser.cookie).not.toBe(before);
    expect((await browser.get('/agents')).status).toBe(200);
    expectProblem(await browser.post('/agents', { name: 'Mine' }), 403);

    await owner.browser.patch(`/members/${member_id}`, { role: 'admin' });
    expect((await browser.get('/users/me')).body).toMatchObject({ id: member_id, role: 'admin' });
    const mine = await browser.post('/agents', { name: 'Mine' });
    expect(mine.status).toBe(201);
    const { body: key } = await browser.post('/api-keys', { name: 'CI', role: 'admin' });
    const issue = { end_user_id: 'customer-1', agent_ids: [agent] };
    const { body: issued } = await browser.post('/end-user-tokens', issue);
    const byToken = () =>
      request('POST', `/api/v1/agents/${agent}/sessions`, issued.token, { json: {} });
    const byKey = () => workspace.as(key.secret).get('/agents');
    expect([(await byToken()).status, (await byKey()).status]).toEqual([201, 200]);

    const removal = `/members/${member_id}?revoke_keys=true`;
    expect((await owner.browser.delete(removal)).status).toBe(204);
    expectProblem(await browser.get('/agents'), 403);
    expectProblem(await byToken(), 401);
    expectProblem(await byKey(), 401);
    expect((await browser.get('/me')).body.workspaces).toEqual([]);
    // What they made stays, and the log says who did what.
    expect((await workspace.get(`/agents/${mine.body.id}`)).status).toBe(200);
    const { body: log } = await workspace.get('/audit-log?action=member');
    expect(log.data).toMatchObject([
      { action: 'member.remove', actor_id: owner.member_id, detail: { revoke_keys: true } },
      { action: 'member.update', detail: { role: { from: 'viewer', to: 'admin' } } },
    ]);
  });

  it('leaves the API keys that they created, unless those are revoked, then or later', async () => {
    const workspace = await newWorkspace();
    const [one, two] = [await newMember(workspace, 'admin'), await newMember(workspace, 'admin')];
    const secretOf = async ({ browser }: typeof one) =>
      (await browser.post('/api-keys', { name: 'CI', role: 'viewer' })).body.secret as string;
    const [theirs, other] = [await secretOf(one), await secretOf(two)];
    const status = async (secret: string) => (await workspace.as(secret).get('/agents')).status;
    await workspace.delete(`/members/${one.member_id}`);
    expect([await status(theirs), await status(other)]).toEqual([200, 200]);
    await workspace.delete(`/members/${one.member_id}?revoke_keys=true`);
    expect([await status(theirs), await status(other)]).toEqual([401, 200]);
    // Those of a share link go with the link, and those of the workspace stay.
    expect((await workspace.get('/agents')).status).toBe(200);
    expect((await workspace.delete(`/members/${two.member_id}?revoke_keys=yes`)).status).toBe(422);
  });
});
