import { stemsOf } from '../../shared/stems.ts';
import { contentWords, isAskingWord, words } from '../../shared/words.ts';
import { cleanTitle } from './extract-title.ts';

/** The sources of suggested questions. */
export interface SuggestFrom {
  /** Headings of the passages found for the last answer, unused ones first: `Care > Descaling`. */
  readonly headings: readonly string[];
  /** The starter questions of the version. */
  readonly starter_questions: readonly string[];
  /** Earlier questions of the user, newest last. */
  readonly asked: readonly string[];
}

/** Maximum characters of a suggestion. */
const maxSuggestionChars = 300;
/** Share of common words above which two questions count as equal. */
const sameness = 0.7;

/** Returns questions for display: one line each, without duplicates and earlier questions. */
export function tidySuggestions(
  texts: readonly string[],
  asked: readonly string[],
  count: number,
): string[] {
  const kept: string[] = [];
  for (const text of texts) {
    const clean = oneLine(text);
    if (clean === '' || [...asked, ...kept].some((other) => isSame(clean, other))) continue;
    kept.push(clean);
    if (kept.length === count) break;
  }
  return kept;
}

/**
 * Returns suggested questions by rule: about the headings of found passages, whose text can answer
 * them, then the starter questions. Earlier questions are omitted.
 */
export function extractQuestions(
  { headings, starter_questions, asked }: SuggestFrom,
  count: number,
): string[] {
  const ask = isEnglish(asked.at(-1) ?? '')
    ? (topic: string) => `What about ${topic}?`
    : (topic: string) => `${topic}${markOf(topic)}`;
  const topics = headings.flatMap((heading) => topicOf(heading) ?? []);
  const unasked = topics.filter((topic) => !asked.some((question) => isSame(topic, question)));
  return tidySuggestions(
    [
      ...unasked.map((topic) => (/[?\uff1f]$/.test(topic) ? topic : ask(topic))),
      ...starter_questions,
    ],
    asked,
    count,
  );
}

/** Returns the last heading of a path, without its number; null when it names no topic. */
function topicOf(heading: string): string | null {
  const last = heading.split(' > ').at(-1) ?? '';
  const isQuestion = /[?\uff1f]\s*$/.test(last);
  const topic = cleanTitle(last.replace(/^\s*(?:\d+[.)]?)+\s+/, ''));
  if (topic === null || !/\p{L}{2}/u.test(topic) || last.includes('|') || last.length > 100)
    return null;
  return isQuestion ? `${topic}?` : topic;
}

/** Returns the question mark of the topic's script. */
const markOf = (topic: string): string =>
  /[\u3040-\u30ff\u4e00-\u9fff]/.test(topic)
    ? '\uff1f'
    : /\p{Script=Arabic}/u.test(topic)
      ? '\u061f'
      : '?';

const english = new Set('the what how is are do does can where when why which my your'.split(' '));
const isEnglish = (question: string): boolean => words(question).some((word) => english.has(word));

/** Returns the stems of a text's words, so that “descaling” equals “to descale”. */
const subjectOf = (text: string): Set<string> => {
  const all = contentWords(text);
  const subject = all.filter((word) => !isAskingWord(word));
  return new Set((subject.length > 0 ? subject : all).flatMap(stemsOf));
};

/** Returns true when a question adds little to another one. */
function isSame(text: string, other: string): boolean {
  const own = subjectOf(text);
  const others = subjectOf(other);
  const shared = [...own].filter((word) => others.has(word)).length;
  return own.size > 0 && shared / own.size > sameness;
}

const oneLine = (text: string): string =>
  text
    .replace(/[\p{Cc}\p{Cf}\s]+/gu, ' ')
    .replace(/^[\s"“”„«»'*•\d.)-]+(?=\S)/u, '')
    .replace(/["“”»*\s]+$/u, '')
    .slice(0, maxSuggestionChars);
