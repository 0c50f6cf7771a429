import { env } from 'cloudflare:workers';
import { readUIMessageStream, type UIMessage, type UIMessageChunk } from 'ai';
import { beforeAll, describe, expect, it, vi } from 'vitest';
import { newWorkspace, type Workspace } from '../support/api.ts';

const manual = `# Aurora espresso machine

## Cleaning

Descale the machine every 200 cups. Use citric acid, never vinegar, because vinegar attacks the seals.

## Warranty

The warranty lasts 30 months from the day of purchase. It does not cover damage by limescale.
`;

async function newAgent(workspace: Workspace, config: object = {}) {
  const { body } = await workspace.post('/agents', {
    name: 'Support',
    config: { instructions: 'Be brief.', ...config },
  });
  return body.id as string;
}

async function addManual(workspace: Workspace, agent: string) {
  const { body } = await workspace.post(`/agents/${agent}/files`, {
    name: 'manual.md',
    text: manual,
  });
  const file = body.data[0].id as string;
  await vi.waitUntil(async () => (await workspace.get(`/files/${file}`)).body.status === 'ready', {
    timeout: 150_000,
    interval: 100,
  });
  return file;
}

async function newSession(workspace: Workspace, agent: string, json: object = {}) {
  return (await workspace.post(`/agents/${agent}/sessions`, json)).body.id as string;
}

function chunksOf(sse: string): { id: string | undefined; chunk: UIMessageChunk }[] {
  return sse
    .split('\n\n')
    .filter((event) => event.includes('data: {'))
    .map((event) => ({
      id: /^id: (\d+)$/m.exec(event)?.[1],
      chunk: JSON.parse(/^data: (.*)$/m.exec(event)?.[1] ?? ''),
    }));
}

