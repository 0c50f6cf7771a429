import { describe, expect, it } from 'vitest';
import { isStrictSchema } from '../../../src/llm/strict-schema.ts';
import { failureOf, says, scene, usage, weather } from './support.ts';

const hello = [{ role: 'user' as const, content: 'Give me the data' }];
const open = { type: 'object', properties: { n: { type: 'number' } } };
const closed = { ...open, required: ['n'], additionalProperties: false };

// biome-ignore lint/suspicious/noExplicitAny: tests read request bodies of any shape.
const bodyOf = async ({ scripted }: Awaited<ReturnType<typeof scene>>, index = -1): Promise<any> =>
  (await scripted.requests()).at(index)?.body;

describe('the answer format in the request to the provider', () => {
  it('has the schema as it was sent, with recursive references and patterns', async () => {
    const set = await scene({
      rounds: [says('{"root":{"name":"a","children":[{"name":"b","children":[]}]}}')],
    });
    const schema = {
      type: 'object',
      properties: { root: { $ref: '#/$defs/node' } },
      required: ['root'],
      additionalProperties: false,
      $defs: {
        node: {
          type: 'object',
          properties: {
            name: { type: 'string', pattern: '^[a-z]+$' },
            children: { type: 'array', items: { $ref: '#/$defs/node' } },
          },
          required: ['name', 'children'],
          additionalProperties: false,
        },
      },
    };
    const response_format = {
      type: 'json_schema' as const,
      json_schema: { name: 'tree', schema, strict: true },
    };
    const completion = await set.client.chat.completions.create({
      model: set.model,
      messages: hello,
      response_format,
    });
    expect(JSON.parse(completion.choices[0]?.message.content ?? '').root.children).toHaveLength(1);
    expect((await bodyOf(set)).text.format).toEqual({
      type: 'json_schema',
      name: 'tree',
      schema,
      strict: true,
    });
  });

  it('is strict only when the request sets `strict`', async () => {
    for (const strict of [undefined, null, false]) {
      const set = await scene({ rounds: [says('{"n":1}')] });
      const format = {
        type: 'json_schema' as const,
        name: 'loose',
        schema: open,
        ...(strict === undefined ? {} : { strict }),
      };
      const response = await set.client.responses.create({
        model: set.model,
        input: 'Data',
        text: { format },
      });
      expect((await bodyOf(set)).text.format).toEqual({
        type: 'json_schema',
        name: 'loose',
        schema: open,
        strict: false,
      });
      expect(response.text?.format).toEqual({
        type: 'json_schema',
        name: 'loose',
        schema: open,
        strict: false,
      });
    }
  });

  it('is json_object, with the word “JSON” added to the input where OpenAI requires it', async () => {
    const set = await scene({ rounds: [says('{"n":1}'), says('{"n":2}')] });
    const response_format = { type: 'json_object' as const };
    await set.client.chat.completions.create({
      model: set.model,
      messages: hello,
      response_format,
    });
    const first = await bodyOf(set);
    expect(first.text.format).toEqual({ type: 'json_object' });
    expect(JSON.stringify(first.input)).toContain('Answer with a JSON object.');
    await set.client.chat.completions.create({
      model: set.model,
      messages: [{ role: 'user', content: 'As json' }],
      response_format,
    });
    expect(JSON.stringify((await bodyOf(set)).input)).not.toContain('Answer with');
  });

  it('of an agent is strict only if OpenAI supports its schema in strict mode', async () => {
    for (const [output_schema, strict] of [
      [closed, true],
      [open, false],
      [
        { ...closed, properties: { n: { type: 'number' }, s: { type: 'string', maxLength: 4 } } },
        false,
      ],
    ] as const) {
      const set = await scene({ rounds: [says('{"n":1}')] }, { output_schema });
      await set.client.chat.completions.create({ model: set.model, messages: hello });
      expect((await bodyOf(set)).text.format).toMatchObject({
        type: 'json_schema',
        strict,
        schema: output_schema,
      });
    }
  });

  it('keeps `strict` of functions as requested', async () => {
    const set = await scene({ rounds: [says('Hi')] });
    const functions = [
      { ...weather, name: 'exact', strict: true },
      {
        ...weather,
        name: 'loose',
        strict: false,
        parameters: { ...open, $defs: { a: closed }, properties: { a: { $ref: '#/$defs/a' } } },
      },
    ];
    const tools = functions.map((one) => ({ type: 'function' as const, function: one }));
    await set.client.chat.completions.create({ model: set.model, messages: hello, tools });
    const sent = (await bodyOf(set)).tools as typeof functions;
    expect(sent.map(({ name, strict, parameters }) => ({ name, strict, parameters }))).toEqual(
      functions.map(({ name, strict, parameters }) => ({ name, strict, parameters })),
    );
  });
});

