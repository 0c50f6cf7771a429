import OpenAI from 'openai';
import { describe, expect, it } from 'vitest';
import { newWorkspace } from '../../support/api.ts';
import { countRows } from '../../support/rows.ts';
import { clientOf, failureOf, says, scene, usage, weather } from './support.ts';

const hello = [{ role: 'user' as const, content: 'Hello?' }];
const tools = [{ type: 'function' as const, function: weather }];

describe('chat completions with the openai client', () => {
  it('returns the answer with usage, cached and reasoning tokens, and the version', async () => {
    const { client, model, workspace, agent_id } = await scene({
      rounds: [says('Hello ', 'there.')],
    });
    const before = Math.floor(Date.now() / 1000);
    const completion = await client.chat.completions.create({
      model,
      messages: hello,
      user: 'customer-1',
      metadata: { team: 'a' },
    });
    expect(completion).toMatchObject({
      object: 'chat.completion',
      model,
      choices: [
        {
          index: 0,
          finish_reason: 'stop',
          message: { role: 'assistant', content: 'Hello there.', refusal: null },
        },
      ],
      usage: {
        prompt_tokens: 20,
        completion_tokens: 9,
        total_tokens: 29,
        prompt_tokens_details: { cached_tokens: 8 },
        completion_tokens_details: { reasoning_tokens: 3 },
      },
    });
    expect(completion.created).toBeGreaterThanOrEqual(before - 1);
    expect(completion.created).toBeLessThanOrEqual(before + 60);
    const { body } = await workspace.get(`/runs/${completion.id.replace('chatcmpl-', 'run_')}`);
    expect(body).toMatchObject({
      agent_id,
      status: 'completed',
      version_id: completion.system_fingerprint,
    });
    expect(completion).toMatchObject({
      agentgrid: { run_id: body.id, cost_usd: body.usage.cost_usd, downgrade: null },
    });
    expect((await workspace.get(`/agents/${agent_id}/sessions`)).body.data).toEqual([]);
    expect(await countRows('usage', workspace.id)).toBe(1);
  });

  it('streams the text, with usage when `include_usage` is set', async () => {
    const { client, model } = await scene({ rounds: [says('Zürich ', '🌧 ', 'Übel')] });
    const stream = client.chat.completions.stream({
      model,
      messages: hello,
      stream_options: { include_usage: true },
    });
    let text = '';
    for await (const chunk of stream) text += chunk.choices[0]?.delta.content ?? '';
    const final = await stream.finalChatCompletion();
    expect([text, final.choices[0]?.message.content]).toEqual(['Zürich 🌧 Übel', 'Zürich 🌧 Übel']);
    expect(final.usage).toMatchObject({ prompt_tokens: 20, completion_tokens: 9 });
    expect(final.id).toMatch(/^chatcmpl-/);
  });

  it('sends the agent’s instructions followed by the conversation to the model', async () => {
    const { client, model, scripted } = await scene({ rounds: [says('Fine.')] });
    await client.chat.completions.create({
      model,
      messages: [
        { role: 'system', content: 'Speak French.' },
        { role: 'user', content: 'One' },
        { role: 'assistant', content: 'Two' },
        { role: 'user', content: [{ type: 'text', text: 'Three' }] },
      ],
      temperature: 0.5,
      max_completion_tokens: 99,
      reasoning_effort: 'low',
      seed: 7,
    });
    const sent = JSON.stringify((await scripted.requests())[0]?.body);
    expect(sent).toContain('You are terse.\\n\\nSpeak French.');
    expect(sent.indexOf('One')).toBeLessThan(sent.indexOf('Two'));
    expect(sent.indexOf('Two')).toBeLessThan(sent.indexOf('Three'));
    expect(sent).toContain('99');
  });

  it.each([false, true])(
    'returns client tool calls and accepts their results (stream: %s)',
    async (isStream) => {
      const call = { id: 'call_1', name: 'get_weather', arguments: { city: 'Zürich' } };
      const { client, model, scripted, workspace } = await scene({
        rounds: [{ text: ['Let me look.'], tool_calls: [call], usage }, says('Rain.')],
      });
      const ask = async (messages: OpenAI.ChatCompletionMessageParam[]) => {
        if (!isStream) return client.chat.completions.create({ model, messages, tools });
        return client.chat.completions.stream({ model, messages, tools }).finalChatCompletion();
      };
      const first = await ask(hello);
      const [choice] = first.choices;
      expect(choice).toMatchObject({
        finish_reason: 'tool_calls',
        message: { content: 'Let me look.' },
      });
      const [called] = choice?.message.tool_calls ?? [];
      expect(called).toMatchObject({
        id: 'call_1',
        type: 'function',
        function: { name: 'get_weather' },
      });
      expect(JSON.parse(called?.type === 'function' ? called.function.arguments : '')).toEqual({
        city: 'Zürich',
      });
      const run = (await workspace.get(`/runs/${first.id.replace('chatcmpl-', 'run_')}`)).body;
      expect(run).toMatchObject({ status: 'completed', finish_reason: 'tool-calls' });

      const message = choice?.message as OpenAI.ChatCompletionMessage;
      const second = await ask([
        ...hello,
        message,
        { role: 'tool', tool_call_id: 'call_1', content: '{"sky":"rain"}' },
      ]);
      expect(second.choices[0]).toMatchObject({
        finish_reason: 'stop',
        message: { content: 'Rain.' },
      });
      const [, sent] = await scripted.requests();
      expect(JSON.stringify(sent?.body)).toContain('\\"sky\\":\\"rain\\"');
      expect(JSON.stringify(sent?.body)).toContain('call_1');
    },
  );

  it('returns one tool call when parallel calls are disabled', async () => {
    const call = (id: string) => ({ id, name: 'get_weather', arguments: { city: id } });
    const { client, model } = await scene({
      rounds: [{ tool_calls: [call('a'), call('b')], usage }],
      repeat: true,
    });
    const body = { model, messages: hello, tools, parallel_tool_calls: false };
    const whole = await client.chat.completions.create(body);
    const streamed = await client.chat.completions.stream(body).finalChatCompletion();
    for (const { choices } of [whole, streamed])
      expect(choices[0]?.message.tool_calls?.map(({ id }) => id)).toEqual(['a']);
  });

  it('returns an answer that matches the schema, with definitions, after a repair', async () => {
    const { client, model, scripted } = await scene({
      rounds: [says('{"n":"x"}'), says('{"n":{"value":4}}')],
    });
    const schema = {
      type: 'object',
      properties: { n: { $ref: '#/$defs/Number' } },
      required: ['n'],
      additionalProperties: false,
      $defs: {
        Number: {
          type: 'object',
          properties: { value: { type: 'number' } },
          required: ['value'],
          additionalProperties: false,
        },
      },
    };
    const completion = await client.chat.completions.parse({
      model,
      messages: hello,
      response_format: {
        type: 'json_schema',
        json_schema: { name: 'answer', schema, strict: true },
      },
    });
    expect(completion.choices[0]?.message.parsed).toEqual({ n: { value: 4 } });
    expect(await scripted.requests()).toHaveLength(2);
  });

  it('returns a JSON object', async () => {
    const { client, model } = await scene({ rounds: [says('{"a":1}')] });
    const completion = await client.chat.completions.create({
      model,
      messages: hello,
      response_format: { type: 'json_object' },
    });
    expect(JSON.parse(completion.choices[0]?.message.content ?? '')).toEqual({ a: 1 });
  });

  it('accepts slug, id, label and version number as model and returns 404 for other names', async () => {
    const { client, model, agent_id, workspace } = await scene({
      rounds: [says('Hi')],
      repeat: true,
    });
    await workspace.put(`/agents/${agent_id}/labels/live`, { version: 1 });
    for (const name of [model, agent_id, `${model}@live`, `${model}@1`]) {
      expect((await client.chat.completions.create({ model: name, messages: hello })).model).toBe(
        name,
      );
      expect((await client.models.retrieve(name)).id).toBe(name);
    }
    for (const name of ['nobody', `${model}@2`, `${model}@none`, 'A B', `${model}@1@2`]) {
      const error = await failureOf(
        client.chat.completions.create({ model: name, messages: hello }),
      );
      expect([error.status, error.code, error.type, error.param], name).toEqual([
        404,
        'model_not_found',
        'invalid_request_error',
        'model',
      ]);
      expect((await failureOf(client.models.retrieve(name))).code).toBe('model_not_found');
    }
    const other = clientOf((await newWorkspace()).key);
    expect(
      (await failureOf(other.chat.completions.create({ model: agent_id, messages: hello }))).code,
    ).toBe('model_not_found');
  });

  it('returns the same citations as annotations with and without streaming', async () => {
    const workspace = await newWorkspace();
    const agent = (
      await workspace.post('/agents', { name: 'Manual', config: { model: 'builtin/extractive' } })
    ).body;
    const text = '# Descaling\n\nRun the descaling programme every three months.\n';
    const base = agent.config.knowledge.base_ids[0];
    const file = (
      await workspace.post(`/knowledge-bases/${base}/files`, { name: 'manual.md', text })
    ).body;
    await expect
      .poll(async () => (await workspace.get(`/files/${file.id ?? file.data[0].id}`)).body.status, {
        timeout: 150_000,
      })
      .toBe('ready');
    const body = {
      model: agent.slug,
      messages: [
        { role: 'user' as const, content: 'How often should I run the descaling programme?' },
      ],
    };
    const client = clientOf(workspace.key);
    const completion = await client.chat.completions.create(body);
    expect(completion).toMatchObject({
      agentgrid: {
        citations: [{ filename: 'manual.md', page: null, quote: expect.stringContaining('three') }],
      },
    });
    const message = completion.choices[0]?.message;
    const [cited] = message?.annotations ?? [];
    const url = `http://agentgrid.test/api/v1/files/${file.id ?? file.data[0].id}/content`;
    expect(cited).toEqual({
      type: 'url_citation',
      url_citation: {
        url,
        title: 'manual.md',
        start_index: expect.any(Number),
        end_index: expect.any(Number),
      },
    });
    expect(
      message?.content?.slice(cited?.url_citation.start_index, cited?.url_citation.end_index),
    ).toBe('[1]');
    const chunks: OpenAI.ChatCompletionChunk[] = [];
    for await (const chunk of await client.chat.completions.create({ ...body, stream: true }))
      chunks.push(chunk);
    const deltas = chunks.map(
      ({ choices }) => choices[0]?.delta as { annotations?: unknown[]; content?: string },
    );
    expect(deltas.flatMap(({ annotations = [] }) => annotations)).toMatchObject(
      JSON.parse(JSON.stringify(message?.annotations)),
    );
    expect(deltas.map(({ content = '' }) => content).join('')).toBe(message?.content);
  });

  it('executes one run per Idempotency-Key and replays its answer', async () => {
    const { client, model, workspace } = await scene({ rounds: [says('Once')] });
    const options = { headers: { 'idempotency-key': 'once' } };
    const answers = await Promise.all(
      [1, 2, 3].map(() => client.chat.completions.create({ model, messages: hello }, options)),
    );
    answers.push(await client.chat.completions.create({ model, messages: hello }, options));
    expect(new Set(answers.map((answer) => JSON.stringify(answer))).size).toBe(1);
    expect(await countRows('usage', workspace.id)).toBe(1);
    const other = await failureOf(
      client.chat.completions.create({ model, messages: [...hello, ...hello] }, options),
    );
    expect([other.status, other.code]).toEqual([400, 'idempotency_mismatch']);
  });
});

