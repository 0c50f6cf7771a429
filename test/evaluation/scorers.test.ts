import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Scorer } from '../../src/evaluation/scorers/schema.ts';
import type { Ctx } from '../../src/platform/context.ts';
import { scoreOf } from './scoring.ts';

/** Scorers without a model do not use it. */
const ctx = {} as Ctx;
const of = async (...given: [scorer: object, expected: object, observed: object]) => {
  const { score, passed, outcome } = await scoreOf(ctx, ...given);
  return outcome === 'scored' ? [score, passed] : outcome;
};
const says = (answer: string) => ({ answer });

describe('the scorer contains', () => {
  it('finds texts whatever their case, quotes, emphasis, white space, citations and Unicode form', async () => {
    const scorer = { type: 'contains', texts: ["the user's 25 days", 'STRASSE', 'café'] };
    const answer = 'The\u00a0user’s **25\u00ad days** [1] in the Straße, at the cafe\u0301\u200b.';
    expect(await of(scorer, {}, says(answer))).toEqual([1, true]);
    expect(await of({ ...scorer, case_sensitive: true }, {}, says(answer))).toEqual([1 / 3, false]);
  });

  it('scores the share of texts, any or none of them, and without texts the facts or answer of the case', async () => {
    const texts = ['a1', 'b2', 'c3', 'd4'];
    expect(await of({ type: 'contains', texts, threshold: 0.5 }, {}, says('a1 b2'))).toEqual([
      0.5,
      true,
    ]);
    expect(await of({ type: 'contains', texts, match: 'any' }, {}, says('d4'))).toEqual([1, true]);
    expect(await of({ type: 'contains', texts, match: 'none' }, {}, says('d4'))).toEqual([
      0.75,
      false,
    ]);
    expect(await of({ type: 'contains' }, { facts: ['x', 'y'] }, says('x'))).toEqual([0.5, false]);
    expect(await of({ type: 'contains' }, { answer: '9 am' }, says('At 9 AM.'))).toEqual([1, true]);
    expect(await of({ type: 'contains' }, {}, says('x'))).toBe('not_measurable');
    expect(await of({ type: 'contains', texts: ['**'] }, {}, says('bold: **'))).toEqual([1, true]);
  });
});

describe('the scorer regex', () => {
  it('searches, matches the whole answer, or expects no match', async () => {
    const pattern = '\\d+ days';
    expect(await of({ type: 'regex', pattern }, {}, says('It is 25 days.'))).toEqual([1, true]);
    expect(
      await of({ type: 'regex', pattern, match: 'whole' }, {}, says('It is 25 days.')),
    ).toEqual([0, false]);
    expect(await of({ type: 'regex', pattern, match: 'none' }, {}, says('Never.'))).toEqual([
      1,
      true,
    ]);
    const bad = Scorer.safeParse({ type: 'regex', pattern: '(?<=a)b' });
    expect(bad.error?.issues[0]?.path).toEqual(['pattern']);
    expect(Scorer.safeParse({ type: 'regex', pattern: 'a', flags: 'ii' }).success).toBe(false);
  });
});

describe('the scorer json_schema', () => {
  it('validates the structured answer, or JSON in the text', async () => {
    const scorer = {
      type: 'json_schema',
      schema: { type: 'object', properties: { days: { type: 'integer' } }, required: ['days'] },
    };
    expect(await of(scorer, {}, { value: { days: 25 }, answer: 'x' })).toEqual([1, true]);
    expect(await of(scorer, {}, says('Here:\n```json\n{"days": 25}\n```'))).toEqual([1, true]);
    expect(await of(scorer, {}, says('{"days": "25"}'))).toEqual([0, false]);
    expect(await of(scorer, {}, says(''))).toEqual([0, false]);
  });
});

