import OpenAI from 'openai';
import OpenAI4 from 'openai-4';
import { describe, expect, it } from 'vitest';
import {
  calls,
  numberSchema,
  question,
  type Scene,
  type Stage,
  says,
  sentTo,
  weatherSchema,
} from './stage.ts';

/** Tests of the package against a server; `stage` is available once they run. */
export function openAiPackage(stage: () => Stage): void {
  const versions = [
    [
      'openai, newest',
      () => new OpenAI({ apiKey: stage().key, baseURL: stage().url, maxRetries: 0 }),
    ],
    [
      'openai 4.x',
      () =>
        new OpenAI4({
          apiKey: stage().key,
          baseURL: stage().url,
          maxRetries: 0,
        }) as unknown as OpenAI,
    ],
  ] as const;

  const tools = [
    {
      type: 'function' as const,
      function: { name: 'get_weather', parameters: weatherSchema, strict: true },
    },
  ];
  const responseTools = [
    { type: 'function' as const, name: 'get_weather', parameters: weatherSchema, strict: true },
  ];

  /** Returns the error that the client throws. */
  const thrownBy = (call: PromiseLike<unknown>): Promise<Record<string, unknown>> =>
    Promise.resolve(call).then(
      () => Promise.reject(new Error('it did not fail')),
      (error) => error,
    );

  describe.each(versions)('%s: chat completions', (_name, open) => {
    it('continues a conversation with the unchanged answer', async () => {
      const scene = await stage().agent([says('Hello ', 'there.'), says('Again.')]);
      const client = open();
      const first = await client.chat.completions.create({
        model: scene.model,
        messages: [{ role: 'user', content: 'Hi' }],
      });
      const message = first.choices[0]?.message as OpenAI.ChatCompletionMessage;
      expect(message.content).toBe('Hello there.');
      const messages = [
        { role: 'user' as const, content: 'Hi' },
        message,
        { role: 'user' as const, content: 'And?' },
      ];
      const second = await client.chat.completions.create({ model: scene.model, messages });
      expect(second.choices[0]?.message.content).toBe('Again.');
      expect(second.usage).toMatchObject({
        prompt_tokens: 12,
        completion_tokens: 5,
        total_tokens: 17,
      });
      expect(JSON.stringify((await sentTo(scene))[1].messages)).toContain('Hello there.');
    });

    it('streams', async () => {
      const { model } = await stage().agent([says('One ', 'two ', 'three')]);
      const stream = await open().chat.completions.create({
        model,
        messages: [{ role: 'user', content: 'Count' }],
        stream: true,
        stream_options: { include_usage: true },
      });
      let text = '';
      let total: number | undefined;
      for await (const chunk of stream) {
        text += chunk.choices[0]?.delta.content ?? '';
        total = chunk.usage?.total_tokens ?? total;
      }
      expect([text, total]).toEqual(['One two three', 17]);
    });

    it('calls tools in parallel, streamed, and sends the results', async () => {
      const scene = await stage().agent([calls('Zug', 'Chur'), says('Rain in both.')]);
      const client = open();
      const messages: OpenAI.ChatCompletionMessageParam[] = [
        { role: 'user', content: 'Weather in Zug and Chur?' },
      ];
      const stream = await client.chat.completions.create({
        model: scene.model,
        messages,
        tools,
        stream: true,
      });
      const toolCalls: { id: string; name: string; arguments: string }[] = [];
      for await (const chunk of stream) {
        for (const { index, id = '', function: part } of chunk.choices[0]?.delta.tool_calls ?? []) {
          toolCalls[index] ??= { id, name: part?.name ?? '', arguments: '' };
          (toolCalls[index] as { arguments: string }).arguments += part?.arguments ?? '';
        }
      }
      expect(toolCalls.map((call) => [call.id, JSON.parse(call.arguments).city])).toEqual([
        ['call_Zug', 'Zug'],
        ['call_Chur', 'Chur'],
      ]);
      const second = await client.chat.completions.create({
        model: scene.model,
        tools,
        messages: [
          ...messages,
          {
            role: 'assistant',
            content: null,
            tool_calls: toolCalls.map(({ id, ...called }) => ({
              id,
              type: 'function',
              function: called,
            })),
          },
          ...toolCalls.map(({ id }) => ({
            role: 'tool' as const,
            tool_call_id: id,
            content: `rain for ${id}`,
          })),
        ],
      });
      expect(second.choices[0]?.message.content).toBe('Rain in both.');
      const [first, next] = await sentTo(scene);
      expect(first.tools[0].function).toMatchObject({
        name: 'get_weather',
        strict: true,
        parameters: weatherSchema,
      });
      for (const text of ['rain for call_Zug', 'rain for call_Chur'])
        expect(JSON.stringify(next.messages)).toContain(text);
    });

    it('requests the response format of the caller, in each of its modes', async () => {
      const formats = [
        { type: 'json_object' as const },
        {
          type: 'json_schema' as const,
          json_schema: { name: 'loose', description: 'A number', schema: numberSchema },
        },
        {
          type: 'json_schema' as const,
          json_schema: { name: 'loose', schema: numberSchema, strict: false },
        },
        {
          type: 'json_schema' as const,
          json_schema: { name: 'exact', schema: numberSchema, strict: true },
        },
      ];
      for (const response_format of formats) {
        const scene = await stage().agent([says('{"n":4}')]);
        const body = {
          model: scene.model,
          messages: [{ role: 'user' as const, content: 'A number, as JSON' }],
          response_format,
        };
        const completion = await open().chat.completions.create(body);
        expect(JSON.parse(completion.choices[0]?.message.content ?? '')).toEqual({ n: 4 });
        const [sent] = await sentTo(scene);
        const expected =
          response_format.type === 'json_object'
            ? response_format
            : {
                ...response_format,
                json_schema: { strict: false, ...response_format.json_schema },
              };
        expect(sent.response_format).toEqual(expected);
      }
    });

    it('cites by a URL that serves the document', async () => {
      const { model, file_id } = await stage().citingAgent();
      const client = open();
      const messages = [{ role: 'user' as const, content: question }];
      const { message } = (await client.chat.completions.create({ model, messages }))
        .choices[0] as OpenAI.ChatCompletion.Choice;
      const [annotation] = message.annotations ?? [];
      expect(annotation?.type).toBe('url_citation');
      if (annotation === undefined) throw new Error('the answer has no citation');
      const { url, title, start_index, end_index } = annotation.url_citation;
      expect(title).toBe('filters.md');
      expect(message.content?.slice(start_index, end_index)).toMatch(/^\[\d+\]$/);
      expect(new URL(url).pathname).toContain(file_id);
      const document = await fetch(url, { headers: { authorization: `Bearer ${stage().key}` } });
      expect(await document.text()).toContain('two hundred litres');
      const again = await client.chat.completions.create({
        model,
        messages: [...messages, message, ...messages],
      });
      expect(again.choices[0]?.message.annotations).toHaveLength(1);
    });

    it('restricts tools to those that the request allows', async () => {
      const two = [
        ...tools,
        { type: 'function' as const, function: { name: 'get_time', parameters: weatherSchema } },
      ];
      const scene = await stage().agent([calls('Zug')]);
      const completion = await open().chat.completions.create({
        model: scene.model,
        messages: [{ role: 'user', content: 'Weather?' }],
        tools: two,
        tool_choice: {
          type: 'allowed_tools',
          allowed_tools: {
            mode: 'required',
            tools: [{ type: 'function', function: { name: 'get_weather' } }],
          },
        },
      });
      expect(completion.choices[0]?.finish_reason).toBe('tool_calls');
      const [sent] = await sentTo(scene);
      expect(sent.tools.map((tool: { function: { name: string } }) => tool.function.name)).toEqual([
        'get_weather',
      ]);
      expect(sent.tool_choice).toBe('required');
    });

    it('fails like OpenAI', async () => {
      const client = open();
      const { model } = await stage().agent([{ fault: { kind: 'status', status: 401 } }]);
      const messages = [{ role: 'user' as const, content: 'Hi' }];
      expect(
        await thrownBy(client.chat.completions.create({ model: 'nobody', messages })),
      ).toMatchObject({
        status: 404,
        code: 'model_not_found',
        param: 'model',
      });
      expect(
        await thrownBy(client.chat.completions.create({ model, messages, n: 2 })),
      ).toMatchObject({ status: 400, param: 'n' });
      expect(await thrownBy(client.chat.completions.create({ model, messages }))).toMatchObject({
        status: 424,
        code: 'provider_auth',
      });
      const stranger =
        client.withOptions?.({ apiKey: 'ag_nobody' }) ??
        new OpenAI4({ apiKey: 'ag_nobody', baseURL: stage().url });
      expect(await thrownBy(stranger.models.list())).toMatchObject({
        status: 401,
        code: 'invalid_api_key',
      });
    });
  });

  describe.each(versions)('%s: responses', (_name, open) => {
    const turns: readonly [
      string,
      (client: OpenAI, scene: Scene) => Promise<OpenAI.Responses.Response>,
    ][] = [
      [
        'by previous_response_id',
        async (client, { model }) => {
          const { id } = await client.responses.create({ model, input: 'Hi' });
          return client.responses.create({ model, input: 'And?', previous_response_id: id });
        },
      ],
      [
        'by its output items, sent back',
        async (client, { model }) => {
          const { output } = await client.responses.create({ model, input: 'Hi', store: false });
          const items = [
            { role: 'user' as const, content: 'Hi' },
            ...(output as OpenAI.Responses.ResponseInputItem[]),
          ];
          return client.responses.create({
            model,
            input: [...items, { role: 'user', content: 'And?' }],
          });
        },
      ],
      [
        'by references to its output items',
        async (client, { model }) => {
          const { output } = await client.responses.create({ model, input: 'Hi' });
          const references = output.map(({ id }) => ({
            type: 'item_reference' as const,
            id: id ?? '',
          }));
          return client.responses.create({
            model,
            input: [
              { role: 'user', content: 'Hi' },
              ...references,
              { role: 'user', content: 'And?' },
            ],
          });
        },
      ],
    ];

    it.each(turns)('continues %s', async (_how, go) => {
      const scene = await stage().agent([says('Hello there.'), says('Again.')]);
      expect((await go(open(), scene)).output_text).toBe('Again.');
      const [, sent] = await sentTo(scene);
      expect(sent.messages.slice(1)).toEqual([
        { role: 'user', content: 'Hi' },
        { role: 'assistant', content: 'Hello there.' },
        { role: 'user', content: 'And?' },
      ]);
    });

    it('streams', async () => {
      const { model } = await stage().agent([says('One ', 'two ', 'three')]);
      const stream = await open().responses.create({ model, input: 'Count', stream: true });
      let text = '';
      let last: OpenAI.Responses.ResponseStreamEvent | undefined;
      for await (const event of stream) {
        if (event.type === 'response.output_text.delta') text += event.delta;
        last = event;
      }
      expect([text, last?.type]).toEqual(['One two three', 'response.completed']);
    });

    it('calls tools and sends their results', async () => {
      const scene = await stage().agent([calls('Zug', 'Chur'), says('Rain.')]);
      const client = open();
      const first = await client.responses.create({
        model: scene.model,
        input: 'Weather?',
        tools: responseTools,
      });
      const results = first.output.flatMap((item) =>
        item.type === 'function_call'
          ? [
              {
                type: 'function_call_output' as const,
                call_id: item.call_id,
                output: `rain ${item.call_id}`,
              },
            ]
          : [],
      );
      expect(results).toHaveLength(2);
      const body = {
        model: scene.model,
        input: results,
        tools: responseTools,
        previous_response_id: first.id,
      };
      expect((await client.responses.create(body)).output_text).toBe('Rain.');
      const [sent, next] = await sentTo(scene);
      expect(sent.tools[0].function.strict).toBe(true);
      expect(JSON.stringify(next.messages)).toContain('rain call_Chur');
    });

    it('requests the response format of the caller, in each of its modes', async () => {
      const formats = [
        { type: 'json_object' as const },
        { type: 'json_schema' as const, name: 'loose', schema: numberSchema, strict: false },
        {
          type: 'json_schema' as const,
          name: 'exact',
          description: 'A number',
          schema: numberSchema,
          strict: true,
        },
      ];
      for (const format of formats) {
        const scene = await stage().agent([says('{"n":4}')], { by: 'openai' });
        const response = await open().responses.create({
          model: scene.model,
          input: 'A number, as JSON',
          text: { format },
        });
        expect(JSON.parse(response.output_text)).toEqual({ n: 4 });
        expect((await sentTo(scene))[0].text.format).toEqual(format);
        expect(response.text?.format).toMatchObject(format);
      }
    });

    it('cites files', async () => {
      const { model, file_id } = await stage().citingAgent();
      const { output } = await open().responses.create({ model, input: question });
      const [item] = output;
      const [part] = item?.type === 'message' ? item.content : [];
      expect(part?.type === 'output_text' && part.annotations).toMatchObject([
        { type: 'file_citation', file_id, filename: 'filters.md' },
      ]);
    });

    it('fails like OpenAI', async () => {
      const client = open();
      const { model } = await stage().agent([]);
      for (const previous_response_id of [
        'resp_01kajv2q5ve0mt8h2vj3c6x7ra',
        'resp_68a1',
        'nonsense',
      ]) {
        expect(
          await thrownBy(client.responses.create({ model, input: 'Hi', previous_response_id })),
        ).toMatchObject({
          status: 400,
          code: 'previous_response_not_found',
          param: 'previous_response_id',
        });
      }
      const input = [{ type: 'item_reference' as const, id: 'msg_01kajv2q5ve0mt8h2vj3c6x7ra' }];
      expect(await thrownBy(client.responses.create({ model, input }))).toMatchObject({
        status: 404,
        param: 'input',
      });
    });
  });

  describe.each(versions)('%s: embeddings', (_name, open) => {
    it('are numbers for every encoding that the client requests', async () => {
      const { data, usage } = await open().embeddings.create({
        model: 'builtin/lexical',
        input: ['one text', 'another'],
      });
      expect(data.map(({ index }) => index)).toEqual([0, 1]);
      expect(data[0]?.embedding.every((value) => typeof value === 'number')).toBe(true);
      expect(usage.total_tokens).toBeGreaterThan(0);
    });
  });
}
