import { env } from 'cloudflare:workers';
import { describe, expect, it } from 'vitest';
import { newWorkspace } from '../support/api.ts';
import { type Chat, newChat } from '../support/chat.ts';
import { countRows } from '../support/rows.ts';
import {
  asks,
  clock,
  locate,
  newWaitingChat,
  pick,
  result,
  says,
  tools,
} from '../support/waiting.ts';

const requestOf = async ({ provider }: Chat, index: number) =>
  (await provider.requests())[index]?.body;
const times = Array.from({ length: 20 }, (_, index) => index);

describe('a run that calls a client tool', () => {
  it('waits, returns its required actions, and completes with the result', async () => {
    const chat = await newWaitingChat();
    expect(chat.message).toMatchObject({
      role: 'assistant',
      text: 'Let me look. ',
      parts: [{ type: 'text' }, { type: 'tool-call', tool_call_id: 'call_1' }],
      run: { status: 'requires_action', ended_at: null, latency_ms: null },
    });
    const waiting = await chat.readRun();
    expect(waiting).toMatchObject({
      status: 'requires_action',
      required_actions: [
        {
          type: 'tool_result',
          tool_call_id: 'call_1',
          tool_name: 'get_location',
          input: { precise: true },
        },
      ],
      usage: { input_tokens: 10, output_tokens: 5 },
    });
    expect(Date.parse(waiting.expires_at)).toBeGreaterThan(Date.now() + 23 * 3_600_000);
    const { status, body } = await chat.submit([result()]);
    expect(status, JSON.stringify(body)).toBe(200);
    expect(body).toMatchObject({
      id: chat.message.id,
      text: 'Let me look.\n\nYou are in Zurich.',
      run: {
        id: chat.run,
        status: 'completed',
        finish_reason: 'stop',
        required_actions: null,
        expires_at: null,
        usage: { input_tokens: 30, output_tokens: 12 },
      },
    });
    const { data } = (await chat.workspace.get(`/sessions/${chat.session}/messages`)).body;
    expect(data.map(({ seq, role }: { seq: number; role: string }) => [seq, role])).toEqual([
      [2, 'assistant'],
      [1, 'user'],
    ]);
    expect(await countRows('suspended_runs', chat.workspace.id)).toBe(0);
  });

  it('has spans of both halves, whose usage and times add up', async () => {
    const config = { tools: ['current_time'] };
    const chat = await newWaitingChat([asks(locate, clock), says], { config });
    await chat.submit([result()]);
    const run = await chat.readRun();
    expect(
      run.steps.map(({ ordinal, type, name }: Record<string, unknown>) => [ordinal, type, name]),
    ).toEqual([
      [0, 'model', 'openai-compatible/scripted'],
      [1, 'tool', 'get_location'],
      [2, 'tool', 'current_time'],
      [3, 'model', 'openai-compatible/scripted'],
    ]);
    expect(run.steps[1]).toMatchObject({ input: { precise: true }, output: { city: 'Zurich' } });
    // The new messages of the second call: the answer with its calls, and their results.
    expect(run.steps[3].input.map(({ role }: { role: string }) => role)).toEqual([
      'assistant',
      'tool',
    ]);
    const lasted = Date.parse(run.ended_at) - Date.parse(run.created_at);
    expect(run.latency_ms + run.waited_ms).toBe(lasted);
    const usage = await env.DB.prepare(
      'select call_key, sum(input_tokens) as tokens from usage where run_id = ? group by 1 order by 1',
    )
      .bind(chat.run)
      .all();
    expect(usage.results).toEqual([
      { call_key: `${chat.run}:0:0`, tokens: 10 },
      { call_key: `${chat.run}:1:0`, tokens: 20 },
    ]);
  });

  it('sends the model the results in the order of its calls, with those of the agent’s own tools', async () => {
    const config = { tools: ['current_time'] };
    const chat = await newWaitingChat([asks(pick, clock, locate), says], { config });
    expect(
      (await chat.readRun()).required_actions.map(
        (one: { tool_call_id: string }) => one.tool_call_id,
      ),
    ).toEqual(['call_2', 'call_1']);
    await chat.submit([
      { type: 'tool_result', tool_call_id: 'call_1', output: 'Zu\u200brich' },
      { type: 'tool_result', tool_call_id: 'call_2', error: 'The user closed the dialog.' },
    ]);
    const { messages } = (await requestOf(chat, 1)) as {
      messages: { role: string; content: string; tool_call_id?: string; tool_calls?: object[] }[];
    };
    expect(messages.slice(-4)).toMatchObject([
      {
        role: 'assistant',
        content: 'Let me look. ',
        tool_calls: [{ id: 'call_2' }, { id: 'call_3' }, { id: 'call_1' }],
      },
      { role: 'tool', tool_call_id: 'call_2', content: 'The user closed the dialog.' },
      { role: 'tool', tool_call_id: 'call_3', content: expect.stringContaining('Zurich') },
      { role: 'tool', tool_call_id: 'call_1', content: 'Zurich' },
    ]);
  });

  it('keeps the reasoning and the signatures of the provider over the wait', async () => {
    const reasoning = { ...asks(locate, clock), reasoning: ['I need ', 'the place.'] };
    const chat = await newChat(
      { rounds: [reasoning, says] },
      {
        config: {
          model: 'anthropic/claude-sonnet-4-5',
          tools: ['current_time'],
          settings: { reasoning_effort: 'low' },
        },
      },
    );
    const { api_key, base_url } = chat.provider;
    await chat.workspace.put('/providers/anthropic', { api_key, base_url: base_url.anthropic });
    const { body } = await chat.send({ message: 'Where am I?', tools });
    expect(body.run?.status, JSON.stringify(body)).toBe('requires_action');
    await chat.workspace.post(`/runs/${body.run_id}/actions`, { actions: [result()] });
    const { messages } = (await requestOf(chat, 1)) as {
      messages: {
        role: string;
        content: { type: string; signature?: string; id?: string; tool_use_id?: string }[];
      }[];
    };
    const [said, results] = messages.slice(-2);
    expect(said?.content.map(({ type }) => type)).toEqual([
      'thinking',
      'text',
      'tool_use',
      'tool_use',
    ]);
    expect(said?.content[0]?.signature).toEqual(expect.stringMatching(/.+/));
    expect(results?.content.map(({ tool_use_id }) => tool_use_id)).toEqual(['call_1', 'call_3']);
  });

  it('lets the model correct arguments that do not match the schema, without a required action', async () => {
    const wrong = { ...locate, id: 'call_0', arguments: { precise: 'very' } };
    const chat = await newWaitingChat([asks(wrong), asks(locate), says]);
    expect(chat.message.run.required_actions).toMatchObject([{ tool_call_id: 'call_1' }]);
    expect((await chat.readRun()).steps[1]).toMatchObject({
      type: 'tool',
      error: expect.stringContaining('schema'),
    });
  });

  it('waits again when the model calls a client tool again', async () => {
    const chat = await newWaitingChat([asks(locate), asks(pick), says]);
    const second = await chat.submit([result()]);
    expect(second.body.run).toMatchObject({
      status: 'requires_action',
      required_actions: [{ tool_call_id: 'call_2' }],
    });
    const ended = await chat.submit([result('call_2', 'red')]);
    expect(ended.body).toMatchObject({
      text: 'Let me look.\n\nLet me look.\n\nYou are in Zurich.',
      run: { status: 'completed', usage: { input_tokens: 40, output_tokens: 17 } },
    });
    const run = await chat.readRun();
    expect(run.latency_ms + run.waited_ms).toBe(
      Date.parse(run.ended_at) - Date.parse(run.created_at),
    );
  });

  it('works in a run without a session and with a draft', async () => {
    const rounds = [asks(locate), says, asks(locate), says];
    const { workspace, agent } = await newChat({ rounds });
    const ways: [string, object][] = [
      [`/agents/${agent}/runs`, { message: 'Where?' }],
      [`/agents/${agent}/runs`, { message: 'Where?', config: { instructions: 'Be brief.' } }],
    ];
    for (const [path, json] of ways) {
      const { body } = await workspace.post(path, { ...json, tools });
      expect(body.run.status, JSON.stringify(body)).toBe('requires_action');
      const done = await workspace.post(`/runs/${body.run_id}/actions`, { actions: [result()] });
      expect(done.body.run).toMatchObject({ status: 'completed', is_preview: 'config' in json });
    }
  });

  it('works in an answer that is regenerated and a question that is edited', async () => {
    const rounds = [asks(locate), says, asks(locate), says, asks(locate), says];
    const chat = await newWaitingChat(rounds);
    await chat.submit([result()]);
    const question = chat.message.parent_id;
    for (const [path, json] of [
      [`/messages/${chat.message.id}/regenerate`, { tools }],
      [`/messages/${question}/edit`, { tools, message: 'And now?' }],
    ] as const) {
      const { body } = await chat.workspace.post(path, json);
      expect(body.run.status, JSON.stringify(body)).toBe('requires_action');
      const done = await chat.workspace.post(`/runs/${body.run_id}/actions`, {
        actions: [result()],
      });
      expect(done.body).toMatchObject({ parent_id: body.parent_id, run: { status: 'completed' } });
    }
  });
});

