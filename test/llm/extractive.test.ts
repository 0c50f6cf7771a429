import { describe, expect, it } from 'vitest';
import { type ModelCall, writePassages } from '../../src/llm/index.ts';
import { contextOf, step } from './support.ts';

const ctx = () => contextOf({ id: 'ws_test' });
const passages = [
  { number: 1, name: 'hours.md', page: null, text: 'The shop opens at nine. It closes at six.' },
  { number: 2, name: 'returns.md', page: 2, text: 'Goods can be returned within thirty days.' },
];
const question = 'When does the shop open?';
const tools: ModelCall['options']['tools'] = [
  {
    type: 'function',
    name: 'knowledge_search',
    inputSchema: { type: 'object', properties: { query: { type: 'string' } } },
  },
];
const ask = { role: 'user' as const, content: [{ type: 'text' as const, text: question }] };
const run = (options: ModelCall['options']) => step(ctx(), ['builtin/extractive'], { options });

describe('builtin/extractive', () => {
  it('quotes the given passages with citations', async () => {
    const { text, result } = await run({
      prompt: [
        { role: 'user', content: [{ type: 'text', text: writePassages(passages, question) }] },
      ],
      tools,
    });
    expect(text).toContain('The shop opens at nine. [1]');
    expect(result).toMatchObject({ finish_reason: 'stop', cost_nano_usd: 0, failure: null });
  });

  it('quotes a row of a table rather than its column names', async () => {
    const table =
      '| How often | What |\n| --- | --- |\n| Every morning | Empty the tray and wipe the spout |';
    const quote = async (text: string, asked: string) =>
      (
        await run({
          prompt: [
            {
              role: 'user',
              content: [
                {
                  type: 'text',
                  text: writePassages([{ number: 1, name: 'care.md', page: 1, text }], asked),
                },
              ],
            },
          ],
        })
      ).text;
    expect(await quote(table, 'How often must I empty the tray?')).toBe(
      '> | Every morning | Empty the tray and wipe the spout | [1]',
    );
    expect(
      await quote(
        '| Fee for late books | Fee for lost books |\n| --- | --- |\n| 2 | 40 |',
        'What is the fee for lost books?',
      ),
    ).toBe('> | Fee for late books | Fee for lost books | [1]');
  });

  it('searches first when the tool is available and quotes the results', async () => {
    const first = await run({ prompt: [ask], tools });
    expect(first.result.finish_reason).toBe('tool-calls');
    const [call] = first.result.content;
    expect(call).toMatchObject({
      type: 'tool-call',
      toolName: 'knowledge_search',
      input: JSON.stringify({ query: question }),
    });
    if (call?.type !== 'tool-call') throw new Error('no call');
    const { toolCallId, toolName } = call;
    const found = (value: string): ModelCall['options']['prompt'] => [
      ask,
      {
        role: 'assistant',
        content: [{ type: 'tool-call', toolCallId, toolName, input: { query: question } }],
      },
      {
        role: 'tool',
        content: [{ type: 'tool-result', toolCallId, toolName, output: { type: 'text', value } }],
      },
    ];
    expect((await run({ prompt: found(writePassages(passages)), tools })).text).toContain(
      'The shop opens at nine. [1]',
    );
    expect((await run({ prompt: found('Nothing was found.'), tools })).text).toContain(
      'I found nothing about that',
    );
  });

  it('describes itself without documents and without the search tool', async () => {
    expect((await run({ prompt: [ask] })).text).toContain('I only quote documents');
    expect((await run({ prompt: [ask], tools, toolChoice: { type: 'none' } })).text).toContain(
      'I only quote documents',
    );
  });
});
