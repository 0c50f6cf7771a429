import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ModelCallContent } from '../../src/llm/content.ts';
import { ThinkTags } from '../../src/llm/think-tags.ts';
import { newChat } from '../support/chat.ts';
import { delta, done, openRaw, sse } from './raw-provider.ts';

let models = 0;
function newModel(): string {
  models += 1;
  return `https://llm.example.com/v1 m${models}`;
}

/** Returns text and reasoning of an answer that arrives in these pieces. */
function read(pieces: readonly string[], model = newModel()) {
  const content = new ModelCallContent();
  const tags = new ThinkTags(content, model);
  for (const piece of pieces) tags.add({ type: 'text-delta', id: 't', delta: piece });
  tags.end();
  const of = (type: 'text' | 'reasoning') =>
    content.parts.map((part) => (part.type === type ? part.text : '')).join('');
  let shown = '';
  for (const event of content.take()) {
    if (event.type === 'text') shown += event.delta;
    if (event.type === 'text-was-reasoning') shown = '';
  }
  return { text: of('text'), reasoning: of('reasoning'), shown };
}

const thoughts: readonly (readonly [text: string, answer: string, reasoning: string])[] = [
  ['<think>\nShort, please.\n</think>\n\nTwenty days.', 'Twenty days.', 'Short, please.'],
  ['  \n<think>a < b, </ b</think>Yes.', 'Yes.', 'a < b, </ b'],
  ['<thinking>Hm.</thinking>\nYes.', 'Yes.', 'Hm.'],
  ['[THINK]Hm.[/THINK]Yes.', 'Yes.', 'Hm.'],
  ['<think>\n\n</think>\n\nYes.', 'Yes.', ''],
  ['<think>one</think>\n<think>two</think>\nYes.', 'Yes.', 'onetwo'],
  ['<think>cut off in the mid', '', 'cut off in the mid'],
  [
    'Okay, they want it short.\n</think>\n\nTwenty days.',
    'Twenty days.',
    'Okay, they want it short.\n',
  ],
  ['Okay.</think>Twenty days.', 'Twenty days.', 'Okay.'],
  ['Okay, nothing to say.\n</think>', '', 'Okay, nothing to say.\n'],
  ['<THINK>Hm.</Think>\nYes.', 'Yes.', 'Hm.'],
  ['<think time="5s" >Hm.</think >\nYes.', 'Yes.', 'Hm.'],
  ['<thought>Hm, </thin</thought>Yes.', 'Yes.', 'Hm, </thin'],
  ['<reasoning>Hm.</reasoning>\nYes.', 'Yes.', 'Hm.'],
  ['<seed:think>Hm.</seed:think>Yes.', 'Yes.', 'Hm.'],
  ['◁think▷Hm.◁/think▷Yes.', 'Yes.', 'Hm.'],
  ['\ufeff<think>Hm.</think>Yes.', 'Yes.', 'Hm.'],
  ['<think>Hm.</think>\n \n', '', 'Hm.'],
  ['Hm.\n</THINKING>\nYes.', 'Yes.', 'Hm.\n'],
];

const literals = [
  'Put the thought into `<think>` and `</think>`.',
  'A template ends it so:\n```\n</think>\n```\nand continues.',
  'The </think> tag ends a thought.',
  'Write "</think>" at the end.',
  '{"tag": "x</think>y"}',
  'a < b and b > c, <thin> is not a tag',
  'It is <think>not</think> a thought in the middle of a sentence.',
  '<think>',
  'Text with < at its end <',
  'Text with a tag that begins at its end </thinking',
  '<thinker>Rodin</thinker> is a statue.',
  '<think about it',
  '<think',
];

