import { describe, expect, it } from 'vitest';
import { failureOf, says, scene } from './support.ts';

const user = (content: string) => ({ role: 'user' as const, content });

/** Returns the messages that the model received, without system messages. */
async function sentBy(
  set: Awaited<ReturnType<typeof scene>>,
): Promise<{ readonly role: string }[]> {
  const { body } = (await set.scripted.requests()).at(-1) ?? {};
  return (body.input ?? body.messages).filter(
    ({ role }: { role: string }) => role !== 'system' && role !== 'developer',
  );
}

/** Creates an agent with a model of another provider. */
async function sceneOn(
  provider: 'openai-compatible' | 'anthropic',
  model: string,
  rounds: Parameters<typeof scene>[0]['rounds'],
) {
  const set = await scene({ rounds }, { model: `${provider}/${model}` });
  const { api_key, base_url } = set.scripted;
  const url = provider === 'anthropic' ? base_url.anthropic : base_url.compatible;
  await set.workspace.put(`/providers/${provider}`, { api_key, base_url: url });
  return set;
}

describe('the messages of a chat completion', () => {
  it('are read without unknown keys', async () => {
    const set = await scene({ rounds: [says('Fine.')] });
    const cache = { cache_control: { type: 'ephemeral' } };
    const messages = [
      {
        role: 'system',
        content: [{ type: 'text', text: 'Be kind.', ...cache }],
        name: 'boss',
        weight: 1,
      },
      {
        role: 'user',
        content: [{ type: 'text', text: 'One', annotations: [], logprobs: null, ...cache }],
        id: 'msg_1',
      },
      {
        ...{
          role: 'assistant',
          refusal: null,
          audio: null,
          function_call: null,
          annotations: [{ type: 'url_citation', url_citation: {} }],
        },
        ...{
          reasoning: 'Hmm',
          reasoning_content: 'Hmm',
          reasoning_details: [{ type: 'reasoning.text', text: 'Hmm' }],
          agentgrid: { cost_usd: 1 },
        },
        content: [
          { type: 'thinking', thinking: 'Hmm', signature: 'abc' },
          { type: 'text', text: 'Two', annotations: [] },
        ],
        tool_calls: [
          {
            id: 'call_1',
            index: 0,
            type: 'function',
            function: { name: 'look', arguments: '{}', parsed_arguments: {} },
            extra_content: {},
          },
        ],
      },
      {
        role: 'tool',
        tool_call_id: 'call_1',
        content: [{ type: 'text', text: 'Three', ...cache }],
        name: 'look',
        status: 'success',
      },
      user('Four'),
    ];
    const tools = [
      { type: 'function', function: { name: 'look', parameters: { type: 'object' } }, ...cache },
    ];
    await set.client.chat.completions.create({ model: set.model, messages, tools } as never);
    const sent = JSON.stringify(await sentBy(set));
    for (const text of ['One', 'Two', 'Three', 'Four']) expect(sent).toContain(text);
    for (const text of ['Hmm', 'ephemeral', 'cost_usd']) expect(sent).not.toContain(text);
  });

  it.each([
    [
      {
        role: 'user',
        content: [{ type: 'input_audio', input_audio: { data: '', format: 'wav' } }],
      },
      'messages[1].content[0].type',
      'input_audio',
    ],
    [
      {
        role: 'user',
        content: [{ type: 'video_url', video_url: { url: 'https://example.com/a.mp4' } }],
      },
      'messages[1].content[0].type',
      'video_url',
    ],
    [{ role: 'assistant', content: 'A', audio: { id: 'audio_1' } }, 'messages[1].audio', 'Audio'],
    [
      { role: 'assistant', content: null, function_call: { name: 'f', arguments: '{}' } },
      'messages[1].function_call',
      'function_call',
    ],
    [
      {
        role: 'assistant',
        content: null,
        tool_calls: [{ id: 'a', type: 'custom', custom: { name: 'f', input: '' } }],
      },
      'messages[1].tool_calls[0].type',
      'not supported',
    ],
    [{ role: 'function', name: 'f', content: 'A' }, 'messages[1].role', ''],
  ])('are rejected with the name of the unsupported content: %j', async (message, param, name) => {
    const { client, model } = await scene({ rounds: [] });
    const error = await failureOf(
      client.chat.completions.create({
        model,
        messages: [user('Hi'), message, user('Well?')],
      } as never),
    );
    expect([error.status, error.param]).toEqual([400, param]);
    expect(error.message).toContain(name);
  });

  it('may end with an answer to continue or with instructions', async () => {
    const set = await sceneOn('openai-compatible', 'm', [says('three.'), says('Oui.')]);
    const { client, model } = set;
    const messages = [user('Count'), { role: 'assistant' as const, content: 'One, two,' }];
    expect(
      (await client.chat.completions.create({ model, messages })).choices[0]?.message.content,
    ).toBe('three.');
    expect(await sentBy(set)).toEqual(messages);
    const instructed = [user('Hello'), { role: 'system' as const, content: 'In French.' }];
    expect(
      (await client.chat.completions.create({ model, messages: instructed })).choices[0]?.message
        .content,
    ).toBe('Oui.');
    expect(JSON.stringify((await set.scripted.requests()).at(-1)?.body)).toContain('In French.');
  });

  it('may be instructions only if the provider supports it, otherwise fail before a model call', async () => {
    const messages = [{ role: 'system' as const, content: 'Greet the world.' }];
    const set = await scene({ rounds: [says('Hello, world.')] });
    expect(
      (await set.client.chat.completions.create({ model: set.model, messages })).choices[0]?.message
        .content,
    ).toBe('Hello, world.');
    expect(
      (
        await set.client.responses
          .create({ model: set.model, input: [{ role: 'developer', content: 'Greet.' }] })
          .catch((e) => e)
      ).status,
    ).toBe(502);
    const other = await sceneOn('anthropic', 'claude-sonnet-4-5', []);
    const error = await failureOf(
      other.client.chat.completions.create({ model: other.model, messages }),
    );
    expect([error.status, error.type]).toEqual([400, 'invalid_request_error']);
    expect(error.message).toContain('Anthropic needs a message of the user');
    expect(await other.scripted.requests()).toEqual([]);
  });
});

