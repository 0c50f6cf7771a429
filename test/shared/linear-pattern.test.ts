import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { linearPatternProblem, matchesLinearly } from '../../src/shared/linear-pattern.ts';

const letter = fc.constantFrom(
  'a',
  'b',
  'ß',
  'é',
  '\u{1f600}',
  '.',
  '\\w',
  '[a-c]',
  '[^b]',
  '\\p{L}',
);
const { pattern } = fc.letrec<{ pattern: string; term: string }>((tie) => ({
  term: fc.oneof(
    { maxDepth: 3 },
    letter,
    fc.constantFrom('^', '$', '\\b', '\\B', '(?:)'),
    fc
      .tuple(tie('pattern'), fc.constantFrom('', '*', '+?', '?', '{2}', '{0,2}', '{1,}'))
      .map(([inner, times]) => `(?:${inner})${times}`),
  ),
  pattern: fc
    .array(fc.array(tie('term'), { maxLength: 3 }), { minLength: 1, maxLength: 3 })
    .map((choices) => choices.map((terms) => terms.join('')).join('|')),
}));
const text = fc
  .array(fc.constantFrom('a', 'b', 'A', 'ß', 'é', ' ', '\n', '\u{1f600}', '\ud83d'), {
    maxLength: 8,
  })
  .map((parts) => parts.join(''));

describe('patterns in linear time', () => {
  it('match as those of the platform do', () => {
    fc.assert(
      fc.property(
        pattern,
        text,
        fc.constantFrom('', 'i', 'm', 's', 'ims'),
        (source, given, flags) => {
          expect(matchesLinearly(source, given, { flags })).toBe(
            new RegExp(source, `u${flags}`).test(given),
          );
          const whole = new RegExp(`^(?:${source})$`, `u${flags.replace('m', '')}`);
          if (!flags.includes('m'))
            expect(matchesLinearly(source, given, { flags, isWhole: true })).toBe(
              whole.test(given),
            );
        },
      ),
      { numRuns: 300 },
    );
  });

  it('take time by the length of the text, whatever the pattern (R24)', () => {
    const work = (n: number) => {
      const started = performance.now();
      expect(matchesLinearly('^(a|a?)+$', `${'a'.repeat(n)}!`)).toBe(false);
      return performance.now() - started;
    };
    work(1000);
    expect(work(20_000)).toBeLessThan(5000);
    expect(matchesLinearly('[a-z]{900}1', 'a'.repeat(100_000))).toBeNull();
  });

  it('are refused with the reason when they are not valid, not supported or too large', () => {
    expect(linearPatternProblem('(a')).toContain('not a valid regular expression');
    expect(linearPatternProblem('(?=a)')).toContain('lookahead');
    expect(linearPatternProblem('(a)\\1')).toContain('backreferences');
    for (const large of ['a{1000000}', '(a{100}){100}', '(?:a?){99999}'])
      expect(linearPatternProblem(large)).toContain('too large');
    expect(linearPatternProblem('((?:){1000000000}){1000000000}')).toBeNull();
  });
});