describe('reasoning in the text', () => {
  it.each(thoughts)('%j', (text, answer, reasoning) => {
    expect(read([text])).toMatchObject({ text: answer, reasoning });
    expect(read([...text])).toEqual({ text: answer, reasoning, shown: answer });
  });

  it.each(literals)('does not include tags that an answer mentions: %j', (text) => {
    expect(read([text])).toEqual({ text, reasoning: '', shown: text });
    expect(read([...text])).toEqual({ text, reasoning: '', shown: text });
  });

  it('is the same for every split of the text', () => {
    const words = fc.array(
      fc.constantFrom('<think>', '</think>', '\n', 'a', ' ', '`', '<', '</', 'think>', 'Yes.', '"'),
      {
        maxLength: 14,
      },
    );
    fc.assert(
      fc.property(words, fc.array(fc.nat(40), { maxLength: 8 }), (list, cuts) => {
        const text = list.join('');
        const ends = [...new Set(cuts.map((cut) => cut % (text.length + 1)))].sort((a, b) => a - b);
        const pieces = [...ends, text.length].map((end, index) =>
          text.slice(index === 0 ? 0 : ends[index - 1], end),
        );
        const model = newModel();
        const inOne = read([text], `${model} one`);
        expect(read(pieces, `${model} cut`)).toEqual(inOne);
      }),
    );
  });

  it('is held back from the second answer of a model that begins with reasoning', () => {
    const model = newModel();
    const content = new ModelCallContent();
    read(['Hm.\n</think>\nYes.'], model);
    const tags = new ThinkTags(content, model);
    tags.add({ type: 'text-delta', id: 't', delta: 'Hm again.\n' });
    expect(content.take()).toEqual([]);
    tags.add({ type: 'text-delta', id: 't', delta: '</think>\nNo.' });
    tags.end();
    expect(content.take()).toEqual([
      { type: 'reasoning', delta: 'Hm again.' },
      { type: 'text', delta: 'No.' },
    ]);
  });

  it.each(literals)(
    'does not include tags that an answer of a model observed to begin with reasoning mentions: %j',
    (text) => {
      const model = newModel();
      read(['Hm.\n</think>\nYes.'], model);
      expect(read([...text], model)).toEqual({ text, reasoning: '', shown: text });
      read(['Hm.\n</think>\nYes.'], model);
      expect(read([`Say \`</think>\`.\n</think>\n${text}`], model).shown).toBe(text.trimStart());
    },
  );

  it('ends at a tag alone on its line for models known to begin with reasoning', () => {
    const thought = '{"draft": 1}\n```js\nlet open;';
    expect(read([`${thought}\n</think>\n\nYes.`], `${newModel()}/qwq-32b`)).toEqual({
      text: 'Yes.',
      reasoning: thought,
      shown: 'Yes.',
    });
  });

  it('is not sent back with tool results', async () => {
    const body = sse(
      delta({ content: '<think>Look it up.</think>' }),
      delta({ tool_calls: [{ index: 0, id: 'a', function: { name: 'lookup', arguments: '{}' } }] }),
      delta({}, 'tool_calls'),
      done,
    );
    const { ask } = await openRaw('ollama', body);
    const { result } = await ask();
    const { toAssistantMessage } = await import('../../src/execution/transcript.ts');
    const { content } = toAssistantMessage(result.content, []);
    expect(content.map(({ type }) => type)).toEqual(['tool-call']);
  });
});

it('stores, returns and sends back an answer without its reasoning, with or without an opening tag', async () => {
  for (const said of [
    ['<thi', 'nk>The user greets.</th', 'ink>\n\nGood ', 'morning.'],
    ['The user greets.\n</thi', 'nk>\n\nGood morning.'],
  ]) {
    const chat = await newChat({ rounds: [{ text: said }, { text: ['Bye.'] }] });
    const first = await chat.send({ message: 'Hello?' });
    expect(first.body.text).toBe('Good morning.');
    await chat.send({ message: 'And now?' });
    const requests = await chat.provider.requests();
    expect(JSON.stringify(requests.at(-1)?.body)).not.toContain('The user greets');
    expect(JSON.stringify(requests.at(-1)?.body)).toContain('Good morning.');
  }
});
