import { Agent, hostedMcpTool, OpenAIProvider, Runner, RunState, tool } from '@openai/agents';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { calls, deletes, question, type Stage, says, sentTo } from './stage.ts';

const agentOn = (model: string, more: object = {}) =>
  new Agent({ name: 'Helper', instructions: 'Be brief.', model, ...more });

const runnerOn = (baseURL: string, apiKey: string, useResponses: boolean) =>
  new Runner({
    modelProvider: new OpenAIProvider({ apiKey, baseURL, useResponses }),
    tracingDisabled: true,
  });

/** Tests of the package against a server; `stage` is available once they run. */
export function agentsSdk(stage: () => Stage): void {
  const get_weather = tool({
    name: 'get_weather',
    description: 'The weather of a city',
    parameters: z.object({ city: z.string() }),
    execute: async ({ city }) => `rain in ${city}`,
  });

  describe.each([false, true])('@openai/agents (Responses API: %s)', (useResponses) => {
    const runner = (apiKey = stage().key) => runnerOn(stage().url, apiKey, useResponses);

    it('continues a conversation with its history', async () => {
      const scene = await stage().agent([says('Hello ', 'there.'), says('Again.')]);
      const agent = agentOn(scene.model);
      const first = await runner().run(agent, 'Hi');
      expect(first.finalOutput).toBe('Hello there.');
      const second = await runner().run(agent, [
        ...first.history,
        { role: 'user', content: 'And?' },
      ]);
      expect(second.finalOutput).toBe('Again.');
      const [, sent] = await sentTo(scene);
      expect(JSON.stringify(sent.messages)).toContain('Hello there.');
      expect(sent.messages[0].content).toContain('Be brief.');
    });

    it('streams', async () => {
      const { model } = await stage().agent([says('One ', 'two ', 'three')]);
      const stream = await runner().run(agentOn(model), 'Count', { stream: true });
      let text = '';
      for await (const event of stream) {
        if (event.type === 'raw_model_stream_event' && event.data.type === 'output_text_delta')
          text += event.data.delta;
      }
      await stream.completed;
      expect([text, stream.finalOutput]).toEqual(['One two three', 'One two three']);
    });

    it.each([false, true])(
      'runs tools, and continues after them (stream: %s)',
      async (isStream) => {
        const scene = await stage().agent([
          calls('Zug', 'Chur'),
          says('Rain in both.'),
          says('Still raining.'),
        ]);
        const agent = agentOn(scene.model, { tools: [get_weather] });
        const run = async (input: Parameters<Runner['run']>[1] & (string | object[])) => {
          if (!isStream) return runner().run(agent, input);
          const stream = await runner().run(agent, input, { stream: true });
          await stream.completed;
          return stream;
        };
        const first = await run('Weather?');
        expect(first.finalOutput).toBe('Rain in both.');
        const second = await run([...first.history, { role: 'user', content: 'And now?' }]);
        expect(second.finalOutput).toBe('Still raining.');
        const [request, , last] = await sentTo(scene);
        expect(request.tools[0].function.strict).toBe(true);
        for (const text of ['rain in Zug', 'rain in Chur', 'Rain in both.'])
          expect(JSON.stringify(last.messages)).toContain(text);
      },
    );

    it('requests structured output by its schema', async () => {
      const scene = await stage().agent([says('{"n":4}')]);
      const result = await runner().run(
        agentOn(scene.model, { outputType: z.object({ n: z.number() }) }),
        'A number',
      );
      expect(result.finalOutput).toEqual({ n: 4 });
      expect((await sentTo(scene))[0].response_format).toMatchObject({
        type: 'json_schema',
        json_schema: { strict: true },
      });
    });

    it('reads cited answers and accepts them as history', async () => {
      const { model } = await stage().citingAgent();
      const agent = agentOn(model);
      const first = await runner().run(agent, question);
      expect(first.finalOutput).toContain('two hundred litres');
      const second = await runner().run(agent, [
        ...first.history,
        { role: 'user', content: question },
      ]);
      expect(second.finalOutput).toContain('two hundred litres');
    });

    it('throws the error of the server', async () => {
      await expect(runner().run(agentOn('nobody'), 'Hi')).rejects.toMatchObject({ status: 404 });
      await expect(runner('ag_nobody').run(agentOn('nobody'), 'Hi')).rejects.toMatchObject({
        status: 401,
      });
    });
  });

  describe('@openai/agents with approvals', () => {
    const runner = () => runnerOn(stage().url, stage().key, true);

    it('asks for approvals, also after its state was stored', async () => {
      const scene = await stage().desk([
        ...[deletes('7'), says('Cancelled.'), deletes('8'), says('I could not.')],
      ]);
      const deleted = () => stage().deleted.filter((path) => /[78]$/.test(path));
      const tools = hostedMcpTool({
        ...{ serverLabel: 'agentgrid', serverUrl: stage().url, requireApproval: 'always' },
      });
      const agent = agentOn(scene.model, { tools: [tools] });
      const asked = await runner().run(agent, 'Cancel order 7.');
      expect(asked.interruptions).toMatchObject([{ name: 'delete_order' }]);
      expect(deleted()).toEqual([]);
      const state = await RunState.fromString(agent, asked.state.toString());
      for (const item of state.getInterruptions()) state.approve(item);
      const done = await runner().run(agent, state);
      expect([done.finalOutput, deleted()]).toEqual(['Cancelled.', ['/orders/7']]);
      const next = await runner().run(agent, [
        ...done.history,
        { role: 'user', content: 'And 8.' },
      ]);
      for (const item of next.state.getInterruptions())
        next.state.reject(item, { message: 'Not paid.' });
      const stream = await runner().run(agent, next.state, { stream: true });
      await stream.completed;
      expect([stream.finalOutput, deleted()]).toEqual(['I could not.', ['/orders/7']]);
      expect(JSON.stringify((await sentTo(scene)).at(-1)?.messages)).toContain('Not paid.');
    });
  });
}
