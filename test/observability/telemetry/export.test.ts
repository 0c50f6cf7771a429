import { env } from 'cloudflare:workers';
import { describe, expect, it } from 'vitest';
import { idHex } from '../../../src/shared/id.ts';
import { newChat } from '../../support/chat.ts';
import { faulty } from '../../support/faulty.ts';
import { Site } from '../../support/outbound.ts';
import { atRest } from '../../support/resources.ts';
import { countRows } from '../../support/rows.ts';
import { runSchedule } from '../../support/schedule.ts';
import { collecting, exportNow, read, type Span, tick } from './support.ts';

const secret = 'a-secret-of-the-user-0815';
const one = {
  rounds: [
    { text: ['The shop opens ', 'at nine.'], usage: { input_tokens: 30, output_tokens: 7 } },
  ],
  repeat: true,
};

/** A chat in which a tool is called. */
async function withTool() {
  const url = await new Site().answers('/status', {
    body: '{"up":"result-of-the-tool"}',
    headers: { 'content-type': 'application/json' },
  });
  const chat = await newChat({
    rounds: [
      {
        tool_calls: [{ id: 'call_1', name: 'status', arguments: { city: 'Bern' } }],
        usage: { input_tokens: 20, cache_read_tokens: 5, output_tokens: 3 },
      },
      { text: ['It is up.'], usage: { input_tokens: 40, output_tokens: 4 } },
    ],
  });
  const input_schema = { type: 'object', properties: { city: { type: 'string' } } };
  const about = {
    name: 'status',
    description: 'Tells whether it is up.',
    effect: 'read',
    url: `${url}?city={city}`,
    input_schema,
  };
  await chat.workspace.post('/tools', about);
  const { body } = await chat.workspace.post(`/agents/${chat.agent}/versions`, {
    config: { tools: ['status'] },
    activate: true,
  });
  expect(body.id, JSON.stringify(body)).toMatch(/^ver_/);
  return chat;
}

const named = (spans: readonly Span[], name: string) =>
  spans.find((span) => span.name === name) as Span;