describe('the scorer numeric', () => {
  it.each([
    ['1.234,56 €', 1234.56],
    ['USD 1,234.56', 1234.56],
    ["CHF 1'234.50", 1234.5],
    ['1 234 567 km', 1_234_567],
    ['12,34,567 rupees', 1_234_567],
    ['1.234.567', 1_234_567],
    ['−3,5 °C', -3.5],
    ['١٢٫٥', 12.5],
    ['１２', 12],
    ['1.5 million', 1_500_000],
    ['3 Mio. Euro', 3_000_000],
    ['1.234', 1234],
    ['1.234', 1.234],
    ['6.02e23', 6.02e23],
    ['.5', 0.5],
    ['10-20', 20],
    ['(5)', 5],
  ])('reads %s as %d', async (written, expected) => {
    const scorer = { type: 'numeric', expected };
    expect(await of(scorer, {}, says(`The value is ${written}, roughly.`))).toEqual([1, true]);
  });

  it('compares with absolute and relative tolerance, and with numbers of a unit', async () => {
    const near = { type: 'numeric', expected: 100, absolute: 1, relative: 0.05 };
    expect(await of(near, {}, says('about 105'))).toEqual([1, true]);
    expect(await of(near, {}, says('about 105.1'))).toEqual([0, false]);
    const share = { type: 'numeric', unit: '%' };
    expect(await of(share, { answer: '8 percent' }, says('In 2024 it was 8 %.'))).toEqual([
      1,
      true,
    ]);
    expect(await of(share, { answer: '8 percent' }, says('8 of them, or 9 percent'))).toEqual([
      0,
      false,
    ]);
    expect(await of({ type: 'numeric', expected: 5, unit: 'm' }, {}, says('5 million'))).toEqual([
      0,
      false,
    ]);
    expect(await of({ type: 'numeric', expected: 5, unit: '€' }, {}, says('EUR 5'))).toEqual([
      1,
      true,
    ]);
    expect(await of({ type: 'numeric', expected: 1, pick: 'last' }, {}, says('1 or 2'))).toEqual([
      0,
      false,
    ]);
    expect(await of({ type: 'numeric', expected: 1 }, {}, says('It is so [1].'))).toEqual([
      0,
      false,
    ]);
    expect(await of({ type: 'numeric' }, { answer: 'none' }, says('1'))).toBe('not_measurable');
    const comma = { type: 'numeric', expected: 1.234, decimal_separator: ',' };
    expect(await of(comma, {}, says('1.234'))).toEqual([0, false]);
  });
});

describe('the scorer tool_called', () => {
  const call = (name: string, args: unknown = {}) => ({ name, arguments: args });
  const scorer = { type: 'tool_called' };

  it('matches arguments as a subset, and each call once in the best way', async () => {
    const expected = {
      tool_calls: [{ name: 'get' }, { name: 'get', arguments: { id: 1, of: { a: [1] } } }],
    };
    const made = [call('get', { id: 1, of: { a: [1], b: 2 }, more: true }), call('get', { id: 2 })];
    expect(await of(scorer, expected, { tool_calls: made })).toEqual([1, true]);
    expect(await of(scorer, expected, { tool_calls: made.slice(0, 1) })).toEqual([0.5, false]);
    expect(await of(scorer, expected, { tool_calls: [call('get', { id: '1' })] })).toEqual([
      0.5,
      false,
    ]);
  });

  it('checks the order, other calls, and that nothing was called', async () => {
    const calls = [{ name: 'a' }, { name: 'b' }];
    const made = { tool_calls: [call('b'), call('x'), call('a')] };
    expect(await of({ ...scorer, calls }, {}, made)).toEqual([1, true]);
    expect(await of({ ...scorer, calls, in_order: true }, {}, made)).toEqual([0.5, false]);
    expect(await of({ ...scorer, calls, allow_others: false }, {}, made)).toEqual([2 / 3, false]);
    expect(await of({ ...scorer, calls: [] }, {}, made)).toEqual([0, false]);
    expect(await of({ ...scorer, calls: [] }, {}, {})).toEqual([1, true]);
    expect(await of(scorer, {}, made)).toBe('not_measurable');
    const unknown = { tool_calls: [call('a', null)] };
    expect(await of({ ...scorer, calls: [{ name: 'a', arguments: { x: 1 } }] }, {}, unknown)).toBe(
      'not_measurable',
    );
    expect(await of({ ...scorer, calls: [{ name: 'a' }] }, {}, unknown)).toEqual([1, true]);
  });
});