describe('the items of a response', () => {
  it('are read without unknown keys, including keys that OpenAI sends', async () => {
    const set = await scene({ rounds: [says('Fine.')] });
    const part = {
      type: 'output_text',
      text: 'Two',
      annotations: [{ type: 'file_citation', index: 0 }],
      logprobs: [],
      parsed: null,
    };
    const input = [
      {
        type: 'message',
        role: 'user',
        content: [{ type: 'input_text', text: 'One', prompt_cache_breakpoint: {} }],
        id: 'msg_1',
        created_by: 'x',
      },
      {
        type: 'reasoning',
        id: 'rs_1',
        summary: [{ type: 'summary_text', text: 'Hmm' }],
        content: null,
        encrypted_content: 'gAAA',
      },
      {
        type: 'web_search_call',
        id: 'ws_1',
        status: 'completed',
        action: { type: 'search', query: 'x' },
      },
      {
        type: 'message',
        role: 'assistant',
        id: 'msg_2',
        status: 'completed',
        phase: 'final_answer',
        content: [part],
        agentgrid: {},
      },
      {
        type: 'function_call',
        id: 'fc_1',
        call_id: 'call_1',
        name: 'look',
        arguments: '{}',
        status: 'completed',
        namespace: null,
        caller: null,
      },
      {
        type: 'function_call_output',
        id: 'fco_1',
        call_id: 'call_1',
        output: [{ type: 'input_text', text: 'Three', cache_control: {} }],
      },
      user('Four'),
    ];
    await set.client.responses.create({ model: set.model, input } as never);
    const sent = JSON.stringify(await sentBy(set));
    for (const text of ['One', 'Two', 'Three', 'Four']) expect(sent).toContain(text);
    expect(sent).not.toContain('Hmm');
  });

  it.each([
    [
      { type: 'computer_call_output', call_id: 'a', output: {} },
      'input[1]',
      'Type `computer_call_output` is',
    ],
    [
      { type: 'mcp_call', id: 'a', name: 'x', arguments: '{}', server_label: 's' },
      'input[1]',
      'Type `mcp_call` is',
    ],
    [
      { role: 'user', content: [{ type: 'input_audio', input_audio: {} }] },
      'input[1].content[0].type',
      'Type `input_audio` is',
    ],
    [
      { type: 'function_call_output', call_id: 'a', output: [{ type: 'input_video', url: 'x' }] },
      'input[1].output[0].type',
      'Type `input_video` is',
    ],
    [
      { role: 'developer', content: [{ type: 'input_file', file_id: 'upl_x' }] },
      'input[1].content[0]',
      '`input_file` is',
    ],
    [
      { role: 'assistant', content: [{ type: 'input_image', image_url: 'data:,' }] },
      'input[1].content[0]',
      '`input_image` is',
    ],
  ])('are rejected with the name of the unsupported content: %j', async (item, param, name) => {
    const { client, model } = await scene({ rounds: [] });
    const error = await failureOf(
      client.responses.create({ model, input: [user('Hi'), item] } as never),
    );
    expect([error.status, error.code, error.param]).toEqual([400, 'unsupported_parameter', param]);
    expect(error.message).toContain(`${name} not supported`);
  });

  it.each([
    [{}, 'input', 'missing_required_parameter', 'input is required.'],
    [
      { input: [{ role: 'user', content: [{ type: 'input_text' }] }] },
      'input[0].content[0].text',
      'missing_required_parameter',
      'is required.',
    ],
    [
      { input: [{ role: 'user', content: [{ type: 'input_text', text: 5 }] }] },
      'input[0].content[0].text',
      'invalid_value',
      'Must be text',
    ],
    [
      { input: [{ role: 'robot', content: 'Hi' }] },
      'input[0].role',
      'invalid_value',
      '`developer`',
    ],
    [
      { input: [{ role: 'user' }] },
      'input[0].content',
      'missing_required_parameter',
      'is required.',
    ],
    [
      { input: 'Hi', tool_choice: { type: 'web_search' } },
      'tool_choice',
      'unsupported_parameter',
      'Type `web_search` is not supported here.',
    ],
  ])('report the position of the error: %j', async (body, param, code, text) => {
    const { client, model } = await scene({ rounds: [] });
    const error = await failureOf(client.responses.create({ model, ...body } as never));
    expect([error.status, error.param, error.code]).toEqual([400, param, code]);
    expect(error.message).toContain(text);
  });

  it('may end with an answer to continue', async () => {
    const set = await scene({ rounds: [says('three.')] });
    const input = [user('Count'), { role: 'assistant' as const, content: 'One, two,' }];
    expect((await set.client.responses.create({ model: set.model, input })).output_text).toBe(
      'three.',
    );
    expect((await sentBy(set)).map(({ role }) => role)).toEqual(['user', 'assistant']);
  });

  it('return 400 for a malformed previous_response_id', async () => {
    const { client, model } = await scene({ rounds: [] });
    for (const previous_response_id of [
      'resp_x',
      '',
      'chatcmpl-1',
      'resp_68a1f0c2b1e88190a1b2c3d4e5f60718',
    ]) {
      const error = await failureOf(
        client.responses.create({ model, input: 'Hi', previous_response_id }),
      );
      expect([error.status, error.code, error.param]).toEqual([
        400,
        'previous_response_not_found',
        'previous_response_id',
      ]);
      expect(error.message).toContain(`'${previous_response_id}' not found`);
    }
  });
});
