import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cleanTitle, extractTitle, isEmptyTitle } from '../../src/llm/builtin/extract-title.ts';

const exchanges: readonly (readonly [question: string, answer: string, title: string | null])[] = [
  ['How do I descale the machine?', 'Descale it every 200 cups.', 'Descale the machine'],
  [
    'Hi there! Could you please tell me what the warranty period of the Aurora is? Thanks!',
    '30 months.',
    'Warranty period of the Aurora',
  ],
  ['Good morning. Tell me about refunds, please.', 'Refunds take five days.', 'Refunds'],
  ['what is the capital of France', 'Paris', 'Capital of France'],
  ['Refund', '', 'Refund'],
  ['hello', 'Hello! How can I help?', 'Hello'],
  ['iPhone screen broken', '', 'iPhone screen broken'],
  ['你好，请问咖啡机应该怎么清洗？谢谢', '每200杯清洗一次。', '咖啡机应该怎么清洗'],
  ['我想知道公司的退货政策是什么', '三十天内可退货。', '公司的退货政策'],
  ['こんにちは。保証期間は何ヶ月ですか？', '30ヶ月です。', '保証期間は何ヶ月'],
  ['สวัสดีครับ อยากทราบว่าวิธีล้างเครื่องชงกาแฟทำอย่างไรครับ', 'ล้างทุก 200 แก้ว', 'วิธีล้างเครื่องชงกาแฟทำอย่างไร'],
  [
    'Guten Tag, können Sie mir bitte sagen, wie lange die Garantie gilt?',
    '30 Monate.',
    'Wie lange die Garantie gilt',
  ],
  ['Bonjour, quelle est la durée de la garantie ?', '30 mois.', 'Durée de la garantie'],
  ['¿Cuál es el plazo de devolución?', '30 días.', 'Plazo de devolución'],
  ['```python\ndef fibonacci(n):\n    return n\n```', '', 'fibonacci'],
  [
    'Why?\n```js\nfoo.bar()\n```\nTypeError: foo is undefined',
    'foo is undefined since nobody set it.',
    'TypeError: foo is undefined',
  ],
  ['const a = 1;\nfunction computeTotal() {\n  return a;\n}', '', 'computeTotal'],
  ['https://github.com/vercel/ai/issues/123', '', 'github.com/vercel/ai/issues/123'],
  [
    'Summarize https://www.example.com/blog/how-to-brew-coffee.html?utm_source=x please',
    '',
    'Summarize example.com/blog/how-to-brew-coffee',
  ],
  ["```js\nrenderList(items)\n```\nwhat's wrong here?", 'The list is empty.', 'renderList(items)'],
  ['what about it', 'What about what?', 'What about it'],
  ['😀😀', '', null],
  ['???', '', null],
];

describe('a title by rule', () => {
  it.each(exchanges)('of %j, answered %j, is %j', (question, answer, title) => {
    expect(extractTitle(question, answer)).toBe(title);
  });

  it('of a very long message is the part that the answer covers, in whole words', () => {
    const padding =
      'I have been a customer for many years and I was always happy with what I got from you. ';
    const topic =
      'Since the last update the export to PDF shows an error about missing fonts on my laptop.';
    const title =
      extractTitle(
        padding.repeat(10) + topic + padding.repeat(10),
        'The PDF export needs fonts: install the missing fonts.',
      ) ?? '';
    expect(title).toMatch(/fonts/);
    expect(title.length).toBeLessThanOrEqual(80);
    expect(topic.toLowerCase()).toContain(title.toLowerCase());
    expect(topic.toLowerCase().split(/[ .]/)).toEqual(
      expect.arrayContaining(title.toLowerCase().split(' ')),
    );
  });

  it('is one clean line of at most 80 characters for any text', () => {
    const text = fc.oneof(
      fc.string({ unit: 'grapheme', maxLength: 300 }),
      fc.lorem({ maxCount: 60 }),
      fc.webUrl(),
    );
    const all = fc.array(text, { maxLength: 5 }).map((parts) => parts.join('\n'));
    fc.assert(
      fc.property(all, all, (question, answer) => {
        const title = extractTitle(question, answer);
        if (title === null) return;
        expect([...title].length).toBeLessThanOrEqual(80);
        expect(title).not.toMatch(/[\r\n"“”`]/);
        expect(title.trim()).toBe(title);
        expect(title).not.toBe('');
      }),
    );
  });

  it('takes little time for adversarial texts', () => {
    for (const part of [
      ' ',
      '*',
      'a. ',
      '[',
      '`',
      'hi ',
      '谢谢',
      'https://',
      'Error',
      'import a',
      'thanks ',
    ]) {
      expect(
        extractTitle(part.repeat(30_000), part.repeat(30_000))?.length ?? 0,
      ).toBeLessThanOrEqual(80);
    }
  });
});

describe("a model's title", () => {
  it.each([
    ['**Title: "Hello World."**\nSecond line', 'Hello World'],
    ['# Refund policy', 'Refund policy'],
    ['\n\n  „Garantie und Rückgabe“  ', 'Garantie und Rückgabe'],
    ['标题：退货政策。', '退货政策'],
    ['[Refunds](https://example.com)', 'Refunds'],
    ['Zero\u200bwidth\u202e text', 'Zero width text'],
    ['word '.repeat(50), 'word '.repeat(16).trim()],
    ['"" \n --- ', null],
  ])('%j becomes %j', (text, title) => {
    expect(cleanTitle(text)).toBe(title);
  });

  it('of a greeting alone is replaced by a topic', () => {
    expect(['Hello', 'Hi there', '你好', 'สวัสดีครับ', 'Guten Tag'].map(isEmptyTitle)).toEqual(
      Array(5).fill(true),
    );
    expect(isEmptyTitle('Refunds')).toBe(false);
  });
});
