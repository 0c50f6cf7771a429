import { describe, expect, it } from 'vitest';
import { request, type Workspace } from '../support/api.ts';
import { newChat, openStream } from '../support/chat.ts';
import { violationsOf } from '../support/document.ts';

/** The JSON of every `data:` line but the last, which closes the stream. */
const eventsOf = (stream: string): { type?: string; object?: string }[] => {
  const data = [...stream.matchAll(/^data: (.*)$/gm)].map(([, text = '']) => text);
  expect(data.at(-1)).toBe('[DONE]');
  return data.slice(0, -1).map((text) => JSON.parse(text));
};

function expectEvents(name: string, stream: string, expected: readonly string[]): void {
  const events = eventsOf(stream);
  for (const event of events)
    expect(
      violationsOf({ $ref: `#/components/schemas/${name}` }, event),
      JSON.stringify(event),
    ).toEqual([]);
  expect(events.map(({ type, object }) => type ?? object)).toEqual(
    expect.arrayContaining([...expected]),
  );
}

const usage = { input_tokens: 10, output_tokens: 3 };
const answer = { text: ['It takes ', '25 minutes.'], usage };
const calls = {
  tool_calls: [{ id: 'c1', name: 'calculator', arguments: { expression: '2+3' } }],
  usage,
};
const post = async (workspace: Workspace, path: string, json: object) =>
  (await request('POST', path, workspace.key, { json })).body as string;

describe('events of streams', () => {
  it('of a run match the document: text, tools, failure', async () => {
    const { workspace, agent } = await newChat(
      { rounds: [calls, answer] },
      { config: { tools: ['calculator'] } },
    );
    const run = await (
      await openStream(workspace, 'POST', `/agents/${agent}/runs`, {
        json: { message: 'How long?' },
      })
    ).text();
    expectEvents('StreamEvent', run, [
      'start',
      'data-run',
      'start-step',
      'tool-input-available',
      'tool-output-available',
      'text-delta',
      'finish',
    ]);
    const refused = await newChat({ rounds: [{ ...answer, fault: { kind: 'cut', events: 2 } }] });
    const failed = await (
      await openStream(refused.workspace, 'POST', `/agents/${refused.agent}/runs`, {
        json: { message: 'How long?' },
      })
    ).text();
    expectEvents('StreamEvent', failed, ['start', 'error']);
  });

  it('of chat completions and responses match the document', async () => {
    const { workspace, agent } = await newChat({ rounds: [answer], repeat: true });
    const model = (await workspace.get(`/agents/${agent}`)).body.slug;
    const chat = {
      model,
      messages: [{ role: 'user', content: 'How long?' }],
      stream: true,
      stream_options: { include_usage: true },
    };
    expectEvents('ChatCompletionChunk', await post(workspace, '/v1/chat/completions', chat), [
      'chat.completion.chunk',
    ]);
    const response = await post(workspace, '/v1/responses', {
      model,
      input: 'How long?',
      stream: true,
    });
    expectEvents('ResponseStreamEvent', response, [
      'response.created',
      'response.output_text.delta',
      'response.completed',
    ]);
  });
});
