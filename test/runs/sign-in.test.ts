import { env } from 'cloudflare:workers';
import { describe, expect, it } from 'vitest';
import { request, type Workspace } from '../support/api.ts';
import { type Chat, newChat } from '../support/chat.ts';
import { consent, goBack, newMcpServer, ProtectedServer, signIn } from '../support/oauth/client.ts';
import type { Round } from '../support/provider/script.ts';
import { tenantTables } from '../support/rows.ts';

const usage = { input_tokens: 10, output_tokens: 5 };
const says: Round = { text: ['Done.'], usage };

interface Desk extends Chat {
  readonly server: ProtectedServer;
  readonly server_id: string;
  /** Sends a message in a session of an end user. */
  ask(end_user_id: string | null): Promise<Asked>;
}

interface Asked {
  // biome-ignore lint/suspicious/noExplicitAny: tests read arbitrary JSON.
  readonly body: any;
  // biome-ignore lint/suspicious/noExplicitAny: tests read arbitrary JSON.
  readonly action: any;
  submit(result: string): ReturnType<Workspace['post']>;
}

/** An agent with the tool of an MCP server to which each end user signs in. */
async function newDesk(answers: number, rules: object = {}): Promise<Desk> {
  const server = await ProtectedServer.start();
  const call = { id: 'call_1', name: 'crm__whoami', arguments: {} };
  const isFree = Object.keys(rules).length === 0;
  const tools = isFree ? { trust_read_only: true } : { effects: { whoami: 'destructive' } };
  const asks: Round = { text: ['One moment.'], tool_calls: [call], usage };
  const chat = await newChat({
    rounds: Array.from({ length: answers }, () => [asks, says]).flat(),
  });
  const { workspace, agent } = chat;
  const server_id = await newMcpServer(
    workspace,
    server.url,
    { type: 'oauth', per: 'end_user' },
    { name: 'crm', tools },
  );
  await signIn(workspace, server_id, {}, 'developer');
  await workspace.post(`/tools/mcp/${server_id}/refresh`, {});
  const config = { tools: ['crm__whoami'], ...rules };
  const changed = await workspace.patch(`/agents/${agent}`, { config });
  expect(changed.status, JSON.stringify(changed.body)).toBe(200);
  return {
    ...{ ...chat, server, server_id },
    async ask(end_user_id) {
      const session = (await workspace.post(`/agents/${agent}/sessions`, { end_user_id })).body.id;
      const { body } = await workspace.post(`/sessions/${session}/messages`, {
        message: 'Who am I?',
      });
      const [action] = body.run?.required_actions ?? [];
      return {
        ...{ body, action },
        submit: (result) =>
          workspace.post(`/runs/${body.run.id}/actions`, {
            actions: [{ type: 'sign_in', tool_call_id: 'call_1', result }],
          }),
      };
    },
  };
}

/** All rows of a workspace by table, as text. */
async function rowsOf(workspace_id: string): Promise<Map<string, string>> {
  const tables = (await tenantTables()).filter((table) => table !== 'workspaces');
  const rows = await env.DB.batch(
    tables.map((table) =>
      env.DB.prepare(`select * from ${table} where workspace_id = ?`).bind(workspace_id),
    ),
  );
  return new Map(tables.map((table, index) => [table, JSON.stringify(rows[index]?.results)]));
}

const tablesWith = (rows: ReadonlyMap<string, string>, text: string): string[] =>
  [...rows].flatMap(([table, content]) => (content.includes(text) ? [table] : []));

const read = async ({ provider }: Chat) => JSON.stringify((await provider.requests()).at(-1)?.body);

