import { contentWords, isAskingWord, words } from '../../shared/words.ts';
import { isFollowUp } from '../follow-up.ts';
import type { Passage } from '../passages.ts';

export interface Quote {
  /** Number of the passage; null when it is not to be cited. */
  readonly number: number | null;
  readonly text: string;
}

const maxQuotes = 3;
/** Minimum score of a further sentence, as a share of the best score. */
const minShare = 0.6;
/** Weight of words of the previous question, so that “and for children?” keeps its subject. */
const earlierWeight = 0.35;
const maxQuoteChars = 600;
/** Weight of table header rows, which rarely answer a question. */
const headerWeight = 0.05;

const sentences = new Intl.Segmenter('und', { granularity: 'sentence' });

interface Candidate extends Quote {
  readonly order: number;
  /** True for the header row of a table. */
  readonly isHeader: boolean;
  /** Rank of its passage in the search, from 0. */
  readonly rank: number;
  readonly stems: ReadonlySet<string>;
}

/**
 * Returns the sentences that cover most of the question's words, weighted by rarity, in the order of
 * the passages. Empty when no sentence shares a word with the question.
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
    const next = findBest(
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

function findBest(
  candidates: readonly Candidate[],
  chosen: readonly Candidate[],
  weigh: (word: string) => number,
) {
  let best: { candidate: Candidate; score: number } | null = null;
  for (const candidate of candidates) {
    if (chosen.some((other) => other.text === candidate.text)) continue;
    let score = 0;
    for (const word of candidate.stems) score += weigh(word);
    // Long sentences match by accident more often, and the search ranked earlier passages higher.
    score = score / (1 + Math.log1p(candidate.stems.size / 30)) / (1 + candidate.rank * 0.03);
    if (candidate.isHeader) score *= headerWeight;
    if (best === null || score > best.score) best = { candidate, score };
  }
  return best;
}

/** Returns the inverse document frequency of words over the candidate sentences. */
function rarity(stems: readonly string[], candidates: readonly Candidate[]): Map<string, number> {
  return new Map(
    stems.map((word) => {
      const count = candidates.filter((candidate) => candidate.stems.has(word)).length;
      return [word, Math.log(1 + (candidates.length - count + 0.5) / (count + 0.5))];
    }),
  );
}

/** Matches lines that are a block of their own: headings, list items, table rows. */
const ownLine = /^\s*(?:#{1,6}\s|[-*+•]\s|\d+[.)]\s|\|)/;

const isRule = (block: string | undefined) =>
  block !== undefined && /^\s*\|?[\s:|-]+\|?$/.test(block);

/** Returns the sentences of a passage, across line breaks; headings and table rules are omitted. */
function splitPassage({ number, text }: Passage): (Quote & { readonly isHeader: boolean })[] {
  return blocksOf(text).flatMap((block, index, blocks) => {
    if (isRule(block) || /^\s*#{1,6}\s/.test(block)) return [];
    const isHeader = /^\s*\|/.test(block) && isRule(blocks[index + 1]);
    return [...sentences.segment(block)]
      .map(({ segment }) => segment.trim())
      .filter((sentence) => sentence.length >= 12 || /\d/.test(sentence))
      .map((sentence) => ({ number, text: sentence.slice(0, maxQuoteChars), isHeader }));
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

/** Removes common English endings, so that “returns” matches “return”. */
function stem(word: string): string {
  if (word.length < 4 || !/^[a-z]+$/.test(word)) return word;
  return (
    word
      .replace(/(?:ies|y)$/, 'i')
      .replace(/(?:ing|edly|ed|es|ly|s)$/, '')
      .replace(/e$/, '') || word
  );
}
