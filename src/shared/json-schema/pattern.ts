import { type Cost, costOf } from './pattern-cost.ts';
import { parsePattern, type Term, UnsupportedPatternError } from './pattern-syntax.ts';

const maxCharacters = 500;
/** Steps that one match may take, and the length of strings that follows from it. */
const maxSteps = 10_000_000;
const maxLength = 2000;
const minLength = 100;

/** Returns why a pattern is not accepted, or null. Accepted patterns match in bounded time. */
export function patternProblem(pattern: string): string | null {
  const bounded = boundPattern(pattern);
  return typeof bounded === 'string' ? bounded : null;
}

/**
 * Returns the pattern for validation. It matches the same strings up to a length at which matching
 * takes bounded time, and no longer ones. A rejected pattern matches nothing.
 */
export function guardPattern(pattern: string): string {
  const bounded = boundPattern(pattern);
  if (typeof bounded === 'string') return '[]';
  const { length, isAnchored } = bounded;
  return `^(?=[^]{0,${length}}$)${isAnchored ? '' : '[^]*?'}(?:${pattern})`;
}

interface Bounded {
  /** Maximum length of a matched string, in characters. */
  readonly length: number;
  readonly isAnchored: boolean;
}

function boundPattern(pattern: string): Bounded | string {
  if (pattern.length > maxCharacters)
    return `a pattern can have at most ${maxCharacters} characters.`;
  try {
    new RegExp(pattern, 'u');
  } catch {
    return 'the pattern is not a valid regular expression (ECMA-262 with the flag u).';
  }
  try {
    const alternatives = parsePattern(pattern);
    const isAnchored = alternatives.every(([first]) => isStart(first));
    const length = lengthFor(costOf(alternatives), isAnchored);
    return length < minLength
      ? 'the pattern may take too long to match. Avoid repetition inside of repetition and several open repetitions in a row.'
      : { length, isAnchored };
  } catch (error) {
    if (!(error instanceof UnsupportedPatternError)) throw error;
    return `the pattern uses syntax that is not supported: ${error.message}.`;
  }
}

const isStart = (term: Term | undefined) =>
  term?.body.type === 'assertion' && term.body.source === '^' && term.min === 1;

function lengthFor(cost: Cost | null, isAnchored: boolean): number {
  if (cost === null) return 0;
  const degree = cost.degree + (isAnchored ? 0 : 1);
  if (degree === 0) return cost.ways <= maxSteps ? maxLength : 0;
  return Math.min(maxLength, Math.floor((maxSteps / cost.ways) ** (1 / degree)));
}
