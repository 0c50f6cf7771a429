import fc from 'fast-check';
import { expect, it } from 'vitest';
import { segmentWords } from '../../src/shared/segment-words.ts';
import { words } from '../../src/shared/words.ts';

const segmenter = new Intl.Segmenter('und', { granularity: 'word' });
const reference = (text: string): string[] =>
  [...segmenter.segment(text)].filter((one) => one.isWordLike).map((one) => one.segment);

const texts = [
  "don't re-enter 3.14 and 1,000; e.g. a.b, x_y, a:b and 5 o'clock",
  'l’eau “fraîche” — naïve café, ½ litre',
  'Ελλάδα и Россия вместе, щи с ½ ложки',
  '退货政策：顾客可以 in 30 days 退货 ok',
  'ร้านเปิดเวลา 9.00 น. open daily',
  'שלום "world" צה"ל',
  '\u0301a b\u0301 \u200dc 🙂🇩🇪x',
];

it('segments as Intl.Segmenter does', () => {
  for (const text of texts)
    expect(segmentWords(text.toLowerCase()), text).toEqual(reference(text.toLowerCase()));
  const unit = fc.oneof(
    fc.constantFrom(...'ab12 .,;:\'_-"()é×’‘“–…·ªαж中国ไทยか\u0301\u200d\u00adא\n\t\r\u00a0'),
    fc.string({ unit: 'binary', minLength: 1, maxLength: 1 }),
  );
  fc.assert(
    fc.property(fc.array(unit, { maxLength: 30 }), (parts) => {
      const text = parts.join('').toLowerCase();
      expect(segmentWords(text)).toEqual(reference(text));
    }),
    { numRuns: 3000 },
  );
});

it('folds Latin text as it does text with other scripts', () => {
  const characters = Array.from({ length: 0x2100 }, (_, code) => String.fromCharCode(code));
  for (const character of characters) {
    const text = `x ${character}y z${character} É`;
    expect(words(text), character.charCodeAt(0).toString(16)).toEqual(
      words(`${text} \u0e01`).slice(0, -1),
    );
  }
});
