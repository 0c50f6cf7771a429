import { createOpenAI } from '@ai-sdk/openai';
import { createOpenAICompatible } from '@ai-sdk/openai-compatible';
import {
  APICallError,
  embedMany,
  generateText,
  jsonSchema,
  type LanguageModel,
  type ModelMessage,
  Output,
  stepCountIs,
  streamText,
  tool,
} from 'ai';
import { describe, expect, it } from 'vitest';
import {
  calls,
  deletes,
  numberSchema,
  question,
  type Stage,
  says,
  sentTo,
  weatherSchema,
} from './stage.ts';

/** Tests of the package against a server; `stage` is available once they run. */
export function aiSdk(stage: () => Stage): void {
  const openai = (apiKey = stage().key) => createOpenAI({ apiKey, baseURL: stage().url });
  const compatible = (apiKey = stage().key) =>
    createOpenAICompatible({
      name: 'agentgrid',
      apiKey,
      baseURL: stage().url,
      includeUsage: true,
      supportsStructuredOutputs: true,
    });

  const packages: readonly [string, (model: string, key?: string) => LanguageModel][] = [
    ['@ai-sdk/openai, default', (model, key) => openai(key)(model)],
    ['@ai-sdk/openai, chat', (model, key) => openai(key).chat(model)],
    ['@ai-sdk/openai-compatible', (model, key) => compatible(key)(model)],
  ];

  const get_weather = tool({
    description: 'The weather of a city',
    inputSchema: jsonSchema<{ city: string }>(weatherSchema),
    execute: async ({ city }) => ({ city, sky: 'rain' }),
  });
  const hello: ModelMessage[] = [{ role: 'user', content: 'Hi' }];

  describe.each(packages)('%s', (_name, open) => {
    it('continues a conversation with its history', async () => {
      const scene = await stage().agent([
        says('Hello ', 'there.'),
        says('Again.'),
        says('Still here.'),
      ]);
      const model = open(scene.model);
      const first = await generateText({ model, messages: hello });
      expect(first.text).toBe('Hello there.');
      const second = [
        ...hello,
        ...first.response.messages,
        { role: 'user' as const, content: 'And?' },
      ];
      const streamed = streamText({ model, messages: second });
      expect(await streamed.text).toBe('Again.');
      const third = [
        ...second,
        ...(await streamed.response).messages,
        { role: 'user' as const, content: 'Well?' },
      ];
      expect((await generateText({ model, messages: third })).text).toBe('Still here.');
      const sent = (await sentTo(scene))
        .at(-1)
        .messages.filter(({ role }: { role: string }) => role !== 'system');
      expect(sent.map(({ content }: { content: string }) => content)).toEqual([
        'Hi',
        'Hello there.',
        'And?',
        'Again.',
        'Well?',
      ]);
    });

    it('streams text and usage', async () => {
      const scene = await stage().agent([says('One ', 'two ', 'three')]);
      const { textStream, totalUsage, finishReason } = streamText({
        model: open(scene.model),
        prompt: 'Count',
      });
      let text = '';
      for await (const delta of textStream) text += delta;
      expect(text).toBe('One two three');
      expect(await totalUsage).toMatchObject({ inputTokens: 12, outputTokens: 5 });
      expect(await finishReason).toBe('stop');
    });

    it.each(['generated', 'streamed'])('runs tools over two steps, %s', async (how) => {
      const scene = await stage().agent([calls('Zug', 'Chur'), says('Rain in both.')]);
      const options = {
        model: open(scene.model),
        messages: hello,
        tools: { get_weather },
        stopWhen: stepCountIs(3),
      };
      const text =
        how === 'generated' ? (await generateText(options)).text : await streamText(options).text;
      expect(text).toBe('Rain in both.');
      const [, second] = await sentTo(scene);
      const results = second.messages.filter(({ role }: { role: string }) => role === 'tool');
      expect(results.map(({ tool_call_id }: { tool_call_id: string }) => tool_call_id)).toEqual([
        'call_Zug',
        'call_Chur',
      ]);
      expect(results[1].content).toContain('Chur');
    });

    it('requests structured output: strict, not strict, and any JSON', async () => {
      const schema = jsonSchema<{ n: number }>(numberSchema);
      for (const strictJsonSchema of [true, false]) {
        const scene = await stage().agent([says('{"n":4}')]);
        const { output } = await generateText({
          model: open(scene.model),
          prompt: 'A number, as JSON',
          output: Output.object({ schema, name: 'number' }),
          providerOptions: { openai: { strictJsonSchema }, openaiCompatible: { strictJsonSchema } },
        });
        expect(output).toEqual({ n: 4 });
        expect((await sentTo(scene))[0].response_format).toMatchObject({
          type: 'json_schema',
          json_schema: { name: 'number', strict: strictJsonSchema, schema: numberSchema },
        });
      }
      const scene = await stage().agent([says('{"anything":true}')]);
      const { output } = await generateText({
        model: open(scene.model),
        prompt: 'Anything, as JSON',
        output: Output.json(),
      });
      expect(output).toEqual({ anything: true });
      expect((await sentTo(scene))[0].response_format).toEqual({ type: 'json_object' });
    });

    it('reads cited answers and accepts them as history', async () => {
      const { model } = await stage().citingAgent();
      const first = await generateText({ model: open(model), prompt: question });
      expect(first.text).toContain('two hundred litres');
      const streamed = streamText({ model: open(model), prompt: question });
      expect(await streamed.text).toBe(first.text);
      expect(await streamed.finishReason).toBe('stop');
      const messages = [
        { role: 'user' as const, content: question },
        ...first.response.messages,
        { role: 'user' as const, content: question },
      ];
      expect((await generateText({ model: open(model), messages })).text).toContain(
        'two hundred litres',
      );
    });

    it('throws the error of the server', async () => {
      const scene = await stage().agent([]);
      const errorOf = (model: LanguageModel) =>
        generateText({ model, messages: hello, maxRetries: 0 }).then(
          () => Promise.reject(new Error('it did not fail')),
          (error) => error,
        );
      const unknown = await errorOf(open('nobody'));
      expect(APICallError.isInstance(unknown)).toBe(true);
      expect([unknown.statusCode, unknown.data.error.code]).toEqual([404, 'model_not_found']);
      expect((await errorOf(open(scene.model, 'ag_nobody'))).statusCode).toBe(401);
      expect((await errorOf(open(scene.model))).statusCode).toBe(502);
    });
  });

  describe('sources of a cited answer', () => {
    it('are documents in the Responses API, and URLs in Chat Completions', async () => {
      const { model, file_id } = await stage().citingAgent();
      const sourcesOf = async (by: LanguageModel) =>
        (await generateText({ model: by, prompt: question })).sources;
      expect(await sourcesOf(openai()(model))).toMatchObject([
        { sourceType: 'document', filename: 'filters.md' },
      ]);
      const url = expect.stringMatching(new RegExp(`^http://.*/api/v1/files/${file_id}/content$`));
      expect(await sourcesOf(openai().chat(model))).toMatchObject([
        { sourceType: 'url', title: 'filters.md', url },
      ]);
      const streamed = streamText({ model: openai().chat(model), prompt: question });
      expect(await streamed.sources).toMatchObject([
        { sourceType: 'url', title: 'filters.md', url },
      ]);
    });
  });

  describe('the default model of @ai-sdk/openai', () => {
    it('sends references instead of earlier answers, with and without previousResponseId', async () => {
      const scene = await stage().agent([says('First.'), says('Second.'), says('Third.')]);
      const bodies: string[] = [];
      const spy: typeof fetch = (url, init) => {
        bodies.push(String(init?.body));
        return fetch(url, init);
      };
      const model = createOpenAI({ apiKey: stage().key, baseURL: stage().url, fetch: spy })(
        scene.model,
      );
      const first = await generateText({ model, messages: hello });
      const previousResponseId = first.response.id;
      const messages = [
        ...hello,
        ...first.response.messages,
        { role: 'user' as const, content: 'And?' },
      ];
      await generateText({ model, messages });
      expect(bodies[1]).toContain('item_reference');
      const chained = await generateText({
        model,
        messages,
        providerOptions: { openai: { previousResponseId } },
      });
      expect(chained.text).toBe('Third.');
      expect(bodies[2]).toContain('item_reference');
      const [, second, third] = await sentTo(scene);
      expect(JSON.stringify(second.messages).match(/First\./g)).toHaveLength(1);
      expect(JSON.stringify(third.messages).match(/First\./g)).toHaveLength(1);
    });
  });

  describe('@ai-sdk/openai with approvals', () => {
    it('asks for them, and continues with references to the answers', async () => {
      const scene = await stage().desk([
        ...[{ ...deletes('11'), text: ['One moment.'] }, says('Cancelled.'), says('Welcome.')],
      ]);
      const model = openai()(scene.model);
      const messages: ModelMessage[] = [{ role: 'user', content: 'Cancel it.' }];
      const first = await generateText({ model, messages });
      const request = first.content.find((part) => part.type === 'tool-approval-request');
      const approvalId = request?.approvalId ?? '';
      expect(first.text).toBe('One moment.');
      const approval = {
        ...{ type: 'tool-approval-response' as const, approvalId, approved: true },
        providerExecuted: true,
      };
      messages.push(...first.response.messages, { role: 'tool', content: [approval] });
      const second = await generateText({ model, messages });
      expect(second.text).toBe('Cancelled.');
      expect(stage().deleted.filter((path) => path.endsWith('11'))).toHaveLength(1);
      messages.push(...second.response.messages, { role: 'user', content: 'Thanks.' });
      const third = await generateText({ model, messages });
      expect(third.text).toBe('Welcome.');
      const last = JSON.stringify((await sentTo(scene)).at(-1)?.messages);
      expect(last.match(/Cancelled\./g)).toHaveLength(1);
    });
  });

  describe('embeddings', () => {
    it.each([
      ['@ai-sdk/openai', () => openai().embedding('builtin/lexical')],
      ['@ai-sdk/openai-compatible', () => compatible().embeddingModel('builtin/lexical')],
    ] as const)('are vectors by %s', async (_name, open) => {
      const { embeddings, usage } = await embedMany({
        model: open(),
        values: ['one text', 'another'],
      });
      expect(embeddings.map((vector) => vector.length)).toEqual([
        embeddings[0]?.length,
        embeddings[0]?.length,
      ]);
      expect(usage.tokens).toBeGreaterThan(0);
    });
  });
}
