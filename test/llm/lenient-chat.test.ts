import { describe, expect, it } from 'vitest';
import { counted, delta, done, openRaw, type RawProvider, sse } from './raw-provider.ts';
import { usageRows } from './support.ts';

const usage = { prompt_tokens: 12, completion_tokens: 3, total_tokens: 15 };
const end = [delta({}, 'stop'), counted(usage), done];
const text = [delta({ role: 'assistant', content: 'Whole ' }), delta({ content: 'answer.' })];
const answered = { text: 'Whole answer.', finish: 'stop', calls: [] as unknown[] };
const called = { text: '', finish: 'tool-calls', calls: [['lookup', { q: 'tea' }]] };
const lookup = { name: 'lookup', arguments: '{"q":"tea"}' };
const chunk = (choice: object, more: object = {}) => ({ ...delta({}), choices: [choice], ...more });
const message = (content: string, finish_reason: string | null = null) =>
  chunk({ index: 0, message: { role: 'assistant', content }, finish_reason });
const piece = (more: object, args: string) => ({
  type: 'function',
  function: { name: 'lookup', arguments: args },
  ...more,
});
const calledTwice = { ...called, calls: [...called.calls, ['lookup', { q: 'milk' }]] };
const milk = '{"q":"milk"}';

const oddities: readonly (readonly [name: string, body: string, expected: typeof answered])[] = [
  [
    'empty errors',
    sse(
      ...text.map((one) => ({ ...one, error: null })),
      { ...delta({}, 'stop'), error: {} },
      counted(usage),
      done,
    ),
    answered,
  ],
  [
    'messages in pieces',
    sse(message('Whole '), message('answer.'), delta({}, 'stop'), counted(usage), done),
    answered,
  ],
  [
    'cumulative messages',
    sse(message('Whole '), message('Whole answer.', 'stop'), counted(usage), done),
    answered,
  ],
  [
    'messages in pieces, then the whole message',
    sse(
      message('Whole '),
      message('answer.'),
      message('Whole answer.', 'stop'),
      counted(usage),
      done,
    ),
    answered,
  ],
  [
    'deltas that are strings',
    sse(chunk({ index: 0, delta: 'Whole ' }), chunk({ index: 0, delta: 'answer.' }), ...end),
    answered,
  ],
  [
    'no deltas',
    sse(
      chunk({ index: 0, finish_reason: null }),
      ...text,
      chunk({ index: 0, delta: null, finish_reason: 'stop' }),
      counted(usage),
      done,
    ),
    answered,
  ],
  [
    'texts in lists',
    sse(
      delta({ content: [{ type: 'text', text: 'Whole ' }] }),
      delta({ content: { text: 'answer.' } }),
      ...end,
    ),
    answered,
  ],
  ['no blank lines', sse(...text, ...end).replaceAll('\n\n', '\n'), answered],
  [
    'one document per line',
    [...text, delta({}, 'stop'), counted(usage)].map((one) => JSON.stringify(one)).join('\n'),
    answered,
  ],
  [
    'an end mark in another case',
    sse(...text, delta({}, 'stop'), counted(usage), 'data: [done]\n\n'),
    answered,
  ],
  [
    'text after the end',
    sse(...text, ...end, delta({ content: ' More.' }), { error: 'too late' }, '<html>', done),
    answered,
  ],
  ['usage after the end', sse(...text, delta({}, 'stop'), done, counted(usage)), answered],
  [
    'usage in a choice',
    sse(...text, chunk({ index: 0, delta: {}, finish_reason: 'stop', usage }), done),
    answered,
  ],
  [
    'counts of 0 after other counts',
    sse(
      ...text.map((one) => ({ ...one, usage })),
      { ...delta({}, 'stop'), usage: { prompt_tokens: 0, completion_tokens: 0 } },
      done,
    ),
    answered,
  ],
  [
    'lists instead of details',
    sse(
      ...text,
      delta({}, 'stop'),
      counted({ ...usage, prompt_tokens_details: 'none', completion_tokens_details: [] }),
      done,
    ),
    answered,
  ],
  [
    'counts under other names',
    sse(...text, delta({}, 'stop'), counted({ input_tokens: 12, output_tokens: 3 }), done),
    answered,
  ],
  [
    'one count and the total',
    sse(...text, delta({}, 'stop'), counted({ completion_tokens: 3, total_tokens: 15 }), done),
    answered,
  ],
  ['another finish reason', sse(...text, delta({}, 'EOS_TOKEN'), counted(usage), done), answered],
  [
    'invalid fields beside the text',
    sse(
      ...text.map((one) => ({
        ...one,
        system_fingerprint: 9,
        service_tier: 1,
        choices: [{ ...one.choices[0], logprobs: 'none' }],
      })),
      ...end,
    ),
    answered,
  ],
  [
    'annotations of other kinds',
    sse(
      delta({ content: 'Whole answer.', annotations: [{ type: 'mood' }], refusal: 0 }),
      ...end,
    ).replace('"refusal":0', '"refusal":null'),
    answered,
  ],
  [
    'calls with one index and ids',
    sse(
      delta({ tool_calls: [piece({ index: 0, id: 'a' }, lookup.arguments)] }),
      delta({ tool_calls: [piece({ index: 0, id: 'b' }, milk)] }),
      delta({}, 'tool_calls'),
      counted(usage),
      done,
    ),
    calledTwice,
  ],
  [
    'calls with one index and no ids',
    sse(
      delta({ tool_calls: [piece({ index: 0 }, lookup.arguments)] }),
      delta({ tool_calls: [piece({ index: 0 }, milk)] }),
      delta({}, 'tool_calls'),
      counted(usage),
      done,
    ),
    calledTwice,
  ],
  [
    'calls without indexes in pieces',
    sse(
      delta({ tool_calls: [piece({ id: 'a' }, '')] }),
      delta({ tool_calls: [{ function: { arguments: lookup.arguments } }] }),
      delta({ tool_calls: [piece({ id: 'b' }, '{"q":')] }),
      delta({ tool_calls: [{ function: { arguments: '"milk"}' } }] }),
      delta({}, 'tool_calls'),
      counted(usage),
      done,
    ),
    calledTwice,
  ],
  [
    'a call named in each of its pieces',
    sse(
      delta({ tool_calls: [piece({ index: 0, id: 'a' }, '{"q":')] }),
      delta({ tool_calls: [piece({ index: 0, id: 'a' }, '"tea"}')] }),
      delta({}, 'tool_call'),
      counted(usage),
      done,
    ),
    called,
  ],
  [
    'a call in the message after its deltas',
    sse(
      ...text,
      chunk({
        index: 0,
        message: { content: 'Whole answer.', tool_calls: [piece({ id: 'a' }, lookup.arguments)] },
        finish_reason: 'tool_calls',
      }),
      counted(usage),
      done,
    ),
    { ...called, text: 'Whole answer.' },
  ],
];

const providers: readonly RawProvider[] = [
  'openai-compatible',
  'openai-chat',
  'groq',
  'deepseek',
  'mistral',
];

describe.each(providers)('an answer of %s is complete and billed once, with', (provider) => {
  it.each(oddities)('%s', async (_name, body, expected) => {
    const { ctx, ask } = await openRaw(provider, body);
    const { result, text: said, requests } = await ask();
    const calls = result.content.flatMap((part) =>
      part.type === 'tool-call' ? [[part.toolName, JSON.parse(part.input)]] : [],
    );
    expect({
      failure: result.failure?.message ?? null,
      text: said,
      finish: result.finish_reason,
      calls,
      requests,
    }).toEqual({
      failure: null,
      requests: 1,
      ...expected,
    });
    expect(await usageRows(ctx, result)).toMatchObject([
      { input_tokens: 12, output_tokens: 3, is_estimated: 0, status: 'ok' },
    ]);
  });
});
