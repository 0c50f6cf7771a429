import { contentWords, isAskingWord, words } from '../../shared/words.ts';
import { isFollowUp } from '../follow-up.ts';
import type { Passage } from '../passages.ts';

export interface Quote {
  /** null where the passage is not to be cited. */
  readonly number: number | null;
  readonly text: string;
}

const maxQuotes = 3;
/** A further sentence must say at least this share of what the best one says. */
const minShare = 0.6;
/** Words of the question before count this much, so that "and for children?" keeps its subject. */
const earlierWeight = 0.35;
const longestQuote = 600;
/** Column names say what a table is about and answer nothing: they count this much. */
const headerWeight = 0.05;

const sentences = new Intl.Segmenter('und', { granularity: 'sentence' });

interface Candidate extends Quote {
  readonly order: number;
  /** Whether it is the header row of a table. */
  readonly isHeader: boolean;
  /** Of its passage in the search, from 0. */
  readonly rank: number;
  readonly stems: ReadonlySet<string>;
}

/**
 * The sentences that cover most of the question's words, rarer words counting more, in the order of
 * the passages. None when no sentence shares a word with the question.
 */
export function selectQuotes(
  passages: readonly Passage[],
  question: string,
  earlierQuestion: string,
): Quote[] {
  const weights = questionWeights(question, earlierQuestion);
  const candidates = passages
    .flatMap((passage, rank) => splitPassage(passage).map((quote) => ({ ...quote, rank })))
    .map((quote, order) => ({ ...quote, order, stems: new Set(words(quote.text).map(stem)) }));
  const idf = rarity([...weights.keys()], candidates);
  const chosen: Candidate[] = [];
  const covered = new Set<string>();
  let best = 0;
  while (chosen.length < maxQuotes) {
    const next = mostTelling(
      candidates,
      chosen,
      (word) => (covered.has(word) ? 0.3 : 1) * (weights.get(word) ?? 0) * (idf.get(word) ?? 0),
    );
    if (next === null || next.score <= 0 || next.score < best * minShare) break;
    best = Math.max(best, next.score);
    chosen.push(next.candidate);
    for (const word of weights.keys()) if (next.candidate.stems.has(word)) covered.add(word);
  }
  return chosen.sort((a, b) => a.order - b.order).map(({ number, text }) => ({ number, text }));
}

function questionWeights(question: string, earlierQuestion: string): Map<string, number> {
  const subject = contentWords(question).filter((word) => !isAskingWord(word));
  const weights = new Map(
    (subject.length > 0 ? subject : contentWords(question)).map((word) => [stem(word), 1]),
  );
  if (!isFollowUp(question)) return weights;
  for (const word of contentWords(earlierQuestion).map(stem))
    if (!weights.has(word)) weights.set(word, earlierWeight);
  return weights;
}

function mostTelling(
  candidates: readonly Candidate[],
  chosen: readonly Candidate[],
  weigh: (word: string) => number,
) {
  let best: { candidate: Candidate; score: number } | null = null;
  for (const candidate of candidates) {
    if (chosen.some((other) => other.text === candidate.text)) continue;
    let score = 0;
    for (const word of candidate.stems) score += weigh(word);
    // Long sentences cover more by accident, and an earlier passage was ranked higher by the search.
    score = score / (1 + Math.log1p(candidate.stems.size / 30)) / (1 + candidate.rank * 0.03);
    if (candidate.isHeader) score *= headerWeight;
    if (best === null || score > best.score) best = { candidate, score };
  }
  return best;
}

/** Inverse document frequency over the candidate sentences. */
function rarity(stems: readonly string[], candidates: readonly Candidate[]): Map<string, number> {
  return new Map(
    stems.map((word) => {
      const count = candidates.filter((candidate) => candidate.stems.has(word)).length;
      return [word, Math.log(1 + (candidates.length - count + 0.5) / (count + 0.5))];
    }),
  );
}

/** A line that stands by itself: a heading, a list item, a table row. */
const ownLine = /^\s*(?:#{1,6}\s|[-*+•]\s|\d+[.)]\s|\|)/;

const isRule = (block: string | undefined) =>
  block !== undefined && /^\s*\|?[\s:|-]+\|?$/.test(block);

/** Sentences of a passage, across the line breaks of running text; a heading or a rule of a table is none. */
function splitPassage({ number, text }: Passage): (Quote & { readonly isHeader: boolean })[] {
  return blocksOf(text).flatMap((block, index, blocks) => {
    if (isRule(block) || /^\s*#{1,6}\s/.test(block)) return [];
    const isHeader = /^\s*\|/.test(block) && isRule(blocks[index + 1]);
    return [...sentences.segment(block)]
      .map(({ segment }) => segment.trim())
      .filter((sentence) => sentence.length >= 12 || /\d/.test(sentence))
      .map((sentence) => ({ number, text: sentence.slice(0, longestQuote), isHeader }));
  });
}

function blocksOf(text: string): string[] {
  const blocks: string[] = [];
  let isOpen = false;
  for (const line of text.split('\n')) {
    if (isOpen && line.trim() !== '' && !ownLine.test(line))
      blocks.push(`${blocks.pop()} ${line.trim()}`);
    else if (line.trim() !== '') blocks.push(line);
    isOpen = line.trim() !== '' && !/^\s*(?:#{1,6}\s|\|)/.test(line);
  }
  return blocks;
}

/** Folds the commonest English endings, so that "returns" finds "return". */
function stem(word: string): string {
  if (word.length < 4 || !/^[a-z]+$/.test(word)) return word;
  return (
    word
      .replace(/(?:ies|y)$/, 'i')
      .replace(/(?:ing|edly|ed|es|ly|s)$/, '')
      .replace(/e$/, '') || word
  );
}
