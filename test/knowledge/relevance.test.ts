import { describe, expect, it } from 'vitest';
import type { Term } from '../../src/knowledge/search/evidence.ts';
import { gramCounter, gramsOf } from '../../src/knowledge/search/letter-grams.ts';
import type { QueryParts } from '../../src/knowledge/search/query-keys.ts';
import { relevanceOf } from '../../src/knowledge/search/relevance.ts';
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
const passage = (text: string, file_id = text, heading = '') => ({
  file_id,
  words: { text: words(text), heading: words(heading), file_name: [] },
});

describe('relevanceOf', () => {
  it('is 0 for a passage without a match, and about 1 for one with every word in one place', () => {
    const [none, all] = relevanceOf(termsOf('solar panel'), [
      passage('Quick brown fox'),
      passage('Solar panel care'),
    ]);
    expect(none).toBe(0);
    expect(all).toBeGreaterThan(0.8);
  });

  it('is defined for no terms, no passages and empty passages', () => {
    expect(relevanceOf(termsOf('the'), [passage('a zebra')])).toEqual([0]);
    expect(relevanceOf(termsOf('zebra'), [])).toEqual([]);
    expect(relevanceOf(termsOf('zebra'), [passage(''), passage('')])).toEqual([0, 0]);
  });

  it('ranks other forms of a word and typing errors before other words', () => {
    const [other, form, error] = relevanceOf(termsOf('headphones'), [
      passage('Speakers for the kitchen'),
      passage('A headphone for the kitchen'),
      passage('Hedphones for the kitchen'),
    ]);
    expect(form).toBeGreaterThan(error ?? 0);
    expect(error).toBeGreaterThan(other ?? 0);
  });

  it('raises a passage whose words are those of other files that match, not of its own file', () => {
    const rest = 'boiler pressure valve';
    const orderOf = (file: string) =>
      relevanceOf(termsOf('steam leak'), [
        passage(`leak of an orchestra`, 'a'),
        passage(`leak of a ${rest}`, 'b'),
        passage(`steam leak: ${rest}`, file),
      ]);
    const [alone = 0, supported = 0] = orderOf('c');
    expect(supported).toBeGreaterThan(alone);
    const [, own = 0] = orderOf('b');
    expect(own).toBeLessThan(supported);
  });

  it('raises a passage whose heading has words of the query', () => {
    const [plain = 0, headed = 0] = relevanceOf(termsOf('solar panel'), [
      passage('solar heating', 'a', 'water'),
      passage('solar heating', 'b', 'panel'),
    ]);
    expect(headed).toBeGreaterThan(plain);
  });

  it('is linear in the length of a passage', () => {
    const started = performance.now();
    const [score] = relevanceOf(termsOf('zebra lion'), [passage('zebra lion '.repeat(50_000))]);
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

  it('are counted in numbered words', () => {
    const known = ['zebras', '咖啡', '机', 'x'];
    const { size, count } = gramCounter(['zebra', '咖啡机'], known);
    expect(size).toBe(6);
    expect([...count([Uint32Array.of(0, 1, 2, 3)])]).toEqual([1, 1, 1, 0, 1, 1]);
    expect([...count([])]).toEqual([0, 0, 0, 0, 0, 0]);
  });
});
