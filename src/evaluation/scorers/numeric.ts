import type { CaseContent } from '../datasets/case.ts';
import { type FoundNumber, hasUnit, readNumbers } from './numbers.ts';
import type { Observed } from './observed.ts';
import { quoteList } from './reasons.ts';
import type { ScorerOf } from './schema.ts';
import type { Measurement } from './score-result.ts';

/** Rounding of binary fractions. */
const epsilon = 1e-9;

/** Scores 1 if a number of the answer is within the tolerance of the expected one. */
export function scoreNumeric(
  { absolute, relative, decimal_separator, unit, pick, ...scorer }: ScorerOf<'numeric'>,
  { expected }: CaseContent,
  { answer }: Observed,
): Measurement {
  const ofUnit = (text: string) =>
    readNumbers(text, decimal_separator).filter((one) => unit === undefined || hasUnit(one, unit));
  const wanted =
    scorer.expected === undefined ? firstOf(expected.answer, ofUnit) : [scorer.expected];
  if (wanted === null)
    return { score: null, reason: 'The expected answer of the case holds no such number.' };
  const found = ofUnit(answer);
  const compared = picked(found, pick);
  const isWithin = (value: number) =>
    wanted.some(
      (one) =>
        Math.abs(value - one) <=
        Math.max(absolute, relative * Math.abs(one)) + epsilon * Math.max(1, Math.abs(one)),
    );
  const fitting = compared.find(({ values }) => values.some(isWithin));
  const target = wanted.join(' or ');
  if (fitting !== undefined)
    return { score: 1, reason: `The answer holds ${fitting.text}, expected ${target}.` };
  return {
    score: 0,
    reason:
      compared.length === 0
        ? `The answer holds no such number, expected ${target}.`
        : `The answer holds ${quoteList(compared.map(({ text }) => text))}, expected ${target}.`,
  };
}

const firstOf = (text: string | undefined, read: (text: string) => FoundNumber[]) =>
  (text === undefined ? undefined : read(text)[0]?.values) ?? null;

const picked = (found: readonly FoundNumber[], pick: ScorerOf<'numeric'>['pick']) =>
  pick === 'any' ? found : pick === 'first' ? found.slice(0, 1) : found.slice(-1);
