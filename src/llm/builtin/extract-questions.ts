import { stemsOf } from '../../shared/stems.ts';
import { contentWords, isAskingWord, words } from '../../shared/words.ts';
import { cleanTitle } from './extract-title.ts';

/** What questions can be suggested from. */
export interface SuggestFrom {
  /** Of passages that were found for the last answer, those it did not use first: `Care > Descaling`. */
  readonly headings: readonly string[];
  /** Of the version. */
  readonly starter_questions: readonly string[];
  /** What the user has asked already, newest last. */
  readonly asked: readonly string[];
}

/** Characters of a suggestion. */
const longest = 300;
/** A question that shares more than this of its words with one that was asked is the same again. */
const sameness = 0.7;

/** Questions as they may be shown: one line each, none twice and none that was asked already. */
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
 * Questions by rule: after the headings of what was found, whose text can answer them, then the
 * starter questions. Nothing that was asked already.
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

/** The last of the titles, without its number; null where it is no topic. */
function topicOf(heading: string): string | null {
  const last = heading.split(' > ').at(-1) ?? '';
  const isQuestion = /[?\uff1f]\s*$/.test(last);
  const topic = cleanTitle(last.replace(/^\s*(?:\d+[.)]?)+\s+/, ''));
  if (topic === null || !/\p{L}{2}/u.test(topic) || last.includes('|') || last.length > 100)
    return null;
  return isQuestion ? `${topic}?` : topic;
}

/** The question mark of the topic's script. */
const markOf = (topic: string): string =>
  /[\u3040-\u30ff\u4e00-\u9fff]/.test(topic)
    ? '\uff1f'
    : /\p{Script=Arabic}/u.test(topic)
      ? '\u061f'
      : '?';

const english = new Set('the what how is are do does can where when why which my your'.split(' '));
const isEnglish = (question: string): boolean => words(question).some((word) => english.has(word));

/** Stems, so that descaling is the same as to descale. */
const subjectOf = (text: string): Set<string> => {
  const all = contentWords(text);
  const subject = all.filter((word) => !isAskingWord(word));
  return new Set((subject.length > 0 ? subject : all).flatMap(stemsOf));
};

/** Whether one asks no more than the other did. */
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
    .slice(0, longest);