describe('POST /runs/{run}/actions', () => {
  it('stores a partial submission, and resumes once all results are submitted', async () => {
    const chat = await newWaitingChat([asks(locate, pick), says]);
    const partial = await chat.submit([result('call_2', 'red')]);
    expect(partial.body).toMatchObject({
      id: chat.message.id,
      run: { status: 'requires_action', required_actions: [{ tool_call_id: 'call_1' }] },
    });
    expect(await chat.provider.requests()).toHaveLength(1);
    expect((await chat.readRun()).required_actions).toHaveLength(1);
    // A result that is already stored may be sent again with the others.
    const { body } = await chat.submit([result('call_1', 'here'), result('call_2', 'red')]);
    expect(body.run.status).toBe('completed');
    const requests = JSON.stringify((await chat.provider.requests())[1]?.body);
    expect([requests.includes('red'), requests.includes('here')]).toEqual([true, true]);
    expect(
      (await chat.readRun()).steps.filter(({ type }: { type: string }) => type === 'tool'),
    ).toHaveLength(2);
  });

  it('executes once under 20 parallel requests with the same results', async () => {
    const chat = await newWaitingChat();
    const answers = await Promise.all(times.map(() => chat.submit([result()])));
    expect(answers.map(({ status }) => status)).toEqual(times.map(() => 200));
    for (const { body } of answers) expect(body).toEqual(answers[0]?.body);
    const joined = answers.filter(({ headers }) => headers.get('idempotent-replayed') === 'true');
    expect(joined).toHaveLength(times.length - 1);
    expect(await chat.provider.requests()).toHaveLength(2);
    expect(answers[0]?.body.run.status).toBe('completed');
  });

  it('executes one of 20 parallel requests with different results, and refuses the others', async () => {
    const chat = await newWaitingChat();
    const answers = await Promise.all(times.map((index) => chat.submit([result('call_1', index)])));
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
    const refused = answers.filter(({ status }) => status === 409);
    expect(refused).toHaveLength(times.length - 1);
    for (const { body } of refused)
      expect([body.code, body.detail]).toEqual([
        'conflict',
        'The call call_1 already has a different result.',
      ]);
    expect(await chat.provider.requests()).toHaveLength(2);
  });

  it('replays the answer to the same results, also after the end and with a key', async () => {
    const chat = await newWaitingChat();
    const key = { 'idempotency-key': 'one' };
    const first = await chat.submit([result()], key);
    for (const headers of [key, {}, { 'idempotency-key': 'two' }]) {
      const again = await chat.submit([result()], headers);
      expect([again.status, again.body]).toEqual([200, first.body]);
      expect(again.headers.get('idempotent-replayed')).toBe('true');
    }
    const other = await chat.submit([result('call_1', 'elsewhere')], key);
    expect([other.status, other.body.code]).toEqual([422, 'idempotency_mismatch']);
    const unkeyed = await chat.submit([result('call_1', 'elsewhere')]);
    expect([unkeyed.status, unkeyed.body.code]).toEqual([409, 'conflict']);
    expect(await chat.provider.requests()).toHaveLength(2);
  });

  it('replays the answer so far to a repeated message while the run waits', async () => {
    const chat = await newChat({ rounds: [asks(locate), says] });
    const send = () => chat.send({ message: 'Where?', tools }, { 'idempotency-key': 'm' });
    const first = await send();
    const again = await send();
    expect([again.status, again.body]).toEqual([200, first.body]);
    await chat.workspace.post(`/runs/${first.body.run_id}/actions`, { actions: [result()] });
    expect((await send()).body.run.status).toBe('completed');
  });

  it('refuses results that the run does not wait for, and leaves it unchanged', async () => {
    const chat = await newWaitingChat([asks(locate, pick), says]);
    const other = await newWaitingChat([asks({ ...locate, id: 'call_9' }), says]);
    const refused: [readonly object[], number, string][] = [
      [[result('call_7')], 422, '/actions/0/tool_call_id'],
      [[result('call_1'), result('call_9')], 422, '/actions/1/tool_call_id'],
      [[result('call_1'), result('call_1')], 422, '/actions'],
      [[], 422, '/actions'],
      [[{ type: 'other', tool_call_id: 'call_1' }], 422, '/actions/0/type'],
      [[{ type: 'approval', tool_call_id: 'call_1', decision: 'approve' }], 422, '/actions/0/type'],
      [[{ type: 'tool_result', tool_call_id: 'call_1' }], 422, '/actions/0'],
      [[{ ...result(), error: 'both' }], 422, '/actions/0'],
      [[result('call_1', 'x'.repeat(50_001))], 422, '/actions/0/output'],
      [
        [{ type: 'tool_result', tool_call_id: 'call_1', error: 'x'.repeat(10_001) }],
        422,
        '/actions/0/error',
      ],
    ];
    for (const [actions, status, pointer] of refused) {
      const { status: was, body } = await chat.submit(actions);
      expect([was, body.errors?.[0]?.pointer], JSON.stringify(body)).toEqual([status, pointer]);
    }
    expect((await chat.readRun()).required_actions).toHaveLength(2);
    expect((await other.submit([result('call_9')])).body.run.status).toBe('completed');
    const late = await other.submit([result('call_8')]);
    expect([late.status, late.body.code, late.body.run_status]).toEqual([
      409,
      'conflict',
      'completed',
    ]);
    expect(
      (await chat.submit([result('call_1', 'x'.repeat(49_990)), result('call_2', null)])).body.run
        .status,
    ).toBe('completed');
  });

  it('requires write access to the session', async () => {
    const chat = await newWaitingChat();
    const viewer = await chat.workspace.withRole('viewer');
    const path = `/runs/${chat.run}/actions`;
    expect((await viewer.post(path, { actions: [result()] })).status).toBe(403);
    expect((await viewer.get(`/runs/${chat.run}`)).body.required_actions).toMatchObject([
      { tool_name: 'get_location', input: null },
    ]);
    expect((await viewer.get('/runs?status=requires_action')).body.data).toMatchObject([
      { id: chat.run, required_actions: [{ input: null }] },
    ]);
    const runtime = await chat.workspace.withRole('runtime');
    expect((await runtime.post(path, { actions: [result()] })).status).toBe(404);
    const stranger = await newWorkspace();
    expect((await stranger.post(path, { actions: [result()] })).status).toBe(404);
    const { body: agent } = await chat.workspace.post('/agents', { name: 'Other' });
    const limited = await chat.workspace.withRole('editor', [agent.id]);
    expect((await limited.post(path, { actions: [result()] })).status).toBe(404);
    const editor = await chat.workspace.withRole('editor', [chat.agent]);
    expect((await editor.post(path, { actions: [result()] })).status).toBe(200);
  });

  it('refuses invalid tools', async () => {
    const chat = await newChat({ rounds: [] }, { config: { tools: ['current_time'] } });
    const [tool] = tools;
    const refused: [object[], string][] = [
      [[tool as object, tool as object], '/tools'],
      [[{ name: 'with space' }], '/tools/0/name'],
      [[{ name: 'a', input_schema: { type: 'string' } }], '/tools/0/input_schema'],
      [
        [{ name: 'a', input_schema: { type: 'object', properties: { b: { type: 'colour' } } } }],
        '/tools/0/input_schema',
      ],
    ];
    for (const [given, pointer] of refused) {
      const { status, body } = await chat.send({ message: 'Hi', tools: given });
      expect([status, body.errors?.[0]?.pointer], JSON.stringify(body)).toEqual([422, pointer]);
    }
    const own = await chat.send({ message: 'Hi', tools: [{ name: 'current_time' }] });
    expect([own.status, own.body.code]).toEqual([422, 'validation_failed']);
    expect(await chat.provider.requests()).toEqual([]);
  });
});
