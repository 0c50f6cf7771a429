import { contentWords } from '../../shared/words.ts';
import type { Phrases } from './languages.ts';

/** Questions that are derived from one document. */
const maxQuestions = 6;
const maxTopicChars = 80;

const unspaced = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}]/u;
const sentenceEnd = /[.!?。！？؟।]/u;

/**
 * Returns true for a text that states facts, and does not merely name documents: several lines, labels with values,
 * or sentences.
 */
export function statesFacts(text: string): boolean {
  const clean = text.trim();
  const length = unspaced.test(clean) ? 12 : 40;
  if (clean.length < length) return false;
  const lines = clean.split('\n').filter((line) => line.trim() !== '');
  const labels = lines.filter((line) => labelOf(line) !== null);
  return lines.length >= 3 || labels.length > 0 || sentenceEnd.test(clean.slice(length / 2));
}

/** Returns questions that a document answers: those in it, its headings and labels, and its sentences. */
export function questionsFrom(text: string, phrases: Phrases): string[] {
  const lines = text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');
  const explicit = lines.filter((line) => isQuestion(line)).map(withoutMark);
  const topics = [
    ...lines.flatMap((line, index) => headingOf(line, lines[index + 1]) ?? []),
    ...lines.flatMap((line) => labelOf(line) ?? []),
  ];
  const sentences = lines
    .filter(
      (line) => labelOf(line) === null && headingOf(line, undefined) === null && !isQuestion(line),
    )
    .flatMap((line) => subjectOf(line) ?? []);
  const named = topics.length > 0 || explicit.length > 0 ? topics : sentences;
  const asked = [...explicit, ...[...new Set(named)].map(phrases.ask)];
  return [...new Set(asked)].filter((one) => one.length <= 300).slice(0, maxQuestions);
}

const withoutMark = (line: string): string =>
  line.replace(/^(?:[-*•#\s]|(?:Q|F)\s*[:：]|\d+[.)])+\s*/u, '');

const isQuestion = (line: string): boolean => /[?？؟]$/u.test(line) && line.length <= 300;

/** Returns a heading in Markdown, or a short line without punctuation before a sentence. */
function headingOf(line: string, next: string | undefined): string | null {
  const [, marked] = /^#{1,6}\s+(.{2,80})$/u.exec(line) ?? [];
  if (marked !== undefined) return isQuestion(marked) ? null : marked.trim();
  const isBare = line.length <= 60 && !/[.,:;!?。、：！？؟]/u.test(line) && /\p{L}{2}/u.test(line);
  const isFollowed = next !== undefined && next.length > line.length && sentenceEnd.test(next);
  return isBare && isFollowed ? line : null;
}

/** Returns the label of `Label: value`. */
function labelOf(line: string): string | null {
  const [, label = '', value = ''] =
    /^(?:[-*•]\s*)?([^:：]{2,80})[:：]\s*(\S.*)$/u.exec(line) ?? [];
  const isLabel =
    value !== '' && /\p{L}{2}/u.test(label) && !sentenceEnd.test(label) && !value.startsWith('//');
  const isMarker = /^(?:q|a|f|frage|antwort|question|answer|réponse|pregunta|respuesta)$/iu.test(
    label.trim(),
  );
  return isLabel && !isMarker && label.length <= maxTopicChars ? label.trim() : null;
}

/** Returns what a sentence is about: its words before the Japanese topic particle, or its first two content words. */
function subjectOf(line: string): string | null {
  const [, topic] = /^([^、。は]{2,20})は/u.exec(line) ?? [];
  if (topic !== undefined) return topic;
  const wanted = new Set(
    contentWords(line.slice(0, 200))
      .filter((word) => !/^\d/u.test(word))
      .slice(0, 2),
  );
  if (wanted.size === 0) return null;
  const tokens = line.slice(0, 200).split(/[\s,;:.!?。、؛،]+/u);
  const found = tokens.filter((token) => wanted.has(contentWords(token)[0] ?? ''));
  return (found.length > 0 ? found : [...wanted]).slice(0, 2).join(unspaced.test(line) ? '' : ' ');
}

/** Returns questions with answers as headings with text, in which a search finds the answers. */
export const asSections = (text: string): string =>
  text
    .replaceAll(/^(?:Q|F|Question|Frage|Pregunta|Domanda|问|質問|س)\s*[:：]\s*(.+)$/gimu, '## $1\n')
    .replaceAll(/^(?:A|R|Answer|Antwort|Réponse|Respuesta|Risposta|答|回答|ج)\s*[:：]\s*/gimu, '');