describe('a call of an end user who has not signed in', () => {
  it('waits for the sign-in, and is made with the token of this end user (R40)', async () => {
    const desk = await newDesk(3);
    const ann = await desk.ask('ann');
    expect(ann.body.run.status, JSON.stringify(ann.body)).toBe('requires_action');
    expect(ann.action).toMatchObject({
      ...{ type: 'sign_in', tool_call_id: 'call_1', input: {}, server_id: desk.server_id },
      url: expect.stringContaining('/authorize?'),
    });
    const early = await ann.submit('completed');
    expect([early.status, early.body.code]).toEqual([409, 'conflict']);
    await goBack(await consent(ann.action.url, 'ann'));
    const done = await ann.submit('completed');
    expect([done.status, done.body.text, done.body.run.status]).toEqual([
      200,
      'One moment.\n\nDone.',
      'completed',
    ]);
    expect(await read(desk)).toContain('You are ann.');
    expect(await read(desk)).not.toContain('/authorize?');
    const bob = await desk.ask('bob');
    expect(bob.action.type).toBe('sign_in');
    const declined = await bob.submit('declined');
    expect(declined.body.run.status).toBe('completed');
    expect(await read(desk)).toContain('has not signed in');
    const again = await desk.ask('ann');
    expect(again.body.run.status).toBe('completed');
    expect(await read(desk)).toContain('You are ann.');
    const calls = (await desk.server.calls('/mcp')).filter(({ status }) => status === 200);
    expect(calls.length).toBeGreaterThan(0);
  });

  it('stores the link of a waiting run without the secret of the exchange, for one sign-in (R74, R76)', async () => {
    const desk = await newDesk(1);
    const { workspace, server } = desk;
    const ann = await desk.ask('ann');
    const state = new URL(ann.action.url).searchParams.get('state') ?? 'none';
    const waiting = await rowsOf(workspace.id);
    expect(tablesWith(waiting, state)).toEqual(['runs', 'suspended_runs']);
    await goBack(await consent(ann.action.url, 'ann'));
    // Whoever reads the rows has neither the verifier of the exchange nor its result.
    const exchanges = await server.calls('/token');
    const verifier = exchanges.at(-1)?.fields.code_verifier ?? '';
    expect(verifier).toHaveLength(43);
    expect(tablesWith(waiting, verifier)).toEqual([]);
    // The link was for one sign-in.
    const again = await goBack(await consent(ann.action.url, 'mallory'));
    expect(again.status).toBeGreaterThanOrEqual(400);
    expect((await ann.submit('completed')).body.run.status).toBe('completed');
    expect(await read(desk)).toContain('You are ann.');
  });

  it('waits for the sign-in once it is approved, and is made without another approval (R41)', async () => {
    const desk = await newDesk(2, { approvals: { destructive: 'always' } });
    const { workspace } = desk;
    const approve = (run: string) =>
      workspace.post(`/runs/${run}/actions`, {
        actions: [{ type: 'approval', tool_call_id: 'call_1', decision: 'approve' }],
      });
    const ann = await desk.ask('ann');
    expect(ann.action.type).toBe('approval');
    const approved = await approve(ann.body.run.id);
    expect(approved.body.run.status, JSON.stringify(approved.body)).toBe('requires_action');
    const [action] = approved.body.run.required_actions;
    expect(action).toMatchObject({ type: 'sign_in', tool_call_id: 'call_1', server_name: 'crm' });
    const again = await approve(ann.body.run.id);
    expect([again.status, again.body.run.status]).toEqual([200, 'requires_action']);
    // A chat that repeats its decision would repeat it without end.
    const state = { type: 'dynamic-tool', toolCallId: 'call_1', state: 'approval-responded' };
    const parts = [{ ...state, approval: { id: 'apr_1', approved: true } }];
    const chat = { id: ann.body.session_id, messages: [{ role: 'assistant', parts }] };
    const repeated = await workspace.post('/chat', chat);
    expect([repeated.status, repeated.body.detail]).toEqual([
      409,
      expect.stringContaining('waits for the sign-in to crm'),
    ]);
    await goBack(await consent(action.url, 'ann'));
    const done = await ann.submit('completed');
    expect([done.status, done.body.run?.status], JSON.stringify(done.body)).toEqual([
      200,
      'completed',
    ]);
    expect(await read(desk)).toContain('You are ann.');
    const { body: approvals } = await workspace.get('/approvals');
    expect(approvals.data).toMatchObject([{ status: 'approved' }]);
    const bob = await desk.ask('bob');
    await approve(bob.body.run.id);
    expect((await bob.submit('declined')).body.run.status).toBe('completed');
    expect(await read(desk)).toContain('has not signed in');
  });

  it.each(['sign_in', 'approval'])(
    'is not made with the token of the workspace when that has come to sign in during a wait for %s (R40, R41)',
    async (type) => {
      const rules = type === 'approval' ? { approvals: { destructive: 'always' } } : {};
      const desk = await newDesk(1, rules);
      const { workspace, server_id } = desk;
      const ann = await desk.ask('ann');
      expect(ann.action.type).toBe(type);
      const auth = { type: 'oauth', per: 'workspace' };
      expect((await workspace.patch(`/tools/mcp/${server_id}`, { auth })).status).toBe(200);
      const approval = { type, tool_call_id: 'call_1', decision: 'approve' };
      const { status, body } =
        type === 'approval'
          ? await workspace.post(`/runs/${ann.body.run.id}/actions`, { actions: [approval] })
          : await ann.submit('completed');
      expect([status, body.run?.status], JSON.stringify(body)).toEqual([200, 'completed']);
      expect(await read(desk)).toContain('the account that it uses has changed');
      expect(await read(desk)).not.toContain('You are');
    },
  );

  it('is judged by the definition that the server shows this end user, and no other (R40)', async () => {
    const desk = await newDesk(3);
    const { workspace, server_id } = desk;
    for (const person of ['mallory', 'bob'])
      await signIn(workspace, server_id, { end_user_id: person }, person);
    expect((await desk.ask('mallory')).body.run.status).toBe('completed');
    expect(await read(desk)).toContain('tool_changed');
    const { catalog } = (await workspace.get(`/tools/mcp/${server_id}`)).body;
    expect(catalog).toMatchObject([{ name: 'whoami', state: 'accepted' }]);
    expect((await desk.ask('bob')).body.run.status).toBe('completed');
    expect(await read(desk)).toContain('You are bob.');
    await desk.ask('mallory');
    expect(await read(desk)).toContain('tool_changed');
  });

  it('shows the page in the stream, and not to roles without access to messages', async () => {
    const desk = await newDesk(1);
    const { workspace, agent, server_id } = desk;
    const session = (await workspace.post(`/agents/${agent}/sessions`, { end_user_id: 'ann' }))
      .body;
    const streamed = await workspace.post(`/sessions/${session.id}/messages`, {
      message: 'Who am I?',
      stream: true,
    });
    const chunks = String(streamed.body)
      .split('\n')
      .flatMap((line) => (line.startsWith('data: {') ? [JSON.parse(line.slice(6))] : []));
    const shown = chunks.find(({ type }) => type === 'data-auth-required');
    expect(shown).toMatchObject({
      transient: true,
      data: { tool_call_id: 'call_1', server_id, url: expect.stringContaining('https://') },
    });
    const run = chunks.findLast(({ type }) => type === 'data-run').data.id;
    const viewer = await workspace.withRole('viewer');
    const { body } = await viewer.get(`/runs/${run}`);
    expect(body.required_actions).toMatchObject([{ type: 'sign_in', url: null, input: null }]);
  });

  it('is an error for the model in a run without an end user, or one that cannot wait', async () => {
    const desk = await newDesk(2);
    expect((await desk.ask(null)).body.run.status).toBe('completed');
    expect(await read(desk)).toContain('no end user');
    const { workspace, agent } = desk;
    const json = { model: agent, user: 'ann', messages: [{ role: 'user', content: 'Who am I?' }] };
    const { body } = await request('POST', '/v1/chat/completions', workspace.key, { json });
    expect(body.choices[0].message.content).toContain('Done.');
    expect(await read(desk)).toContain('sign in to crm first');
    expect(await read(desk)).not.toContain('/authorize?');
  });
});