describe('the scorers cites and retrieval', () => {
  const file = 'file_01kajv2q5ve0mt8h2vj3c6x7ra';
  const expected = {
    citations: [
      { file_id: file, page: 3 },
      { file_id: 'file_other', text: '25 days of leave' },
    ],
  };
  const passage = (file_id: string, page: number | null, text: string) => ({
    ...{ file_id, page, text },
    ...{ chunk_id: text, score: 1, quote: text },
  });
  const found = [
    passage(file, 2, 'x'),
    passage('file_other', null, 'Everybody has 25  DAYS, of leave.'),
    passage(file, 3, 'y'),
  ];

  it('measure recall, precision and f1 of citations by file, page and passage', async () => {
    const citations = found.slice(0, 2);
    expect(await of({ type: 'cites' }, expected, { citations })).toEqual([0.5, false]);
    expect(await of({ type: 'cites', measure: 'precision' }, expected, { citations })).toEqual([
      0.5,
      false,
    ]);
    expect(
      await of({ type: 'cites', measure: 'f1', threshold: 0.5 }, expected, { citations }),
    ).toEqual([0.5, true]);
    expect(await of({ type: 'cites', measure: 'precision' }, expected, {})).toEqual([0, false]);
    expect(await of({ type: 'cites' }, {}, { citations })).toBe('not_measurable');
  });

  it('measure recall, reciprocal rank and hit rate of the searches', async () => {
    const passages = found;
    expect(await of({ type: 'retrieval' }, expected, { passages })).toEqual([1, true]);
    expect(await of({ type: 'retrieval', k: 2 }, expected, { passages })).toEqual([0.5, false]);
    expect(await of({ type: 'retrieval', measure: 'mrr' }, expected, { passages })).toEqual([
      0.5,
      false,
    ]);
    expect(
      await of({ type: 'retrieval', measure: 'hit_rate', k: 1 }, expected, { passages }),
    ).toEqual([0, false]);
    expect(await of({ type: 'retrieval' }, expected, {})).toEqual([0, false]);
  });
});

describe('the scorers of limits, refusals and failed runs', () => {
  it('score latency and cost beyond the limit by their share of it', async () => {
    expect(await of({ type: 'latency', max_ms: 1200 }, {}, {})).toEqual([1, true]);
    expect(await of({ type: 'latency', max_ms: 600 }, {}, {})).toEqual([0.5, false]);
    expect(await of({ type: 'latency', max_ms: 600, measure: 'first_token' }, {}, {})).toEqual([
      1,
      true,
    ]);
    expect(await of({ type: 'latency', max_ms: 1 }, {}, { latency_ms: null })).toBe(
      'not_measurable',
    );
    expect(await of({ type: 'cost', max_usd: 0.001 }, {}, {})).toEqual([0.5, false]);
    expect(await of({ type: 'cost', max_usd: 0 }, {}, { cost_nano_usd: 0 })).toEqual([1, true]);
    expect(await of({ type: 'cost', max_usd: 1 }, {}, { cost_nano_usd: null })).toBe(
      'not_measurable',
    );
  });

  it('score whether the agent declines as the case or the scorer expects', async () => {
    expect(await of({ type: 'refuses' }, { refuses: true }, { refused: true })).toEqual([1, true]);
    expect(await of({ type: 'refuses' }, {}, { refused: true })).toEqual([0, false]);
    expect(await of({ type: 'refuses', expected: true }, {}, {})).toEqual([0, false]);
  });

  it('give 0 to a run that failed, also where nothing is expected of the answer', async () => {
    const failed = { status: 'failed', error_code: 'provider_error' };
    for (const scorer of [
      { type: 'contains', texts: ['secret'], match: 'none' },
      { type: 'regex', pattern: 'x', match: 'none' },
      { type: 'refuses', expected: true },
    ])
      expect(await of(scorer, {}, failed)).toEqual([0, false]);
    expect(await of({ type: 'latency', max_ms: 5000 }, {}, failed)).toEqual([1, true]);
  });
});