describe('the subset of OpenAI’s strict mode', () => {
  it.each([
    [closed, true],
    [
      { ...closed, properties: { n: { type: ['number', 'null'], description: 'N', minimum: 1 } } },
      true,
    ],
    [
      { ...closed, properties: { n: { anyOf: [{ type: 'string', format: 'email' }, closed] } } },
      true,
    ],
    [{ ...closed, properties: { n: { enum: ['a', 'b'] } } }, true],
    [{ type: 'object' }, false],
    [{ type: 'object', properties: {}, additionalProperties: false }, true],
    [{ ...closed, additionalProperties: true }, false],
    [{ ...closed, required: [] }, false],
    [{ ...closed, properties: { n: {} } }, false],
    [{ ...closed, properties: { n: open } }, false],
    [{ ...closed, properties: { n: { type: 'array', items: open } } }, false],
    [{ ...closed, properties: { n: { type: 'array' } } }, false],
    [{ ...closed, properties: { n: { oneOf: [{ type: 'string' }] } } }, false],
    [{ ...closed, properties: { n: { type: 'string', format: 'uri' } } }, false],
    [{ ...closed, properties: { n: { type: 'number', default: 1 } } }, false],
    [{ anyOf: [closed] }, false],
    [true, false],
  ])('%j: %s', (schema, isStrict) => {
    expect(isStrictSchema(schema)).toBe(isStrict);
  });
});

describe('tool_choice allowed_tools', () => {
  const named = (...names: string[]) => names.map((name) => ({ type: 'function' as const, name }));
  const tools = ['get_weather', 'get_time', 'get_news'].map((name) => ({
    type: 'function' as const,
    ...weather,
    name,
    strict: null,
  }));
  const call = { id: 'call_1', name: 'get_time', arguments: {} };

  it('offers only the allowed tools, with the agent’s tools unless a call is required', async () => {
    const set = await scene(
      { rounds: [says('Hi'), { tool_calls: [call], usage }] },
      { tools: ['calculator'] },
    );
    const namesIn = async () => (await bodyOf(set)).tools.map(({ name }: { name: string }) => name);
    const ask = (mode: 'auto' | 'required') =>
      set.client.responses.create({
        model: set.model,
        input: 'Hi',
        tools,
        tool_choice: { type: 'allowed_tools', mode, tools: named('get_time', 'get_news') },
      });
    const free = await ask('auto');
    expect(await namesIn()).toEqual(['calculator', 'get_time', 'get_news']);
    expect((await bodyOf(set)).tool_choice).toBe('auto');
    expect(free.tool_choice).toEqual({
      type: 'allowed_tools',
      mode: 'auto',
      tools: named('get_time', 'get_news'),
    });
    expect((await ask('required')).output).toMatchObject([
      { type: 'function_call', name: 'get_time' },
    ]);
    expect(await namesIn()).toEqual(['get_time', 'get_news']);
    expect((await bodyOf(set)).tool_choice).toBe('required');
  });

  it('is rejected for a tool that is not in `tools`', async () => {
    const { client, model } = await scene({ rounds: [] });
    const tool_choice = {
      type: 'allowed_tools' as const,
      mode: 'auto' as const,
      tools: named('get_time', 'nothing'),
    };
    const error = await failureOf(
      client.responses.create({ model, input: 'Hi', tools, tool_choice }),
    );
    expect([error.status, error.param]).toEqual([400, 'tool_choice']);
    expect(error.message).toContain('nothing');
  });
});
