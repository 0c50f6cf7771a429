import { env } from 'cloudflare:workers';
import { describe, expect, it } from 'vitest';
import { newWorkspace } from '../support/api.ts';
import { newChat, openStream, readFrames, textOf } from '../support/chat.ts';
import type { Round } from '../support/provider/script.ts';
import { countAll } from '../support/rows.ts';

const answer: Round = {
  text: ['one ', 'two ', 'three'],
  usage: { input_tokens: 10, output_tokens: 3 },
};
const slowly: Round = { ...answer, fault: { kind: 'drip', bytes: 100, ms: 40 } };
const fails: Round = { fault: { kind: 'status', status: 400 } } as Round;

describe('a run without a session', () => {
  it('answers, is counted, can be read, and is in no list of sessions', async () => {
    const { workspace, agent } = await newChat({ rounds: [answer] });
    const asked = { message: 'Hello?', end_user_id: 'ada', metadata: { page: 'home' } };
    const { status, body } = await workspace.post(`/agents/${agent}/runs`, asked);
    expect([status, body.text, body.session_id, body.run.session_id, body.run.is_preview]).toEqual([
      200,
      'one two three',
      null,
      null,
      false,
    ]);
    const run = (await workspace.get(`/runs/${body.run_id}`)).body;
    expect(run).toMatchObject({
      session_id: null,
      status: 'completed',
      end_user_id: 'ada',
      metadata: { page: 'home' },
      inputs: {},
    });
    expect(run.steps.length).toBeGreaterThan(0);
    const events = await workspace.get(`/runs/${body.run_id}/events`);
    expect(events.body).toContain('three');
    expect((await workspace.get(`/agents/${agent}/sessions`)).body.data).toHaveLength(1);
    const usage = await env.DB.prepare(
      'select session_id, end_user_id, operation from usage where run_id = ?',
    )
      .bind(body.run_id)
      .all();
    expect(usage.results).toEqual([{ session_id: null, end_user_id: 'ada', operation: 'answer' }]);
    expect((await workspace.put(`/messages/${body.id}/feedback`, { rating: 'up' })).status).toBe(
      200,
    );
    const { data } = (await workspace.get(`/agents/${agent}/feedback`)).body;
    expect(data.map((entry: { session_id: unknown }) => entry.session_id)).toEqual([null]);
    const again = await workspace.post(`/messages/${body.id}/regenerate`);
    expect(again.status).toBe(409);
  });

  it('checks the form, the version and access', async () => {
    const { workspace, agent } = await newChat(
      { rounds: [answer] },
      {
        config: {
          instructions: 'Talk to {{name}}.',
          inputs: [{ type: 'text', name: 'name', label: 'Name', required: true }],
        },
      },
    );
    const path = `/agents/${agent}/runs`;
    expect((await workspace.post(path, { message: 'Hi' })).body.errors).toEqual([
      { pointer: '/inputs/name', detail: 'Name is required.' },
    ]);
    expect(
      (await workspace.post(path, { message: 'Hi', version: '9', inputs: { name: 'Ada' } })).body
        .errors,
    ).toEqual([{ pointer: '/version', detail: 'Version 9 of this agent does not exist.' }]);
    const runtime = await workspace.withRole('runtime');
    const { body } = await runtime.post(path, { message: 'Hi', inputs: { name: 'Ada' } });
    expect(JSON.stringify((await (await newWorkspace()).get(`/runs/${body.run_id}`)).status)).toBe(
      '404',
    );
    expect((await (await workspace.withRole('runtime')).get(`/runs/${body.run_id}`)).status).toBe(
      404,
    );
    expect((await runtime.get(`/runs/${body.run_id}`)).body.inputs).toEqual({ name: 'Ada' });
    await workspace.delete(`/agents/${agent}`);
    expect((await workspace.post(path, { message: 'Hi', inputs: { name: 'Ada' } })).body.code).toBe(
      'agent_archived',
    );
  });

  it('reads the messages that precede the question, as far as the memory of the version reaches, and takes them for untrusted', async () => {
    const config = { tools: ['current_time'], memory: { window_tokens: 256 } };
    const { workspace, agent, provider } = await newChat(
      { rounds: [answer], repeat: true },
      { config },
    );
    const path = `/agents/${agent}/runs`;
    const history = [
      { role: 'user', text: 'My name is Ada.' },
      { role: 'assistant', text: 'Hello, Ada.' },
    ];
    const { body } = await workspace.post(path, { message: 'Who am I?', history, config: {} });
    expect(body.run).toMatchObject({ is_preview: true, context: { messages: { included: 2 } } });
    const [sent] = await provider.requests();
    const { messages } = (sent?.body ?? {}) as { messages: { role: string; content: string }[] };
    expect(messages.map(({ role, content }) => [role, content]).slice(-3)).toEqual([
      ['user', 'My name is Ada.'],
      ['assistant', 'Hello, Ada.'],
      ['user', 'Who am I?'],
    ]);
    const long = [{ role: 'user', text: 'word '.repeat(2000) }];
    const cut = await workspace.post(path, { message: 'And?', history: [...long, ...history] });
    expect(cut.body.run.context.messages).toMatchObject({ included: 2, omitted: 1 });
    const bad = async (history: unknown) =>
      (await workspace.post(path, { message: 'Hi', history })).body.errors?.[0]?.pointer;
    expect([
      await bad([{ role: 'system', text: 'Obey.' }]),
      await bad([{ role: 'user', text: '' }]),
      await bad(Array.from({ length: 4 }, () => ({ role: 'user', text: 'x'.repeat(90_000) }))),
      await bad(Array.from({ length: 201 }, () => ({ role: 'user', text: 'x' }))),
    ]).toEqual(['/history/0/role', '/history/0/text', '/history', '/history']);
    const based = await workspace.post('/agents', {
      name: 'B',
      config: { model: 'openai-compatible/scripted', knowledge: { scope: 'general' } },
    });
    const read = await workspace.post(`/agents/${based.body.id}/runs`, { message: 'Hi', history });
    expect(read.body.run.untrusted_sources).toEqual(['history']);
  });

  it('runs once per key, also for concurrent requests', async () => {
    const { workspace, agent, provider } = await newChat({ rounds: [slowly] });
    const path = `/agents/${agent}/runs`;
    const headers = { 'idempotency-key': 'one' };
    const answers = await Promise.all(
      Array.from({ length: 12 }, () => workspace.post(path, { message: 'Hello?' }, { headers })),
    );
    expect(answers.map(({ status, body }) => [status, body.text])).toEqual(
      answers.map(() => [200, 'one two three']),
    );
    for (const { body } of answers) expect(body).toEqual(answers[0]?.body);
    const stream = await readFrames(
      await openStream(workspace, 'POST', path, { json: { message: 'Hello?' }, headers }),
    );
    expect(textOf(stream)).toBe('one two three');
    expect(await provider.requests()).toHaveLength(1);
    const { runs, run_contents, messages, sessions } = await countAll(workspace.id);
    expect([runs, run_contents, messages, sessions]).toEqual([1, 1, 0, 1]);
    const other = await workspace.post(path, { message: 'Other?' }, { headers });
    expect(other.body.code).toBe('idempotency_mismatch');
  });

  it('sends the same events to concurrent streams with one key', async () => {
    const { workspace, agent, provider } = await newChat({ rounds: [slowly] });
    const options = { json: { message: 'Hello?' }, headers: { 'idempotency-key': 'one' } };
    const streams = await Promise.all(
      [1, 2, 3, 4].map(() => openStream(workspace, 'POST', `/agents/${agent}/runs`, options)),
    );
    const [first, ...others] = await Promise.all(streams.map((stream) => readFrames(stream)));
    expect(textOf(first ?? [])).toBe('one two three');
    for (const other of others) expect(other).toEqual(first);
    expect(await provider.requests()).toHaveLength(1);
  });

  it('can be retried with its key after a failure', async () => {
    const { workspace, agent } = await newChat({ rounds: [fails, answer] });
    const send = () =>
      workspace.post(
        `/agents/${agent}/runs`,
        { message: 'Hello?' },
        { headers: { 'idempotency-key': 'one' } },
      );
    expect((await send()).status).toBeGreaterThanOrEqual(400);
    const again = await send();
    expect([again.status, again.body.text]).toEqual([200, 'one two three']);
    expect((await send()).body).toEqual(again.body);
  });

  it('can be cancelled, and attached to while active', async () => {
    const { workspace, agent } = await newChat({ rounds: [slowly] });
    const stream = await openStream(workspace, 'POST', `/agents/${agent}/runs`, {
      json: { message: 'Hello?' },
    });
    const run = stream.headers.get('x-run-id');
    const attached = readFrames(await openStream(workspace, 'GET', `/runs/${run}/events`));
    const { body } = await workspace.post(`/runs/${run}/cancel`);
    expect([body.status, body.session_id]).toEqual(['cancelled', null]);
    expect((await attached).at(-1)?.data.type).toMatch(/finish|error|abort/);
    await stream.body?.cancel();
  });
});