describe('the scorer faithfulness without a model', () => {
  const passages = [
    { text: 'Everybody has 25 days of leave a year. Unused days expire in March.' },
  ].map((one) => ({ ...one, file_id: 'f', chunk_id: 'c', page: null, score: 1 }));

  it('scores the share of sentences whose words and numbers a passage holds, and names the rule', async () => {
    const answer =
      'You have 25 days of leave a year [1]. Unused days expire in June 2031. Anything else?';
    const result = await scoreOf(ctx, { type: 'faithfulness' }, {}, { answer, passages });
    expect([result.score, result.passed]).toEqual([0.5, false]);
    expect(result.reason).toContain('by rule');
    expect(result.reason).toContain('June 2031');
  });

  it('scores nothing for an answer without claims or sources', async () => {
    const faithful = { type: 'faithfulness' };
    expect(await of(faithful, {}, { answer: 'You have 25 days of leave.' })).toBe('not_measurable');
    expect(await of(faithful, {}, { answer: 'Hello!', passages })).toBe('not_measurable');
    expect(await of(faithful, {}, { answer: 'I do not know that.', passages, refused: true })).toBe(
      'not_measurable',
    );
  });
});

describe('every scorer without a model', () => {
  const scorers = [
    { type: 'contains', texts: ['a', '\ud800', ' '] },
    { type: 'regex', pattern: '(?:.|\\n)*\\p{L}', flags: 'is' },
    { type: 'json_schema', schema: { type: 'array' } },
    { type: 'numeric', expected: 3, relative: 1 },
    { type: 'tool_called', calls: [{ name: 'a', arguments: { b: [null] } }] },
    { type: 'cites', measure: 'f1' },
    { type: 'retrieval', measure: 'mrr' },
    { type: 'faithfulness' },
    { type: 'refuses' },
  ];
  const odd = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.string({ unit: 'grapheme' }),
    fc.constantFrom('\ud800', '\u202e١٢', '-.-,-', '1,,2..3', '[[[{"', '9'.repeat(400), '1e999'),
  );

  it('gives a score from 0 to 1 for any text, and passes exactly from the threshold on', async () => {
    await fc.assert(
      fc.asyncProperty(
        odd,
        odd,
        fc.constantFrom(...scorers),
        fc.double({ min: 0, max: 1, noNaN: true }),
        async (answer, other, scorer, threshold) => {
          const citations = [{ file_id: 'f', page: null, quote: other }];
          const passages = [
            { ...citations[0], file_id: 'f', chunk_id: 'c', text: other, score: 0 },
          ];
          const expected = { answer: other, citations: [{ file_id: 'f', text: answer }] };
          const given = { answer, citations, passages: passages as never };
          const result = await scoreOf(ctx, { ...scorer, threshold }, expected, given);
          expect(result.reason.length).toBeGreaterThan(0);
          expect(result.reason.isWellFormed()).toBe(true);
          expect(result.passed === null).toBe(result.score === null);
          if (result.score === null) return;
          expect(result.score).toBeGreaterThanOrEqual(0);
          expect(result.score).toBeLessThanOrEqual(1);
          expect(result.passed).toBe(result.score >= threshold - 1e-9);
        },
      ),
      { numRuns: 400 },
    );
  });
});
