import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  closenessOf,
  judge,
  passagesFor,
  probabilityOf,
} from '../../src/knowledge/search/confidence.ts';
import { subjectTerms, weighTerms } from '../../src/knowledge/search/evidence.ts';
import { focusOf, hasName, hasQuantity } from '../../src/knowledge/search/focus.ts';
import { queryWords } from '../../src/knowledge/search/keywords.ts';
import { type Match, matchPassage } from '../../src/knowledge/search/match.ts';
import { requiredWords } from '../../src/knowledge/search/required-words.ts';
import { stemsOf } from '../../src/shared/stems.ts';

const matchOf = (query: string, text: string, heading: string | null = null): Match =>
  matchPassage(
    {
      terms: subjectTerms(
        weighTerms(
          query,
          queryWords(query).map(() => 1),
          1,
        ),
      ),
      focus: focusOf(query),
    },
    {
      ...{ chunk_id: 'chk', file_id: 'file', file_name: 'notes.txt', base_id: 'kb', text, heading },
      ...{ page: null, start_offset: 0, end_offset: text.length },
      ...{ attempt: 1, origin: 'extracted', revision: 1 },
    },
  );

describe('the focus of a question', () => {
  it.each([
    ['How many days of leave do I have?', 'number'],
    ['In what year was the bridge built?', 'number'],
    ['Wie viele Tage Urlaub habe ich?', 'number'],
    ['Combien de jours ?', 'number'],
    ['¿Cuántos días tengo?', 'number'],
    ['有多少天假期？', 'number'],
    ['พนักงานมีวันลากี่วัน', 'number'],
    ['When does the shop open?', 'time'],
    ['Wann öffnet der Laden?', 'time'],
    ['商店什么时候开门？', 'time'],
    ['Who founded the company?', 'person'],
    ['By whom was it written?', 'person'],
    ['Who may read the messages?', null],
    ['When rock melts, what does it become?', null],
    ['What does it become when rock melts deep in the earth?', null],
    ['เรื่องนี้เกี่ยวกับอะไร', null],
    ['zebras', null],
    ['', null],
  ])('of “%s” is %s', (query, focus) => {
    expect(focusOf(query)).toBe(focus);
  });

  it('is found as digits, number words, and names of months and days, unless the question has them', () => {
    const none = new Set<string>();
    for (const text of ['28 days', 'thirty days', 'drei Monate', 'สามสิบวัน', '三十天', '٣ أيام'])
      expect(hasQuantity('number', stemsOf(text), none), text).toBe(true);
    for (const text of ['in March', 'am Montag', 'en décembre', '7:30'])
      expect(hasQuantity('time', stemsOf(text), none), text).toBe(true);
    expect(hasQuantity('number', stemsOf('in March'), none)).toBe(false);
    expect(hasQuantity('number', stemsOf('room 12'), new Set(['12']))).toBe(false);
    expect(hasQuantity('time', stemsOf('soon, they say'), none)).toBe(false);
  });

  it('is found as a capitalized name, but not as an acronym, a first word or a name of the question', () => {
    const asked = new Set(stemsOf('Acme'));
    for (const text of [
      'It was founded by Grace Hopper.',
      'Grace Hopper founded it.',
      'by Émile in 1900',
      '由王明创立',
    ])
      expect(hasName(text, asked), text).toBe(true);
    for (const text of [
      'The server returns 404, not found, over HTTP.',
      'It belongs to Acme.',
      '# Returns',
      '',
    ])
      expect(hasName(text, asked), text).toBe(false);
  });
});

describe('required words', () => {
  it.each([
    ['When did Ada Lovelace meet Babbage?', ['ada', 'lovelace', 'babbage']],
    ['What happened in 1974 in Paris?', ['1974', 'paris']],
    ['Name 3 kinds of tea', []],
    ['Wie hoch ist die Kündigungsfrist der Wohnung?', []],
    ['What Is The Capital Of The Country?', []],
    ['WHO WON THE CUP?', []],
    ['Kubernetes 支持吗？', ['kubernetes']],
    ['ใช้กับ iPhone ได้ไหม', ['iphone']],
    ['zebras', []],
    ['', []],
  ])('of “%s” are %j', (query, expected) => {
    expect([...requiredWords(query)].sort()).toEqual([...expected].sort());
  });
});