describe('a turn with knowledge', () => {
  let workspace: Workspace;
  let agent: string;
  let file: string;
  beforeAll(async () => {
    workspace = await newWorkspace();
    agent = await newAgent(workspace);
    file = await addManual(workspace, agent);
  });

  it('answers from the document with a citation whose offsets match the quote', async () => {
    const session = await newSession(workspace, agent);
    const { status, body } = await workspace.post(`/sessions/${session}/messages`, {
      message: 'How often should I descale it?',
    });
    expect(status).toBe(200);
    expect(body.text).toContain('every 200 cups');
    expect(body.citations[0]).toMatchObject({ number: 1, file_id: file, file_name: 'manual.md' });
    expect(body.citations[0].quote).toContain('Descale the machine every 200 cups.');
    expect(body.run).toMatchObject({
      status: 'completed',
      finish_reason: 'stop',
      coverage: 'full',
    });
    expect(body.run.confidence).toBeGreaterThan(0.5);
    expect(body.run.usage.cost_usd).toBe(0);
    const text = await env.FILES.get(
      (await env.FILES.list({ prefix: workspace.id })).objects.find(({ key }) => /text/.test(key))
        ?.key ?? '',
    );
    const { start, end, quote } = body.citations[0];
    expect((await text?.text())?.slice(start, end)).toBe(quote);
  });

  it('streams the AI SDK UI message stream, which the AI SDK can read', async () => {
    const session = await newSession(workspace, agent);
    const { headers, body } = await workspace.post(
      `/sessions/${session}/messages`,
      { message: 'How long is the warranty?' },
      { headers: { accept: 'text/event-stream' } },
    );
    expect(headers.get('x-vercel-ai-ui-message-stream')).toBe('v1');
    expect(body.endsWith('data: [DONE]\n\n')).toBe(true);
    const events = chunksOf(body);
    expect(events.map(({ id }) => Number(id))).toEqual(events.map((_, index) => index + 1));
    const stream = new ReadableStream<UIMessageChunk>({
      start(controller) {
        for (const { chunk } of events) controller.enqueue(chunk);
        controller.close();
      },
    });
    let message: UIMessage | undefined;
    for await (const state of readUIMessageStream({ stream })) message = state;
    const parts = message?.parts ?? [];
    expect(parts.find((part) => part.type === 'text')).toMatchObject({
      text: expect.stringContaining('30 months'),
    });
    expect(parts.find((part) => part.type === 'source-document')).toMatchObject({
      filename: 'manual.md',
    });
    expect(parts.find((part) => part.type === 'data-run')).toMatchObject({
      data: { status: 'completed', usage: { cost_usd: 0 } },
    });
    const stored = await workspace.get(`/sessions/${session}/messages`);
    expect(stored.body.data[0]).toMatchObject({ id: message?.id, role: 'assistant', seq: 2 });
  });

  it('declines when the documents contain no answer', async () => {
    const strict = await newAgent(workspace, {
      knowledge: { scope: 'only', no_answer: 'That is not in my documents.' },
    });
    await addManual(workspace, strict);
    const session = await newSession(workspace, strict);
    const { body } = await workspace.post(`/sessions/${session}/messages`, {
      message: 'Who won the football championship in 1974?',
    });
    expect(body).toMatchObject({
      text: 'That is not in my documents.',
      citations: [],
      run: { coverage: 'none', finish_reason: 'no_answer' },
    });
    expect(body.run.confidence).toBeLessThan(0.3);
  });

  it('searches for a short follow-up together with the question before it', async () => {
    const session = await newSession(workspace, agent);
    await workspace.post(`/sessions/${session}/messages`, {
      message: 'How long does the warranty last?',
    });
    const { body } = await workspace.post(`/sessions/${session}/messages`, {
      message: 'And limescale?',
    });
    expect(body.text).toContain('limescale');
  });

  it('searches for an independent short question alone', async () => {
    const session = await newSession(workspace, agent);
    await workspace.post(`/sessions/${session}/messages`, {
      message: 'How long does the warranty last?',
    });
    const { body } = await workspace.post(`/sessions/${session}/messages`, {
      message: 'What is the capital of Mongolia?',
    });
    expect(body).toMatchObject({ citations: [], run: { coverage: 'none', confidence: 0 } });
  });

  it('omits citations when they are disabled, with the same confidence', async () => {
    const silent = await newAgent(workspace, { knowledge: { citations: false } });
    await addManual(workspace, silent);
    const session = await newSession(workspace, silent);
    const { body } = await workspace.post(
      `/sessions/${session}/messages`,
      { message: 'How long is the warranty?' },
      { headers: { accept: 'text/event-stream' } },
    );
    expect(body).not.toMatch(/\[\d+\]/);
    const json = await workspace.post(
      `/sessions/${session}/messages`,
      { message: 'How long is the warranty?', stream: false },
      { headers: { accept: 'text/event-stream, application/json' } },
    );
    expect(json.body).toMatchObject({
      text: '> The warranty lasts 30 months from the day of purchase.',
      citations: [],
      run: { coverage: 'full' },
    });
  });

  it('writes one usage row per model call and a trace of the steps', async () => {
    const session = await newSession(workspace, agent, { end_user_id: 'ada' });
    const { body } = await workspace.post(`/sessions/${session}/messages`, {
      message: 'Which acid is right?',
    });
    const { results } = await env.DB.prepare(
      'select * from usage where run_id = ? order by operation',
    )
      .bind(body.run.id)
      .all();
    expect(results.map(({ operation }) => operation)).toEqual(['answer', 'embed_query']);
    expect(results[0]).toMatchObject({
      session_id: session,
      end_user_id: 'ada',
      provider: 'builtin',
      cost_nano_usd: 0,
      status: 'ok',
    });
    const run = await workspace.get(`/runs/${body.run.id}`);
    expect(run.body.steps.map(({ type }: { type: string }) => type)).toEqual([
      'retrieval',
      'model',
    ]);
  });
});

