import { env } from 'cloudflare:workers';
import { beforeEach, describe, expect, it } from 'vitest';
import { newWorkspace, type Workspace } from '../support/api.ts';
import { countRows } from '../support/rows.ts';

async function newAgent(workspace: Workspace, name = 'Support'): Promise<string> {
  return (await workspace.post('/agents', { name, config: { instructions: 'Be brief.' } })).body.id;
}

/** A question and its answer in a new session. */
async function newAnswer(
  workspace: Workspace,
  agent: string,
  session: object = {},
  message = 'Hello there',
) {
  const { body } = await workspace.post(`/agents/${agent}/sessions`, session);
  const answer = await workspace.post(`/sessions/${body.id}/messages`, { message });
  return {
    session: body.id as string,
    message: answer.body.id as string,
    run: answer.body.run_id as string,
  };
}

describe('feedback', () => {
  let workspace: Workspace;
  let agent: string;
  beforeEach(async () => {
    workspace = await newWorkspace();
    agent = await newAgent(workspace);
  });

  it('is stored once per end user and message, and can be changed', async () => {
    const { message } = await newAnswer(workspace, agent, { end_user_id: 'ada' });
    const path = `/messages/${message}/feedback`;
    const first = await workspace.put(path, {
      rating: 'down',
      comment: ' Too short. ',
      tags: ['style', 'style', 'length'],
    });
    expect(first.status).toBe(200);
    expect(first.body).toMatchObject({
      message_id: message,
      end_user_id: 'ada',
      rating: 'down',
      comment: 'Too short.',
      tags: ['style', 'length'],
    });
    const second = await workspace.put(path, { rating: 4 });
    expect(second.body).toMatchObject({
      id: first.body.id,
      rating: 4,
      comment: null,
      tags: [],
      created_at: first.body.created_at,
    });
    const other = await workspace.put(path, { rating: 'up', end_user_id: 'bob' });
    expect(other.body).toMatchObject({ end_user_id: 'bob', rating: 'up' });
    expect(await countRows('feedback', workspace.id)).toBe(2);
  });

  it('is shown with the message', async () => {
    const { session, message } = await newAnswer(workspace, agent, { end_user_id: 'ada' });
    await workspace.put(`/messages/${message}/feedback`, { rating: 2, comment: 'Meh' });
    await workspace.put(`/messages/${message}/feedback`, { rating: 'up', end_user_id: 'bob' });
    const shown = [
      { end_user_id: 'ada', rating: 2, comment: 'Meh' },
      { end_user_id: 'bob', rating: 'up', comment: null },
    ];
    expect((await workspace.get(`/sessions/${session}/messages`)).body.data).toMatchObject([
      { feedback: shown },
      { feedback: [] },
    ]);
    expect((await workspace.get(`/sessions/${session}`)).body.messages.data[0]).toMatchObject({
      id: message,
      feedback: shown,
    });
  });

  it('has no end user when the session has none', async () => {
    const { message } = await newAnswer(workspace, agent);
    expect(
      (await workspace.put(`/messages/${message}/feedback`, { rating: 'up' })).body.end_user_id,
    ).toBeNull();
    await workspace.put(`/messages/${message}/feedback`, { rating: 'down' });
    expect(await countRows('feedback', workspace.id)).toBe(1);
    expect((await workspace.delete(`/messages/${message}/feedback`)).status).toBe(204);
    expect((await workspace.delete(`/messages/${message}/feedback`)).status).toBe(404);
  });

  it('is stored once after thirty concurrent requests', async () => {
    const { message } = await newAnswer(workspace, agent);
    const answers = await Promise.all(
      Array.from({ length: 30 }, (_, n) =>
        workspace.put(`/messages/${message}/feedback`, { rating: (n % 5) + 1 }),
      ),
    );
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
    expect(new Set(answers.map(({ body }) => body.id)).size).toBe(1);
    expect(await countRows('feedback', workspace.id)).toBe(1);
  });

  it('is accepted on answers only', async () => {
    const { session } = await newAnswer(workspace, agent);
    const { body } = await workspace.get(`/sessions/${session}/messages`);
    const question = body.data.find((message: { role: string }) => message.role === 'user');
    const refused = await workspace.put(`/messages/${question.id}/feedback`, { rating: 'up' });
    expect(refused).toMatchObject({ status: 409, body: { code: 'conflict' } });
  });

  it.each([
    { rating: 0 },
    { rating: 6 },
    { rating: 2.5 },
    { rating: 'meh' },
    { rating: '3' },
    {},
    { rating: 'up', end_user_id: '' },
    { rating: 'up', stars: 1 },
    { rating: 'up', comment: ' ' },
    { rating: 'up', tags: ['two\nlines'] },
  ])('refuses %j', async (body) => {
    const { message } = await newAnswer(workspace, agent);
    expect((await workspace.put(`/messages/${message}/feedback`, body)).status).toBe(422);
    expect(await countRows('feedback', workspace.id)).toBe(0);
  });

  it('is accepted from the key that created the session and from managers of the agent', async () => {
    const runtime = await workspace.withRole('runtime');
    const stranger = await workspace.withRole('runtime');
    const editor = await workspace.withRole('editor');
    const viewer = await workspace.withRole('viewer');
    const elsewhere = await workspace.withRole('editor', [await newAgent(workspace, 'Other')]);
    const { message } = await newAnswer(runtime, agent);
    const put = async (by: Workspace) =>
      (await by.put(`/messages/${message}/feedback`, { rating: 'up' })).status;
    expect([await put(runtime), await put(editor)]).toEqual([200, 200]);
    expect([
      await put(stranger),
      await put(elsewhere),
      await put(await newWorkspace('Other')),
    ]).toEqual([404, 404, 404]);
    expect(await put(viewer)).toBe(403);
    expect((await stranger.delete(`/messages/${message}/feedback`)).status).toBe(404);
    expect((await stranger.get(`/agents/${agent}/feedback`)).body.data).toEqual([]);
    expect((await runtime.get(`/agents/${agent}/feedback`)).body.data).toHaveLength(1);
    expect((await elsewhere.get(`/agents/${agent}/feedback`)).status).toBe(404);
    expect((await viewer.get(`/agents/${agent}/feedback`)).status).toBe(403);
  });

  it('is erased with its session', async () => {
    const { session, message } = await newAnswer(workspace, agent);
    await workspace.put(`/messages/${message}/feedback`, { rating: 'up', comment: 'Thanks' });
    expect((await workspace.delete(`/sessions/${session}`)).status).toBe(204);
    expect(await countRows('feedback', workspace.id)).toBe(0);
    expect((await workspace.put(`/messages/${message}/feedback`, { rating: 'up' })).status).toBe(
      404,
    );
  });
});