describe('the match of a passage', () => {
  const query = 'How long is the warranty of the pump?';

  it('is best when all words are near, with what the question asks for', () => {
    const near = matchOf(query, 'The warranty of the pump lasts 30 months.');
    const far = matchOf(
      query,
      `The warranty is long. ${'Nothing of note. '.repeat(60)} A pump has 30 parts.`,
    );
    const without = matchOf(query, 'The warranty of the pump is explained elsewhere.');
    expect(near).toMatchObject({ share: 1, near: 1, missing: 0, lacksFocus: false });
    expect(closenessOf(near)).toBe(1);
    expect(far.share).toBe(1);
    expect(far.near).toBeLessThan(1);
    expect(without.lacksFocus).toBe(true);
    expect(probabilityOf(near)).toBeGreaterThan(probabilityOf(far));
    expect(probabilityOf(near)).toBeGreaterThan(2 * probabilityOf(without));
  });

  it('counts headings for the words, and misses names and numbers', () => {
    expect(matchOf(query, 'The warranty lasts 30 months.', 'Pump').share).toBe(1);
    expect(matchOf('Did Ada visit Paris in 1974?', 'Paris was visited.').missing).toBe(2);
  });

  it('of any texts has shares and probabilities from 0 to 1, and no more with a word less', () => {
    const text = fc.oneof(
      fc.string({ unit: 'grapheme', maxLength: 80 }),
      fc
        .array(fc.constantFrom('pump', 'warranty', '30', 'Ada', '天', 'วัน', 'the'), {
          maxLength: 80,
        })
        .map((words) => words.join(' ')),
    );
    fc.assert(
      fc.property(text, text, (question, passage) => {
        const match = matchOf(question, passage);
        for (const value of [match.share, match.near, probabilityOf(match), closenessOf(match)]) {
          expect(value).toBeGreaterThanOrEqual(0);
          expect(value).toBeLessThanOrEqual(1);
        }
        expect(match.near).toBeLessThanOrEqual(match.share + 1e-9);
        expect(probabilityOf(matchOf(question, ''))).toBe(0);
      }),
    );
  });

  it('of a long passage and a long question takes little time', () => {
    const words = Array.from({ length: 64 }, (_, index) => `word${index}`);
    const started = performance.now();
    matchOf(words.join(' '), Array.from({ length: 300 }, () => words.join(' ')).join(' '));
    matchOf(`who was ${words.join(' ')}`, 'Ab '.repeat(20_000));
    matchOf(`${' '.repeat(2000)}A${' A'.repeat(1000)}`, ' '.repeat(20_000));
    expect(performance.now() - started).toBeLessThan(5000);
  });
});

describe('confidence', () => {
  const match = (share: number, rest: Partial<Match> = {}): Match => ({
    ...{ share, near: share, found: share * 10, total: 10, missing: 0, lacksFocus: false },
    ...rest,
  });

  it('rises with the words found, and falls with missing names and without the focus', () => {
    const of = (one: Match) => judge([one], null, true).confidence;
    const rising = [0, 0.25, 0.5, 0.75, 1].map((share) => of(match(share)));
    expect(rising).toEqual([...rising].sort((a, b) => a - b));
    expect(of(match(1, { missing: 1 }))).toBeLessThan(of(match(1)));
    expect(of(match(1, { lacksFocus: true }))).toBeLessThan(of(match(1)) / 2);
  });

  it('gives full, partial and no coverage, and none without passages', () => {
    expect(judge([match(1)], null, true).coverage).toBe('full');
    expect(judge([match(0.6)], null, true).coverage).toBe('partial');
    expect(judge([match(0.2)], null, true).coverage).toBe('none');
    expect(judge([], 0.9, true)).toEqual({ confidence: 0, coverage: 'none' });
  });

  it('counts a semantic similarity as evidence of its own', () => {
    expect(judge([match(0)], 0.8, true).coverage).toBe('full');
    expect(judge([match(0)], 0.35, true)).toEqual({ confidence: 0, coverage: 'none' });
  });

  it('of a query without a subject is low', () => {
    expect(judge([match(1)], null, false).confidence).toBeLessThanOrEqual(0.2);
    expect(judge([match(1)], null, false).coverage).not.toBe('full');
  });

  it('decides which passages a model reads', () => {
    const found = (confidence: number, coverage: 'partial' | 'none') => ({
      ...{ hits: ['passage'], confidence, coverage },
    });
    expect(passagesFor('builtin/extractive', found(0.5, 'partial'))).toEqual(['passage']);
    expect(passagesFor('builtin/extractive', found(0.2, 'none'))).toEqual([]);
    expect(passagesFor('openai/gpt', found(0.2, 'none'))).toEqual(['passage']);
    expect(passagesFor('openai/gpt', found(0.05, 'none'))).toEqual([]);
  });
});
