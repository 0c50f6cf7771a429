import { env } from 'cloudflare:workers';
import { describe, expect, it } from 'vitest';
import { newWorkspace, request, type Workspace } from '../../support/api.ts';
import { expectProblem } from '../../support/document.ts';
import { cookieOf, newMember, origin } from '../../support/people.ts';

/** An agent whose answers cost nothing. */
async function newAgent(workspace: Workspace) {
  const config = { instructions: 'Answer.', model: 'builtin/extractive' };
  return (await workspace.post('/agents', { name: 'Support', config })).body.id as string;
}

const message = { message: 'When does the shop open?' };

describe('the work of a member', () => {
  it('is theirs: runs, usage and sessions carry their id', async () => {
    const workspace = await newWorkspace();
    const agent = await newAgent(workspace);
    const { browser, member_id } = await newMember(workspace, 'editor');
    const session = await browser.post(`/agents/${agent}/sessions`);
    expect(session.status).toBe(201);
    const answer = await browser.post(`/sessions/${session.body.id}/messages`, message);
    expect(answer.status, JSON.stringify(answer.body)).toBe(200);
    const rows = async (query: string) =>
      (await env.DB.prepare(query).bind(workspace.id).all()).results;
    expect(await rows('select created_by from sessions where workspace_id = ?')).toEqual([
      { created_by: member_id },
    ]);
    expect(await rows('select created_by from runs where workspace_id = ?')).toEqual([
      { created_by: member_id },
    ]);
    const usage = await rows('select distinct api_key_id from usage where workspace_id = ?');
    expect(usage).toEqual([{ api_key_id: member_id }]);
    const listed = await browser.get(`/usage?api_key=${member_id}`);
    expect(listed.status, JSON.stringify(listed.body)).toBe(200);
    expect(listed.body.data.length).toBeGreaterThan(0);
  });

  it('is in the audit log under their name', async () => {
    const workspace = await newWorkspace();
    const { browser, member_id } = await newMember(workspace, 'admin');
    const { body } = await browser.post('/agents', { name: 'Support' });
    const { data } = (await workspace.get('/audit-log')).body;
    const entry = data.find(({ target_id }: { target_id: string }) => target_id === body.id);
    expect(entry).toMatchObject({ actor_type: 'user', actor_id: member_id });
  });

  it('is bound by budgets of each key and of the member', async () => {
    const workspace = await newWorkspace();
    const { browser, member_id } = await newMember(workspace, 'admin');
    const budget = (subject_id: string | null) =>
      workspace.post('/budgets', {
        name: 'Cap',
        scope: 'api_key',
        subject_id,
        period: 'month',
        limit_usd: 1,
      });
    expect((await budget(member_id)).status).toBe(201);
    expect((await budget(null)).status).toBe(201);
    const stranger = await newMember(await newWorkspace(), 'viewer');
    expectProblem(await budget(stranger.member_id), 404);
    const own = await browser.get('/users/me/budget');
    expect(own.body.data ?? own.body.budgets, JSON.stringify(own.body)).toHaveLength(2);
  });

  it('is bound by rate limits of each key and of the member', async () => {
    const workspace = await newWorkspace();
    const [limited, free] = [
      await newMember(workspace, 'viewer'),
      await newMember(workspace, 'viewer'),
    ];
    const rules = {
      api_key: { default: {}, overrides: [{ id: limited.member_id, requests_per_minute: 2 }] },
    };
    const put = await workspace.put('/rate-limits', rules);
    expect(put.status, JSON.stringify(put.body)).toBe(200);
    const statuses: number[] = [];
    for (let index = 0; index < 3; index += 1)
      statuses.push((await limited.browser.get('/agents')).status);
    expect(statuses).toEqual([200, 200, 429]);
    for (let index = 0; index < 3; index += 1)
      expect((await free.browser.get('/agents')).status).toBe(200);
    const foreign = {
      api_key: {
        default: {},
        overrides: [{ id: 'mem_01kajv2q5ve0mt8h2vj3c6x7ra', requests_per_minute: 2 }],
      },
    };
    expectProblem(await workspace.put('/rate-limits', foreign), 404);
  });

  it('takes effect once with an idempotency key, which is theirs alone', async () => {
    const workspace = await newWorkspace();
    const [one, two] = [await newMember(workspace, 'editor'), await newMember(workspace, 'editor')];
    const headers = { 'idempotency-key': 'the-same' };
    const create = ({ browser }: typeof one) =>
      browser.post('/agents', { name: 'Support' }, { headers });
    const [first, again, others] = [await create(one), await create(one), await create(two)];
    expect([first.body.id, again.headers.get('idempotent-replayed')]).toEqual([
      again.body.id,
      'true',
    ]);
    expect(others.body.id).not.toBe(first.body.id);
    // A new session of the same person gets the reply, one with a narrower role does not.
    await workspace.patch(`/members/${one.member_id}`, { role: 'viewer' });
    expectProblem(await create(one), 403);
  });

  it('creates API keys and tokens of end users within their role', async () => {
    const workspace = await newWorkspace();
    const agent = await newAgent(workspace);
    const admin = await newMember(workspace, 'admin');
    const { body: key } = await admin.browser.post('/api-keys', { name: 'CI', role: 'admin' });
    expect((await workspace.as(key.secret).get('/users/me')).body.role).toBe('admin');
    const editor = await newMember(workspace, 'editor');
    const issue = { end_user_id: 'customer-1', agent_ids: [agent] };
    const { status, body } = await editor.browser.post('/end-user-tokens', issue);
    expect(status, JSON.stringify(body)).toBe(201);
    const open = () =>
      request('POST', `/api/v1/agents/${agent}/sessions`, body.token, { json: {} });
    expect((await open()).status).toBe(201);
    await workspace.delete(`/members/${editor.member_id}`);
    expectProblem(await open(), 401);
  });

  it('in the background has their access, and ends with their membership', async () => {
    const workspace = await newWorkspace();
    const agent = await newAgent(workspace);
    const { browser, member_id } = await newMember(workspace, 'editor');
    const create = async (name: string) => {
      const about = { name, cron: '0 9 * * *', time_zone: 'UTC', message: 'Report.' };
      const { status, body } = await browser.post(`/agents/${agent}/schedules`, about);
      expect(status, JSON.stringify(body)).toBe(201);
      expect(body.api_key_id).toBe(member_id);
      return body.id as string;
    };
    const [first, second] = [await create('First'), await create('Second')];
    const run = async (schedule: string) => {
      const { status, body } = await workspace.post(`/schedules/${schedule}/run`);
      expect(status, JSON.stringify(body)).toBe(202);
      const read = async () =>
        (await workspace.get(`/schedules/${schedule}/runs`)).body.data[0]?.status;
      await expect
        .poll(read, { timeout: 150_000 })
        .toSatisfy((now) => now === 'completed' || now === 'failed');
      return read();
    };
    expect(await run(first)).toBe('completed');
    await workspace.delete(`/members/${member_id}`);
    expect(await run(second)).toBe('failed');
  });

  it('includes reviews that are assigned to them', async () => {
    const workspace = await newWorkspace();
    const agent = await newAgent(workspace);
    const { member_id } = await newMember(workspace, 'editor');
    const condition = { type: 'low_confidence', below: 0.4 };
    const assign = (assignee: string) =>
      workspace.post(`/agents/${agent}/review-rules`, { name: 'Unsure', condition, assignee });
    expect((await assign(member_id)).body.assignee).toBe(member_id);
    const stranger = await newMember(await newWorkspace(), 'editor');
    expectProblem(await assign(stranger.member_id), 422);
  });

  it('uses the OpenAI-compatible routes with the cookie', async () => {
    const workspace = await newWorkspace();
    const { browser } = await newMember(workspace, 'editor');
    const answer = await browser.get(`${origin}/v1/models`);
    expect(answer.status).toBe(200);
    expect(cookieOf(answer)).toBeNull();
  });
});