describe('failures with the openai client', () => {
  it('have the status, type, code and param of OpenAI', async () => {
    const { client, model, workspace } = await scene({ rounds: [] });
    const create = (more: object, by = client) =>
      failureOf(by.chat.completions.create({ model, messages: hello, ...more } as never));
    const unknown = await create({}, clientOf('ag_nobody'));
    expect(unknown).toBeInstanceOf(OpenAI.AuthenticationError);
    expect([unknown.code, unknown.type]).toEqual(['invalid_api_key', 'invalid_request_error']);
    expect(await create({}, clientOf((await workspace.withRole('viewer')).key))).toBeInstanceOf(
      OpenAI.PermissionDeniedError,
    );
    for (const [more, param, code] of [
      [{ n: 2 }, 'n', 'unsupported_parameter'],
      [{ logprobs: true }, 'logprobs', 'unsupported_parameter'],
      [{ audio: { voice: 'a' } }, 'audio', 'unsupported_parameter'],
      [{ temperature: 3 }, 'temperature', 'invalid_value'],
      [{ temprature: 1 }, 'temprature', 'unknown_parameter'],
      [{ messages: [{ role: 'robot', content: '' }] }, 'messages[0].role', 'invalid_value'],
      [{ messages: [{ role: 'user', content: ' ' }] }, 'messages', 'unsupported_parameter'],
      [
        { messages: [{ role: 'tool', tool_call_id: 'x', content: 'B' }] },
        'messages[0].tool_call_id',
        'invalid_value',
      ],
      [{ messages: undefined }, 'messages', 'missing_required_parameter'],
    ] as const) {
      const error = await create(more);
      expect([error.status, error.param, error.code], JSON.stringify(more)).toEqual([
        400,
        param,
        code,
      ]);
      expect(error.type).toBe('invalid_request_error');
      expect(error.requestID).toMatch(/^req_/);
    }
    const nowhere = await failureOf(client.get('/nowhere'));
    expect([nowhere.status, nowhere.code]).toEqual([404, 'unknown_url']);
    expect((await failureOf(client.delete('/models'))).code).toBe('method_not_supported');
  });

  it.each([
    [{ kind: 'status', status: 429, retry_after: '120' }, 429, 'rate_limit_exceeded'],
    [{ kind: 'status', status: 401 }, 424, 'provider_auth'],
    [{ kind: 'status', status: 500 }, 502, 'provider_error'],
    [{ kind: 'reset' }, 502, 'provider_error'],
  ] as const)('of a provider: %j returns %s', async (fault, status, code) => {
    const { client, model } = await scene({ rounds: Array(8).fill({ fault }) });
    for (const stream of [false, true]) {
      const error = await failureOf(
        client.chat.completions.create({ model, messages: hello, stream }),
      );
      expect([error.status, error.code]).toEqual([status, code]);
      if (status === 429) expect(error.headers?.get('retry-after')).toBe('120');
    }
  });

  it('are sent in the stream once it has started', async () => {
    const { client, model } = await scene({
      rounds: [{ ...says('Half ', 'an answer'), fault: { kind: 'error-event', events: 3 } }],
    });
    const read = async () => {
      for await (const _ of await client.chat.completions.create({
        model,
        messages: hello,
        stream: true,
      }));
    };
    expect((await failureOf(read())).code).toBe('provider_error');
  });

  it('can be retried with the same Idempotency-Key', async () => {
    const { client, model } = await scene({
      rounds: [...Array(3).fill({ fault: { kind: 'status', status: 500 } }), says('At last')],
    });
    const ask = () =>
      client.chat.completions.create(
        { model, messages: hello },
        { headers: { 'idempotency-key': 'again' } },
      );
    expect((await failureOf(ask())).status).toBe(502);
    expect((await ask()).choices[0]?.message.content).toBe('At last');
  });
});
