import { contentWords, isAskingWord, isStopWord, words } from '../../shared/words.ts';
import { withoutFiller } from './filler.ts';

/** Maximum characters of a title. */
const maxTitleChars = 80;
/** Maximum characters that are read, since a topic is named early. */
const looked = { question: 6000, answer: 2000, title: 2000, line: 300, sentence: 600 };
/** Maximum columns of a phrase from a message; a character of a script without spaces takes two. */
const wide = 60;

const wordSegments = new Intl.Segmenter('und', { granularity: 'word' });
const sentenceSegments = new Intl.Segmenter('und', { granularity: 'sentence' });

const invisible = /[\p{Cc}\p{Cf}\u2028\u2029]+/gu;
const quotes = /["“”„‟«»「」『』`]/g;

/** Returns a title for storage: one line without markup and quotes, whole words, at most 80 characters; null when nothing is left. */
export function cleanTitle(text: string): string | null {
  const lines = text
    .slice(0, looked.title)
    .split(/\r?\n/)
    .map((line) =>
      line
        .replace(invisible, ' ')
        .replace(/\[([^\]]*)\]\([^)]*\)/g, '$1')
        .replace(quotes, '')
        .replace(/^[\s#>*_~-]+|[\s*_~]+$/g, '')
        .replace(/\*\*|__|~~/g, '')
        .replace(/^(?:title|titel|titre|título|标题|標題|ชื่อเรื่อง)\s*[:\uff1a]\s*/iu, '')
        .replace(/\s+/g, ' ')
        .trim(),
    );
  const line = lines.find((one) => /[\p{L}\p{N}]/u.test(one));
  const title =
    line === undefined
      ? ''
      : shorten(line, maxTitleChars, () => 1).replace(
          /[\s,;:.!?…،\u3001\u3002\uff01\uff0c\uff1a\uff1b\uff1f-]+$/u,
          '',
        );
  return title === '' ? null : title;
}

/**
 * Returns a title by rule, from the first exchange: the most relevant part of the question, without
 * greetings and filler. null when the message contains no word.
 */
export function extractTitle(question: string, answer: string): string | null {
  const { prose, code } = takeApart(question);
  const topic = topicOf(prose, answer);
  if (topic !== null) return cleanTitle(capitalize(topic));
  return (
    cleanTitle(codeTitle(code) ?? '') ??
    cleanTitle(capitalize(prose.trim())) ??
    cleanTitle(question)
  );
}

/** Returns true when a title names no topic, so that a later exchange can replace it. */
export const isEmptyTitle = (title: string): boolean => isVague(withoutFiller(title));

/** Words that refer to a topic without naming it: “what's wrong here”, “what about it”. */
const pointing = new Set(
  'wrong here there it this that these those happening going work works working broken problem issue error fix mean one else now'.split(
    ' ',
  ),
);
const isVague = (phrase: string): boolean =>
  words(phrase).every((word) => isStopWord(word) || pointing.has(word));

/** Returns the text without fenced code and lines of code; URLs are shortened. */
function takeApart(message: string): { prose: string; code: string } {
  const fenced: string[] = [];
  const rest = message
    .slice(0, looked.question)
    .replace(/```[\w+#.-]*\n?([\s\S]*?)(?:```|$)/g, (_, body: string) => {
      fenced.push(body);
      return '\n';
    });
  const lines = rest.split(/\r?\n/);
  const prose = lines.filter((line) => !isCode(line)).join('\n');
  const code = [...fenced, ...lines.filter(isCode)].join('\n');
  return { prose: prose.replace(/\bhttps?:\/\/\S+/gi, shortAddress), code };
}