describe('sessions', () => {
  it('keeps messages in a gapless sequence and accepts one at a time (R59)', async () => {
    const workspace = await newWorkspace();
    const session = await newSession(workspace, await newAgent(workspace));
    const answers = await Promise.all(
      Array.from({ length: 12 }, (_, n) =>
        workspace.post(`/sessions/${session}/messages`, { message: `Hello ${n}` }),
      ),
    );
    const busy = answers.filter(({ status }) => status === 409);
    expect(
      busy.every(({ body }) => body.code === 'session_busy' && body.run_id.startsWith('run_')),
    ).toBe(true);
    const taken = answers.filter(({ status }) => status === 200);
    expect(taken.length + busy.length).toBe(12);
    const { body } = await workspace.get(`/sessions/${session}/messages?limit=100`);
    expect(body.data.map(({ seq }: { seq: number }) => seq)).toEqual(
      Array.from({ length: taken.length * 2 }, (_, n) => taken.length * 2 - n),
    );
  });

  it('answers a repeated message once, in the requested form (R55)', async () => {
    const workspace = await newWorkspace();
    const session = await newSession(workspace, await newAgent(workspace));
    const send = (accept: string) =>
      workspace.post(
        `/sessions/${session}/messages`,
        { message: 'Hello' },
        { headers: { accept, 'idempotency-key': 'once' } },
      );
    const first = await send('application/json');
    const again = await send('application/json');
    expect(again.body).toEqual(first.body);
    const streamed = await send('text/event-stream');
    expect(streamed.headers.get('idempotent-replayed')).toBe('true');
    expect(chunksOf(streamed.body).map(({ chunk }) => chunk.type)).toContain('data-run');
    expect((await workspace.get(`/sessions/${session}`)).body.message_count).toBe(2);
  });

  it('fills in the variables of the instructions literally, and validates the form', async () => {
    const workspace = await newWorkspace();
    const agent = await newAgent(workspace, {
      instructions: 'Talk to {{name}}.',
      inputs: [{ type: 'text', name: 'name', label: 'Name', required: true }],
    });
    const missing = await workspace.post(`/agents/${agent}/sessions`, {});
    expect(missing.body.errors).toEqual([{ pointer: '/inputs/name', detail: 'Name is required.' }]);
    const wrong = await workspace.post(`/agents/${agent}/sessions`, {
      inputs: { name: 7, colour: 'red' },
    });
    expect(wrong.body.errors).toHaveLength(2);
    expect(
      (await workspace.post(`/agents/${agent}/sessions`, { inputs: { name: '{{name}}' } })).status,
    ).toBe(201);
  });

  it('lists, renames, archives and erases', async () => {
    const workspace = await newWorkspace();
    const agent = await newAgent(workspace);
    const ids = [];
    for (const end_user_id of ['a', 'b', 'a'])
      ids.unshift(await newSession(workspace, agent, { end_user_id }));
    const first = await workspace.get(`/agents/${agent}/sessions?limit=2`);
    const second = await workspace.get(
      `/agents/${agent}/sessions?limit=2&cursor=${first.body.next_cursor}`,
    );
    expect([...first.body.data, ...second.body.data].map(({ id }: { id: string }) => id)).toEqual(
      ids,
    );
    expect((await workspace.get(`/agents/${agent}/sessions?end_user_id=a`)).body.data).toHaveLength(
      2,
    );
    const [id] = ids;
    await workspace.post(`/sessions/${id}/messages`, { message: 'Remember the canary 8c1f.' });
    expect(
      (await workspace.patch(`/sessions/${id}`, { title: 'Birds', archived: true })).body,
    ).toMatchObject({ title: 'Birds' });
    expect((await workspace.post(`/sessions/${id}/messages`, { message: 'Hi' })).body.code).toBe(
      'session_closed',
    );
    expect((await workspace.delete(`/sessions/${id}`)).status).toBe(204);
    expect((await workspace.get(`/sessions/${id}`)).status).toBe(404);
    for (const table of [
      'sessions',
      'messages',
      'runs',
      'run_steps',
      'usage',
      'audit_log',
      'idempotency_keys',
    ]) {
      const { results } = await env.DB.prepare(`select * from ${table}`).all();
      expect(JSON.stringify(results)).not.toContain('canary 8c1f');
    }
  });

  it('shows a runtime key its own sessions only, and a viewer no messages', async () => {
    const workspace = await newWorkspace();
    const agent = await newAgent(workspace);
    const runtime = await workspace.withRole('runtime');
    const viewer = await workspace.withRole('viewer');
    const foreign = await newSession(workspace, agent);
    const own = await newSession(runtime, agent);
    expect((await runtime.get(`/sessions/${foreign}`)).status).toBe(404);
    expect((await runtime.post(`/sessions/${foreign}/messages`, { message: 'Hi' })).status).toBe(
      404,
    );
    expect(
      (await runtime.get(`/agents/${agent}/sessions`)).body.data.map(
        ({ id }: { id: string }) => id,
      ),
    ).toEqual([own]);
    expect((await viewer.get(`/sessions/${own}`)).body.messages).toBe(null);
    await runtime.post(`/sessions/${own}/messages`, { message: 'Hi' });
    expect(
      (await runtime.get(`/sessions/${own}`)).body.messages.data.map(
        ({ role }: { role: string }) => role,
      ),
    ).toEqual(['assistant', 'user']);
    expect((await viewer.get(`/sessions/${own}/messages`)).status).toBe(403);
  });

  it('runs on the requested version, or on the one that the session is bound to (R58)', async () => {
    const workspace = await newWorkspace();
    const agent = await newAgent(workspace);
    await workspace.patch(`/agents/${agent}`, { config: { instructions: 'Second.' } });
    await workspace.put(`/agents/${agent}/labels/stable`, { version: '1' });
    const versions = (await workspace.get(`/agents/${agent}/versions`)).body.data;
    const idOf = (number: number) =>
      versions.find((version: { number: number }) => version.number === number).id;
    const pinned = await newSession(workspace, agent, { version: 'stable' });
    const ask = async (session: string, version?: string | number) =>
      (
        await workspace.post(`/sessions/${session}/messages`, {
          message: 'Hi',
          ...(version === undefined ? {} : { version }),
        })
      ).body.run.version_id;
    expect(await ask(pinned)).toBe(idOf(1));
    expect(await ask(pinned, 2)).toBe(idOf(2));
    expect(await ask(await newSession(workspace, agent))).toBe(idOf(2));
    expect(
      (await workspace.post(`/sessions/${pinned}/messages`, { message: 'Hi', version: 9 })).status,
    ).toBe(422);
  });

  it('closes a run whose host died and lets the session continue', async () => {
    const workspace = await newWorkspace();
    const session = await newSession(workspace, await newAgent(workspace));
    const { body } = await workspace.post(`/sessions/${session}/messages`, { message: 'Hi' });
    await env.DB.batch([
      env.DB.prepare(
        "update runs set status = 'running', ended_at = null, lease_until = 1 where id = ?",
      ).bind(body.run.id),
      env.DB.prepare(
        'update sessions set active_run_id = ?, active_run_until = 1 where id = ?',
      ).bind(body.run.id, session),
    ]);
    const { createExecutionContext, createScheduledController, waitOnExecutionContext } =
      await import('cloudflare:test');
    const { default: worker } = await import('../../src/worker.ts');
    const execution = createExecutionContext();
    await worker.scheduled(
      createScheduledController({ cron: '* * * * *', scheduledTime: new Date() }),
      env,
      execution,
    );
    await waitOnExecutionContext(execution);
    expect((await workspace.get(`/runs/${body.run.id}`)).body.status).toBe('interrupted');
    expect(
      (await workspace.post(`/sessions/${session}/messages`, { message: 'Still there?' })).status,
    ).toBe(200);
  });
});
