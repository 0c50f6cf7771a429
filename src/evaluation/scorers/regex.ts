import { matchesLinearly } from '../../shared/linear-pattern.ts';
import type { Observed } from './observed.ts';
import type { ScorerOf } from './schema.ts';
import type { Measurement } from './score-result.ts';

/** Scores whether an answer matches a pattern, in linear time (R24). */
export function scoreRegex(
  { pattern, flags, match }: ScorerOf<'regex'>,
  { answer }: Observed,
): Measurement {
  const matches = matchesLinearly(pattern, answer, { flags, isWhole: match === 'whole' });
  if (matches === null)
    return { score: null, reason: 'The answer is too long for the pattern. Use a simpler one.' };
  const what = match === 'whole' ? 'The whole answer matches' : 'The answer matches';
  const score = matches === (match !== 'none') ? 1 : 0;
  return {
    score,
    reason: matches
      ? `${what} the pattern.`
      : `${what.replace('matches', 'does not match')} the pattern.`,
  };
}
