import { isSamePassage } from '../../knowledge/index.ts';
import type { CaseContent, ExpectedCitation } from '../datasets/case.ts';
import type { Observed, ObservedCitation } from './observed.ts';
import { outOf } from './reasons.ts';
import type { ScorerOf } from './schema.ts';
import type { Measurement } from './score-result.ts';

const nothingExpected = { score: null, reason: 'The case expects no files or passages.' };

/** Returns true if a citation or passage is of the expected file, page and text. */
function isExpected(
  { file_id, page, text }: ExpectedCitation,
  found: { readonly file_id: string | null; readonly page: number | null; readonly text: string },
): boolean {
  if (found.file_id !== file_id || (page !== undefined && found.page !== page)) return false;
  return text === undefined || isSamePassage(found.text, text);
}

const textOf = ({ quote, ...rest }: ObservedCitation) => ({ ...rest, text: quote });

/** Scores the citations of an answer against the expected ones. */
export function scoreCites(
  { measure }: ScorerOf<'cites'>,
  { expected }: CaseContent,
  { citations }: Observed,
): Measurement {
  const wanted = expected.citations ?? [];
  if (wanted.length === 0) return nothingExpected;
  const cited = citations.map(textOf);
  const found = wanted.filter((one) => cited.some((citation) => isExpected(one, citation))).length;
  const right = cited.filter((citation) => wanted.some((one) => isExpected(one, citation))).length;
  const recall = found / wanted.length;
  const precision = cited.length === 0 ? 0 : right / cited.length;
  const f1 = recall + precision === 0 ? 0 : (2 * recall * precision) / (recall + precision);
  return {
    score: { recall, precision, f1 }[measure],
    reason: `${outOf(found, wanted.length)} expected citations found; ${outOf(right, cited.length)} citations were expected.`,
  };
}

/** Scores the searches of the run against the expected citations. */
export function scoreRetrieval(
  { measure, k }: ScorerOf<'retrieval'>,
  { expected }: CaseContent,
  { passages }: Observed,
): Measurement {
  const wanted = expected.citations ?? [];
  if (wanted.length === 0) return nothingExpected;
  const first = passages.slice(0, k);
  const found = wanted.filter((one) => first.some((passage) => isExpected(one, passage))).length;
  const rank = first.findIndex((passage) => wanted.some((one) => isExpected(one, passage))) + 1;
  const scores = {
    recall: found / wanted.length,
    mrr: rank === 0 ? 0 : 1 / rank,
    hit_rate: rank === 0 ? 0 : 1,
  };
  const place = rank === 0 ? 'None is among them' : `The first has rank ${rank}`;
  return {
    score: scores[measure],
    reason: `${outOf(found, wanted.length)} expected passages are among the first ${k}. ${place}.`,
  };
}
