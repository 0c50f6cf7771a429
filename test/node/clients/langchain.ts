import {
  AIMessage,
  type AIMessageChunk,
  HumanMessage,
  ToolMessage,
} from '@langchain/core/messages';
import { ChatOpenAI, OpenAIEmbeddings } from '@langchain/openai';
import { describe, expect, it } from 'vitest';
import { calls, numberSchema, question, type Stage, says, sentTo, weatherSchema } from './stage.ts';

/** Tests of the package against a server; `stage` is available once they run. */
export function langChain(stage: () => Stage): void {
  const weather = {
    type: 'function' as const,
    function: { name: 'get_weather', description: 'Weather', parameters: weatherSchema },
  };

  describe.each([false, true])('@langchain/openai (Responses API: %s)', (useResponsesApi) => {
    const open = (model: string, apiKey = stage().key) =>
      new ChatOpenAI({
        model,
        apiKey,
        useResponsesApi,
        maxRetries: 0,
        configuration: { baseURL: stage().url },
      });

    it('continues a conversation with its history', async () => {
      const scene = await stage().agent([says('Hello ', 'there.'), says('Again.')]);
      const llm = open(scene.model);
      const first = await llm.invoke([new HumanMessage('Hi')]);
      expect(first.text).toBe('Hello there.');
      expect(first.usage_metadata).toMatchObject({ input_tokens: 12, output_tokens: 5 });
      const second = await llm.invoke([new HumanMessage('Hi'), first, new HumanMessage('And?')]);
      expect(second.text).toBe('Again.');
      expect(JSON.stringify((await sentTo(scene))[1].messages)).toContain('Hello there.');
    });

    it('streams', async () => {
      const { model } = await stage().agent([says('One ', 'two ', 'three')]);
      let whole: AIMessageChunk | undefined;
      for await (const chunk of await open(model).stream('Count'))
        whole = whole === undefined ? chunk : whole.concat(chunk);
      expect(whole?.text).toBe('One two three');
      expect(whole?.usage_metadata).toMatchObject({ input_tokens: 12, output_tokens: 5 });
    });

    it('calls tools and sends their results', async () => {
      const scene = await stage().agent([calls('Zug', 'Chur'), says('Rain in both.')]);
      const llm = open(scene.model).bindTools([weather], { strict: true });
      const called = await llm.invoke('Weather?');
      expect(called.tool_calls?.map(({ args }) => args.city)).toEqual(['Zug', 'Chur']);
      const results = (called.tool_calls ?? []).map(
        ({ id = '', args }) =>
          new ToolMessage({ tool_call_id: id, content: `rain in ${args.city}` }),
      );
      const answer = await llm.invoke([new HumanMessage('Weather?'), called, ...results]);
      expect(answer.text).toBe('Rain in both.');
      const [first, second] = await sentTo(scene);
      expect(first.tools[0].function).toMatchObject({ strict: true, parameters: weatherSchema });
      expect(JSON.stringify(second.messages)).toContain('rain in Chur');
    });

    it('requests structured output: strict, not strict, and any JSON', async () => {
      for (const strict of [true, false]) {
        const scene = await stage().agent([says('{"n":4}')]);
        const llm = open(scene.model).withStructuredOutput(numberSchema, {
          name: 'number',
          method: 'jsonSchema',
          strict,
        });
        expect(await llm.invoke('A number, as JSON')).toEqual({ n: 4 });
        expect((await sentTo(scene))[0].response_format).toMatchObject({
          type: 'json_schema',
          json_schema: { name: 'number', strict },
        });
      }
      const scene = await stage().agent([says('{"n":5}')]);
      const llm = open(scene.model).withStructuredOutput(numberSchema, { method: 'jsonMode' });
      expect(await llm.invoke('A number, as JSON')).toEqual({ n: 5 });
      expect((await sentTo(scene))[0].response_format).toEqual({ type: 'json_object' });
    });

    it('reads cited answers and accepts them as history', async () => {
      const { model } = await stage().citingAgent();
      const llm = open(model);
      const first = await llm.invoke(question);
      expect(first.text).toContain('two hundred litres');
      const { content, additional_kwargs, response_metadata } = first;
      const again = await llm.invoke([
        new HumanMessage(question),
        new AIMessage({ content, additional_kwargs, response_metadata }),
        new HumanMessage(question),
      ]);
      expect(again.text).toContain('two hundred litres');
      let text = '';
      for await (const chunk of await llm.stream(question)) text += chunk.text;
      expect(text).toBe(first.text);
    });

    it('throws the error of the server', async () => {
      const scene = await stage().agent([]);
      await expect(open('nobody').invoke('Hi')).rejects.toMatchObject({
        status: 404,
        code: 'model_not_found',
      });
      await expect(open(scene.model, 'ag_nobody').invoke('Hi')).rejects.toMatchObject({
        status: 401,
      });
    });
  });

  describe('embeddings of @langchain/openai', () => {
    it('are vectors', async () => {
      const embeddings = new OpenAIEmbeddings({
        model: 'builtin/lexical',
        apiKey: stage().key,
        configuration: { baseURL: stage().url },
      });
      const [one, other] = await embeddings.embedDocuments(['one text', 'another']);
      expect(one?.length).toBe(other?.length);
      expect(one?.some((value) => value !== 0)).toBe(true);
    });
  });
}