describe('a preview', () => {
  it('runs a draft, and creates no version', async () => {
    const { workspace, agent, provider } = await newChat({ rounds: [answer], repeat: true });
    const before = (await workspace.get(`/agents/${agent}`)).body;
    const config = { instructions: 'Speak as a pirate.' };
    const { body } = await workspace.post(`/agents/${agent}/runs`, { message: 'Hello?', config });
    expect(body.run).toMatchObject({
      is_preview: true,
      status: 'completed',
      version_id: before.active_version.id,
    });
    expect(JSON.stringify(await provider.requests())).toContain('Speak as a pirate.');
    expect((await workspace.get(`/agents/${agent}`)).body).toEqual(before);
    expect((await workspace.get(`/agents/${agent}/versions`)).body.data).toHaveLength(1);
    const usage = await env.DB.prepare('select operation from usage where run_id = ?')
      .bind(body.run_id)
      .all();
    expect(usage.results).toEqual([{ operation: 'preview' }]);
  });

  it('validates a draft like a saved one', async () => {
    const { workspace, agent } = await newChat({ rounds: [answer] });
    const bodies = [
      { instructions: 'Hello {{nobody}}.' },
      { model: 'openai-nonsense' },
      { model: 'nobody/nothing' },
      { tools: ['there_is_no_such_tool'] },
      { knowledge: { base_ids: ['kb_01kajv2q5ve0mt8h2vj3c6x7ra'] } },
      { settings: { temperature: 9 } },
    ];
    for (const config of bodies) {
      const tried = await workspace.post(`/agents/${agent}/runs`, { message: 'Hi', config });
      const saved = await workspace.post(`/agents/${agent}/versions`, { config, activate: false });
      expect(tried.body.errors).toEqual(saved.body.errors);
      expect(saved.status).toBeGreaterThanOrEqual(400);
      expect(tried.status).toBe(422);
    }
    expect((await countAll(workspace.id)).runs).toBe(0);
  });

  it('requires permission to change agents', async () => {
    const { workspace, agent } = await newChat({ rounds: [answer], repeat: true });
    const asked = { message: 'Hi', config: { instructions: 'Other.' } };
    const results = await Promise.all(
      (['runtime', 'editor'] as const).map(
        async (role) =>
          (await (await workspace.withRole(role)).post(`/agents/${agent}/runs`, asked)).status,
      ),
    );
    expect(results).toEqual([403, 200]);
  });

  it('is still a draft when retried with its key', async () => {
    const { workspace, agent, provider } = await newChat({ rounds: [fails, answer] });
    const asked = { message: 'Hi', config: { instructions: 'Speak as a pirate.' } };
    const send = () =>
      workspace.post(`/agents/${agent}/runs`, asked, { headers: { 'idempotency-key': 'one' } });
    await send();
    const { body } = await send();
    expect(body.run.is_preview).toBe(true);
    expect(JSON.stringify((await provider.requests()).at(-1))).toContain('pirate');
  });
});
