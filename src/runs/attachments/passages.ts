import { type Chunk, chunkDocument, type ExtractedDocument } from '../../documents/index.ts';
import { coverageOf, queryWords, subjectTerms, weighTerms } from '../../knowledge/index.ts';
import { stemsOf } from '../../shared/stems.ts';

/** A part of a document as it goes into a prompt. */
export interface Excerpt {
  readonly page: number | null;
  readonly text: string;
  readonly tokens: number;
}

const passageTokens = 300;
/** Number of chunks that are scored word by word; a longer document is filtered by plain search first. */
const closelyRead = 64;

/**
 * Picks the passages of a document that best cover a question, in the order of the text, with at most `budget`
 * estimated tokens in all. When none matches, returns the beginning.
 */
export function pickPassages(
  document: ExtractedDocument,
  question: string,
  budget: number,
): Excerpt[] {
  const chunks = chunkDocument(document, {
    chunk_tokens: Math.min(passageTokens, budget),
    chunk_overlap_tokens: 0,
  });
  const ranked = rank(document.text, chunks, question);
  return take(ranked.length > 0 ? ranked : chunks, budget)
    .sort((a, b) => a.start - b.start)
    .map(({ start, end, page, token_count }) => ({
      page,
      text: document.text.slice(start, end),
      tokens: token_count,
    }));
}

/** Returns the chunks that fit, in their order. */
function take(chunks: readonly Chunk[], budget: number): Chunk[] {
  let left = budget;
  return chunks.filter(({ token_count }) => {
    const fits = token_count <= left;
    if (fits) left -= token_count;
    return fits;
  });
}

/** Ranks chunks by the weighted share of the question's words that they contain, best first. */
function rank(text: string, chunks: readonly Chunk[], question: string): Chunk[] {
  const stems = queryWords(question).map(stemsOf);
  const counts = stems.map(() => 0);
  const rough = chunks.map((chunk) => {
    const folded = fold(text.slice(chunk.start, chunk.end));
    const found = stems.map((parts) => parts.every((stem) => folded.includes(rootOf(stem))));
    for (const [index, isFound] of found.entries())
      counts[index] = (counts[index] ?? 0) + (isFound ? 1 : 0);
    return { chunk, words: found.filter(Boolean).length };
  });
  const terms = subjectTerms(weighTerms(question, counts, chunks.length));
  return rough
    .filter(({ words }) => words > 0)
    .sort((a, b) => b.words - a.words || a.chunk.start - b.chunk.start)
    .slice(0, closelyRead)
    .map(({ chunk }) => ({
      chunk,
      coverage: coverageOf(terms, new Set(stemsOf(text.slice(chunk.start, chunk.end)))),
    }))
    .filter(({ coverage }) => coverage > 0)
    .sort((a, b) => b.coverage - a.coverage || a.chunk.start - b.chunk.start)
    .map(({ chunk }) => chunk);
}

const fold = (text: string) =>
  text
    .normalize('NFKD')
    .replaceAll(/[\u0300-\u036f]/g, '')
    .toLowerCase();

/**
 * Returns the prefix of every word with a stem, whose last letter an ending may have changed. It
 * matches too much but misses no word.
 */
const rootOf = (stem: string): string => (stem.length > 3 ? stem.slice(0, -1) : stem);
