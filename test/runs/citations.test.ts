import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CitationFilter, readCitations, type Source } from '../../src/runs/citations.ts';

const source = (number: number, text: string): Source => ({
  type: 'file',
  number,
  text,
  base_id: 'kb_a',
  file_id: `file_${number}`,
  file_name: 'manual.pdf',
  chunk_id: `chk_${number}`,
  page: number,
  start: 100 * number,
  end: 100 * number + text.length,
  ...{ attempt: 1, revision: 1, is_written: false },
});
const sources = [
  source(1, 'Fill the tank. Descale it every 200 cups. Dry it.'),
  source(2, 'The warranty lasts two years.'),
];

describe('citations', () => {
  it('gives the offsets of a quote in the file', () => {
    const [citation] = readCitations('> Descale it every 200 cups. [1]', sources);
    expect(citation).toMatchObject({
      number: 1,
      quote: 'Descale it every 200 cups.',
      start: 115,
      end: 141,
      page: 1,
    });
  });

  it('finds the sentence that a paraphrase rests on, for each of several markers', () => {
    const found = readCitations(
      'It is guaranteed for two years of warranty [2]. You descale it after 200 cups [1][2].',
      sources,
    );
    expect(found.map(({ number, quote }) => [number, quote])).toEqual([
      [2, 'The warranty lasts two years.'],
      [1, 'Descale it every 200 cups.'],
    ]);
  });

  it('cites retrieved passages only', () => {
    expect(readCitations('It flies [3] to the moon [0].', sources)).toEqual([]);
  });

  it('drops only unknown markers from a stream, however it is split', () => {
    const text = 'One [1] two [7] three[12] four [x] [ 1] five [2]. [1';
    const kept = 'One [1] two three four [x] [ 1] five [2]. [1';
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 60, maxLength: 60 }),
        (sizes) => {
          const filter = new CitationFilter(() => sources);
          let at = 0;
          let out = '';
          for (const size of sizes) {
            out += filter.push(text.slice(at, at + size));
            at += size;
          }
          expect(out + filter.end()).toBe(kept);
        },
      ),
    );
  });
});
