import { describe, expect, it } from 'vitest';
import type { Term } from '../../src/knowledge/search/evidence.ts';
import { gramsOf } from '../../src/knowledge/search/letter-grams.ts';
import { type QueryParts, relevanceOf } from '../../src/knowledge/search/relevance.ts';
import { stemsOf } from '../../src/shared/stems.ts';
import { words } from '../../src/shared/words.ts';

const termsOf = (query: string): QueryParts => ({
  prefixes: new Map(),
  terms: query
    .split(' ')
    .map(
      (word) =>
        ({ word, stems: stemsOf(word), idf: 2, isSubject: true, isRequired: false }) as Term,
    ),
});
const passage = (text: string) => ({
  text: stemsOf(text),
  heading: [],
  file_name: [],
  words: words(text),
  textStart: 0,
});

describe('relevanceOf', () => {
  it('is 0 for a passage without a match, and about 1 for one with every word in one place', () => {
    const [none, all] = relevanceOf(
      termsOf('solar panel'),
      [passage('Quick brown fox'), passage('Solar panel care')],
      true,
    );
    expect(none).toBe(0);
    expect(all).toBeGreaterThan(0.8);
  });

  it('is defined for no terms, no passages and empty passages', () => {
    expect(relevanceOf(termsOf('the'), [passage('a zebra')], true)).toEqual([0]);
    expect(relevanceOf(termsOf('zebra'), [], true)).toEqual([]);
    expect(relevanceOf(termsOf('zebra'), [passage(''), passage('')], false)).toEqual([0, 0]);
  });

  it('is linear in the length of a passage', () => {
    const started = performance.now();
    const [score] = relevanceOf(
      termsOf('zebra lion'),
      [passage('zebra lion '.repeat(50_000))],
      true,
    );
    expect(score).toBeGreaterThan(0);
    expect(performance.now() - started).toBeLessThan(5000);
  });
});

describe('gramsOf', () => {
  it('cuts words of alphabets one by one, and sequences of words without spaces', () => {
    expect(gramsOf(['a', 'zebra'])).toEqual(['_a_', '_zeb', 'zebr', 'ebra', 'bra_']);
    expect(gramsOf(['意式', '咖啡机', 'x'])).toEqual(['意式', '式咖', '咖啡', '啡机', '_x_']);
    expect(gramsOf(['水'])).toEqual(['水']);
    expect(gramsOf(['น้ำ', 'ดี'])).toEqual(['น้ำ', '้ำด', 'ำดี']);
    expect(gramsOf([])).toEqual([]);
  });
});
