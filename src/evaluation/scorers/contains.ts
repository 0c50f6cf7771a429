import type { CaseContent } from '../datasets/case.ts';
import type { Observed } from './observed.ts';
import { foldCase, plainText } from './plain-text.ts';
import { quoteList } from './reasons.ts';
import type { ScorerOf } from './schema.ts';
import type { Measurement } from './score-result.ts';

/** Scores the share of texts that an answer contains, or does not contain. */
export function scoreContains(
  { texts, match, case_sensitive }: ScorerOf<'contains'>,
  { expected }: CaseContent,
  { answer }: Observed,
): Measurement {
  const wanted = texts ?? textsOf(expected);
  if (wanted.length === 0)
    return { score: null, reason: 'The case has neither facts nor an answer to look for.' };
  const form = (text: string) => (case_sensitive ? plainText(text) : foldCase(plainText(text)));
  const plain = form(answer);
  // A text of markup alone is compared as it is.
  const missing = wanted.filter((text) =>
    form(text) === '' ? !answer.includes(text) : !plain.includes(form(text)),
  );
  const found = wanted.filter((text) => !missing.includes(text));
  if (match === 'none')
    return found.length === 0
      ? { score: 1, reason: 'The answer contains none of the texts.' }
      : {
          score: missing.length / wanted.length,
          reason: `The answer contains ${quoteList(found)}.`,
        };
  if (match === 'any')
    return found.length > 0
      ? { score: 1, reason: `The answer contains ${quoteList(found)}.` }
      : { score: 0, reason: `The answer contains none of ${quoteList(wanted)}.` };
  return missing.length === 0
    ? { score: 1, reason: `The answer contains ${quoteList(found)}.` }
    : { score: found.length / wanted.length, reason: `The answer lacks ${quoteList(missing)}.` };
}

function textsOf({ facts = [], answer }: CaseContent['expected']): readonly string[] {
  if (facts.length > 0) return facts;
  return answer === undefined || answer.trim() === '' ? [] : [answer];
}
