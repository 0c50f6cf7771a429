import { stemsOf } from '../../shared/stems.ts';
import { contentWords } from '../../shared/words.ts';
import { readNumbers } from './numbers.ts';
import type { Observed } from './observed.ts';

const maxClaims = 40;
/** Share of the words of a claim that one passage must hold. */
const leastShare = 0.6;
const minWords = 3;

const markup = /^\s*(?:#{1,6}\s|[-*+>]\s|\d{1,3}[.)]\s)+/gm;

/** Returns the sentences of an answer that state something: questions, headings and greetings of few words are left out. */
export function claimsOf(answer: string): string[] {
  const plain = answer.replaceAll(markup, '').replaceAll(/\s?\[\d{1,3}\]/g, '');
  return [...new Intl.Segmenter('und', { granularity: 'sentence' }).segment(plain)]
    .map(({ segment }) => segment.trim())
    .filter(
      (sentence) =>
        !/[?？؟]["'”’»)]*$/.test(sentence) &&
        (contentWords(sentence).length >= minWords || /\p{Nd}/u.test(sentence)),
    )
    .slice(0, maxClaims);
}

/** The texts that an answer may rely on: its passages, and what it quotes of pages. */
export const sourcesOf = ({ passages, citations }: Observed): string[] => [
  ...new Set([...passages.map(({ text }) => text), ...citations.map(({ quote }) => quote)]),
];

/**
 * Returns true if a source holds most words of a claim and each of its numbers. It compares words: a paraphrase is missed, and a negation is not seen.
 */
export function isSupportedByWords(claim: string, sources: readonly string[]): boolean {
  const wanted = new Set(stemsOf(contentWords(claim).join(' ')));
  const numbers = readNumbers(claim);
  return sources.some((source) => {
    const words = new Set(stemsOf(source));
    const held = [...wanted].filter((word) => words.has(word)).length;
    if (wanted.size > 0 && held / wanted.size < leastShare) return false;
    const known = new Set(readNumbers(source).flatMap(({ values }) => values));
    return numbers.every(({ values }) => values.some((value) => known.has(value)));
  });
}