describe('exported runs', () => {
  it('are spans of the GenAI conventions, over OTLP/HTTP as JSON', async () => {
    const chat = await withTool();
    const collector = await collecting(chat.workspace, {
      headers: { authorization: 'Bearer key-of-the-collector' },
    });
    const { body: answer } = await chat.send({ message: secret });
    await exportNow(chat.workspace);

    const [call, ...more] = await collector.site.calls();
    expect(more).toEqual([]);
    expect(call).toMatchObject({ method: 'POST', url: collector.endpoint });
    expect(call?.headers).toMatchObject({
      'content-type': 'application/json',
      authorization: 'Bearer key-of-the-collector',
    });
    const request = JSON.parse(call?.body ?? '');
    expect(Object.keys(request)).toEqual(['resourceSpans']);
    expect(request.resourceSpans[0].resource.attributes).toContainEqual({
      key: 'service.name',
      value: { stringValue: 'agentgrid' },
    });

    const spans = await collector.spans();
    expect(spans.map(({ name }) => name).sort()).toEqual([
      'chat scripted',
      'chat scripted',
      'execute_tool status',
      'invoke_agent A',
    ]);
    const traceId = idHex(answer.run.id);
    for (const span of spans) {
      expect(span.traceId).toBe(traceId);
      expect(span.spanId).toMatch(/^[0-9a-f]{16}$/);
      expect(span.startTimeUnixNano).toMatch(/^\d{13}000000$/);
      expect(BigInt(span.endTimeUnixNano)).toBeGreaterThanOrEqual(BigInt(span.startTimeUnixNano));
      for (const { value } of span.attributes) expect(Object.keys(value)).toHaveLength(1);
    }
    expect(new Set(spans.map(({ spanId }) => spanId)).size).toBe(4);

    const root = named(spans, 'invoke_agent A');
    expect([root.kind, root.parentSpanId, root.status]).toEqual([1, undefined, undefined]);
    expect(read(root)).toMatchObject({
      'gen_ai.operation.name': 'invoke_agent',
      'gen_ai.provider.name': 'openai-compatible',
      'gen_ai.request.model': 'scripted',
      'gen_ai.agent.id': chat.agent,
      'gen_ai.agent.name': 'A',
      'gen_ai.agent.version': '2',
      'gen_ai.conversation.id': chat.session,
      'gen_ai.usage.input_tokens': 60n,
      'gen_ai.usage.output_tokens': 7n,
      'gen_ai.response.finish_reasons': ['stop'],
      'agentgrid.run.status': 'completed',
    });
    const [first, last] = spans.filter(({ name }) => name === 'chat scripted') as [Span, Span];
    expect([first.kind, first.parentSpanId]).toEqual([3, root.spanId]);
    expect(read(first)).toMatchObject({
      'gen_ai.operation.name': 'chat',
      'gen_ai.usage.input_tokens': 20n,
      'gen_ai.usage.cache_read.input_tokens': 5n,
    });
    expect(read(first)['gen_ai.response.finish_reasons']).toEqual(['tool-calls']);
    expect(read(last)['gen_ai.response.finish_reasons']).toEqual(['stop']);
    const tool = named(spans, 'execute_tool status');
    expect([tool.kind, tool.parentSpanId]).toEqual([1, root.spanId]);
    expect(read(tool)).toMatchObject({
      'gen_ai.operation.name': 'execute_tool',
      'gen_ai.tool.name': 'status',
    });
  });

  it('contain no content unless it is enabled and the workspace logs content', async () => {
    const chat = await withTool();
    const collector = await collecting(chat.workspace);
    const said = async () => (await collector.site.calls()).at(-1)?.body ?? '';
    await chat.send({ message: secret });
    await exportNow(chat.workspace);
    for (const words of [
      secret,
      'Bern',
      'result-of-the-tool',
      'It is up.',
      'gen_ai.input.messages',
    ])
      expect(await said()).not.toContain(words);
  });

  it('contain content when it is enabled', async () => {
    const chat = await withTool();
    const collector = await collecting(chat.workspace, { include_content: true });
    await chat.send({ message: secret });
    await exportNow(chat.workspace);
    const spans = await collector.spans();
    const root = read(named(spans, 'invoke_agent A'));
    expect(JSON.parse(root['gen_ai.input.messages'] as string)).toEqual([
      { role: 'user', parts: [{ type: 'text', content: secret }] },
    ]);
    expect(JSON.parse(root['gen_ai.output.messages'] as string)).toEqual([
      { role: 'assistant', parts: [{ type: 'text', content: 'It is up.' }], finish_reason: 'stop' },
    ]);
    const tool = read(named(spans, 'execute_tool status'));
    expect([tool['gen_ai.tool.call.arguments'], tool['gen_ai.tool.call.result']]).toEqual([
      '{"city":"Bern"}',
      expect.stringContaining('result-of-the-tool'),
    ]);
    const [, last] = spans.filter(({ name }) => name === 'chat scripted') as [Span, Span];
    expect(read(last)['gen_ai.output.messages']).toContain('It is up.');

    const discreet = await newChat(one);
    const other = await collecting(discreet.workspace, { include_content: true });
    await discreet.workspace.patch('/workspace', { content_logging: false });
    await discreet.send({ message: secret });
    await exportNow(discreet.workspace);
    expect(await other.spans()).toHaveLength(2);
    expect((await other.site.calls())[0]?.body).not.toContain(secret);
  });

  it('contain the error of failed runs', async () => {
    const chat = await newChat({
      rounds: [{ fault: { kind: 'status', status: 400 } }],
      repeat: true,
    });
    const collector = await collecting(chat.workspace);
    const { body } = await chat.send({ message: 'Hello' });
    await exportNow(chat.workspace);
    const spans = await collector.spans();
    const root = named(spans, 'invoke_agent A');
    expect(root.status).toEqual({ code: 2 });
    expect(read(root)).toMatchObject({ 'error.type': body.code, 'agentgrid.run.status': 'failed' });
    expect(read(named(spans, 'chat scripted'))).toMatchObject({ 'error.type': 'model_error' });
  });

  it('are none without an export, and none from before it was set', async () => {
    const chat = await newChat(one);
    await chat.send({ message: 'Before' });
    const collector = await collecting(chat.workspace, { enabled: false });
    await chat.send({ message: 'While it is off' });
    expect(await countRows('telemetry_runs', chat.workspace.id)).toBe(0);
    await chat.workspace.put('/telemetry', { enabled: true, endpoint: collector.endpoint });
    await chat.send({ message: 'After' });
    expect((await chat.workspace.get('/telemetry')).body).toMatchObject({
      state: 'ok',
      waiting_runs: 1,
    });
    await exportNow(chat.workspace);
    expect(await collector.spans()).toHaveLength(2);
    expect((await chat.workspace.get('/telemetry')).body).toMatchObject({
      waiting_runs: 0,
      exported_runs: 1,
      last_error: null,
    });
    await exportNow(chat.workspace);
    expect(await collector.site.calls()).toHaveLength(1);
  });

  it('share one request up to its size limit', async () => {
    const chat = await newChat(one);
    const collector = await collecting(chat.workspace);
    for (const message of ['One', 'Two', 'Three']) await chat.send({ message });
    await exportNow(chat.workspace);
    expect(await collector.site.calls()).toHaveLength(1);
    expect(await collector.spans()).toHaveLength(6);
  });

  it('skip runs that have been erased', async () => {
    const chat = await newChat(one);
    const collector = await collecting(chat.workspace);
    await chat.send({ message: 'Hello' });
    await env.DB.prepare('update telemetry_runs set run_id = ? where workspace_id = ?')
      .bind('run_gone', chat.workspace.id)
      .run();
    await exportNow(chat.workspace);
    expect(await countRows('telemetry_runs', chat.workspace.id)).toBe(0);
    expect(await collector.site.calls()).toEqual([]);
  });

  it('get one job, whatever fault occurs in the tick', async () => {
    const chat = await newChat(one);
    const collector = await collecting(chat.workspace);
    await chat.send({ message: 'Hello' });
    for (const mode of ['before', 'after'] as const) {
      for (const at of [1, 2]) {
        await expect(tick({ DB: faulty(env.DB, { at, mode }).database })).rejects.toThrow();
        expect(await countRows('outbox', chat.workspace.id)).toBe(
          mode === 'after' && at === 2 ? 1 : 0,
        );
      }
    }
    // The job that nobody sent is sent by the sweep.
    await tick();
    expect(await countRows('outbox', chat.workspace.id)).toBe(1);
    await env.DB.prepare('update outbox set due_at = 0 where workspace_id = ?')
      .bind(chat.workspace.id)
      .run();
    await runSchedule('* * * * *', env, {
      waitUntil: () => undefined,
    } as unknown as ExecutionContext);
    await atRest(chat.workspace.id);
    const ids = (await collector.spans()).map(({ spanId }) => spanId);
    expect(new Set(ids).size).toBe(2);
    expect(await countRows('telemetry_runs', chat.workspace.id)).toBe(0);
  });
});