const codeLines = [
  /[;{}]\s*$|=>/,
  /^\s*(?:def|class)\s+\w+.*:\s*$/,
  /^\s*(?:import|from|#include)\s+[\w.{'"<*]+.*(?:import|from|['">])/,
  /^\s*(?:export|const|let|var|function|func|fn|public|private|static)\s+[\w\s$]+[=(:{<]/,
  /^\s*(?:return|if|for|while|elif|else)\b.*[=<>(].*[:;{]\s*$/,
  /^\s*(?:SELECT|INSERT|UPDATE|DELETE)\s.*\b(?:FROM|INTO|SET)\b/,
];
const isCode = (line: string): boolean =>
  line.length <= looked.line && codeLines.some((pattern) => pattern.test(line));

/** Returns a short form of a URL: its host, and its path or the last words of it. */
function shortAddress(address: string): string {
  try {
    const { hostname, pathname } = new URL(address.replace(/[)\].,;!?]+$/, ''));
    const host = hostname.replace(/^www\./, '');
    const path = decodeURIComponent(pathname)
      .replace(/\/$/, '')
      .replace(/\.\w{1,5}$/, '');
    const last = path.split('/').findLast((part) => /\p{L}{3}/u.test(part));
    return host + (path.length <= 40 || last === undefined ? path.slice(0, 40) : `/${last}`);
  } catch {
    return '';
  }
}

/** Returns the topic of code: its error message, else its declaration, else its first line. */
function codeTitle(code: string): string | null {
  const declared = /\b(?:def|class|function|func|fn|interface|struct)\s+([A-Za-z_$][\w$]*)/.exec(
    code,
  )?.[1];
  const lines = code.split('\n').map((line) => line.slice(0, looked.line).trim());
  const error = lines.find((line) => /(?:Error|Exception): \S/.test(line));
  const line = lines.find((one) => /[\p{L}\p{N}]/u.test(one));
  const found = error ?? declared ?? line;
  return found === undefined ? null : shorten(found, wide, columns);
}

/** Returns the most relevant phrase of the sentence with the topic; null without a topic. */
function topicOf(prose: string, answer: string): string | null {
  const weights = weigh(prose, answer);
  let best: { readonly phrase: string; readonly score: number } | null = null;
  const sentences = prose
    .split(/\n+/)
    .flatMap((line) => [...sentenceSegments.segment(line)].map(({ segment }) => segment));
  for (const [index, sentence] of sentences.slice(0, 40).entries()) {
    const phrase = withoutFiller(sentence.slice(0, looked.sentence).replace(/\s+/g, ' '));
    if (isVague(phrase)) continue;
    const asks = /[?\uff1f؟]\s*$/u.test(sentence.trim()) ? 1.5 : 1;
    const score = (asks * worth(contentWords(phrase), weights)) / (1 + index * 0.05);
    if (best === null || score > best.score) best = { phrase, score };
  }
  return best === null ? null : narrow(best.phrase, weights);
}

type Weights = ReadonlyMap<string, number>;

/** Returns the weight of each word: higher when the answer repeats it, low for question words. */
function weigh(prose: string, answer: string): Weights {
  const answered = new Set(contentWords(answer.slice(0, looked.answer)));
  const weights = new Map<string, number>();
  for (const word of words(prose)) {
    const base = isStopWord(word) ? 0 : isAskingWord(word) ? 0.2 : answered.has(word) ? 3 : 1;
    weights.set(word, base);
  }
  return weights;
}

/** Sums the weights of distinct words; of equal sentences, the shorter scores higher. */
function worth(list: readonly string[], weights: Weights): number {
  const distinct = [...new Set(list)];
  return (
    distinct.reduce((total, word) => total + (weights.get(word) ?? 0), 0) /
    Math.sqrt(Math.max(1, distinct.length))
  );
}

/** Returns the window of whole words, no wider than a title, with the highest weight; it begins and ends with a weighted word. */
function narrow(phrase: string, weights: Weights): string {
  if (columns(phrase) <= wide) return phrase;
  const clauses = phrase
    .split(/(?<=[,;:—–\u3001\uff0c\uff1a\uff1b])\s*|\s[-–—]\s|\s\(/u)
    .filter((clause) => clause.trim() !== '');
  const scored = clauses.map((clause) => ({ clause, score: worth(contentWords(clause), weights) }));
  const { clause } = scored.reduce((best, one) => (one.score > best.score ? one : best), {
    clause: phrase,
    score: -1,
  });
  const tokens = [...wordSegments.segment(clause)].map(({ segment, isWordLike }) => ({
    segment,
    weight: isWordLike === true ? (weights.get(segment.normalize('NFKC').toLowerCase()) ?? 0.5) : 0,
    width: columns(segment),
  }));
  let best = { from: 0, to: 0, score: -1 };
  for (let from = 0; from < Math.min(tokens.length, 200); from += 1) {
    if ((tokens[from]?.weight ?? 0) === 0) continue;
    let width = 0;
    let score = 0;
    for (let to = from; to < tokens.length; to += 1) {
      const { weight, width: more } = tokens[to] as (typeof tokens)[number];
      width += more;
      if (width > wide) break;
      score += weight;
      if (weight > 0 && score > best.score) best = { from, to: to + 1, score };
    }
  }
  const window = tokens.slice(best.from, best.to).map(({ segment }) => segment);
  return best.score <= 0 ? shorten(clause, wide, columns) : window.join('');
}

const columns = (text: string): number => {
  let width = 0;
  for (const character of text)
    width += /[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\uff00-\uff60]/u.test(character)
      ? 2
      : 1;
  return width;
};

/** Cuts a text to whole words; a single word that is too long is cut between characters. */
function shorten(text: string, most: number, measure: (character: string) => number): string {
  let width = 0;
  let kept = '';
  let whole = '';
  for (const { segment } of wordSegments.segment(text)) {
    for (const character of segment) {
      width += measure(character);
      if (width > most) return whole.trim() === '' ? kept : whole;
      kept += character;
    }
    whole = kept;
  }
  return text;
}

/** Capitalizes the first letter, unless the first word is a URL or an identifier. */
function capitalize(text: string): string {
  const first = /^\S*/.exec(text)?.[0] ?? '';
  return /[./_$@\\(]|\p{Ll}\p{Lu}/u.test(first)
    ? text
    : text.charAt(0).toUpperCase() + text.slice(1);
}