describe('the feedback of an agent', () => {
  it('is listed with question and answer, most recently changed first, and filtered', async () => {
    const workspace = await newWorkspace();
    const agent = await newAgent(workspace);
    const first = await newAnswer(workspace, agent, { end_user_id: 'ada' }, 'First question');
    const second = await newAnswer(workspace, agent, { end_user_id: 'bob' }, 'Second question');
    await workspace.put(`/messages/${first.message}/feedback`, { rating: 'down', tags: ['wrong'] });
    await workspace.put(`/messages/${second.message}/feedback`, {
      rating: 5,
      tags: ['kind', 'fast'],
    });
    const version = await workspace.post(`/agents/${agent}/versions`, {
      change_summary: 'Next',
      activate: true,
      config: { instructions: 'Be kind.' },
    });
    const third = await newAnswer(workspace, agent, {}, 'Third question');
    await workspace.put(`/messages/${third.message}/feedback`, { rating: 'down' });
    await env.DB.prepare('update feedback set updated_at = ? where message_id = ?')
      .bind(Date.UTC(2020, 0, 1), first.message)
      .run();

    const list = async (query = '') =>
      (await workspace.get(`/agents/${agent}/feedback${query}`)).body;
    const found = async (query: string) =>
      (await list(query)).data.map((entry: { question: string }) => entry.question);
    const [entry] = (await list()).data;
    expect(entry).toMatchObject({
      question: 'Third question',
      session_id: third.session,
      run_id: third.run,
      version_number: 2,
    });
    expect(entry.answer.length).toBeGreaterThan(0);
    expect(await found('')).toEqual(['Third question', 'Second question', 'First question']);
    expect(await found('?rating=down')).toEqual(['Third question', 'First question']);
    expect(await found('?rating=5')).toEqual(['Second question']);
    expect(await found('?tag=fast')).toEqual(['Second question']);
    expect(await found('?tag=fas')).toEqual([]);
    expect(await found('?end_user_id=ada')).toEqual(['First question']);
    expect(await found('?version=1')).toEqual(['Second question', 'First question']);
    expect(await found(`?version=${version.body.id}`)).toEqual(['Third question']);
    expect(await found('?version=nowhere')).toEqual([]);
    expect(await found('?from=2020-01-01T00:00:00Z&to=2020-01-02T00:00:00Z')).toEqual([
      'First question',
    ]);
    expect(await found('?to=2020-01-01T00:00:00Z')).toEqual([]);
    expect(await found('?start_date=2020-01-01&end_date=2020-01-01')).toEqual(['First question']);
    expect(await found('?end_date=2019-12-31')).toEqual([]);

    const pages: string[] = [];
    let cursor: string | null = '';
    while (cursor !== null) {
      const page: { data: { question: string }[]; next_cursor: string | null } = await list(
        `?limit=1${cursor === '' ? '' : `&cursor=${cursor}`}`,
      );
      pages.push(...page.data.map(({ question }) => question));
      cursor = page.next_cursor;
    }
    expect(pages).toEqual(['Third question', 'Second question', 'First question']);
    expect((await workspace.get('/agents/nowhere/feedback')).status).toBe(404);
  });
});
