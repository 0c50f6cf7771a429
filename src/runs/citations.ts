import type { Hit } from '../knowledge/index.ts';
import { words } from '../shared/words.ts';
import type { FoundPage } from '../tools/index.ts';

/** A retrieved passage or page with the number under which the model reads it. */
export type Source = FileSource | PageSource;

/** A web page, or the part of it that was read. */
export interface PageSource extends FoundPage {
  readonly number: number;
  /** When it was read, in UTC. */
  readonly retrieved_at: string;
}

export interface FileSource {
  readonly type: 'file';
  readonly number: number;
  readonly base_id: string;
  readonly file_id: string;
  readonly file_name: string;
  readonly chunk_id: string;
  readonly page: number | null;
  /** Offsets of the passage in the file's extracted text. */
  readonly start: number;
  readonly end: number;
  readonly text: string;
  /** The attempt in whose text the offsets are, and the revision of the base at which it was found. */
  readonly attempt: number;
  readonly revision: number;
  /** True for a chunk whose text somebody has written: it is not that of the file. */
  readonly is_written: boolean;
}

/** A source of a run that was suspended by an earlier version. */
type FormerSource = Omit<FileSource, NewField> & Partial<Pick<FileSource, NewField>>;
type NewField = 'type' | 'base_id' | 'end' | 'attempt' | 'revision' | 'is_written';

export const toSource = (
  { base_id, file_id, file_name, chunk_id, page, start, end, text, attempt, revision, origin }: Hit,
  number: number,
): FileSource => ({
  ...{
    type: 'file',
    number,
    base_id,
    file_id,
    file_name,
    chunk_id,
    page,
    start,
    end,
    text,
    attempt,
    revision,
  },
  is_written: origin !== 'extracted',
});

export type Citation = FileCitation | PageCitation;

export interface PageCitation
  extends Pick<PageSource, 'type' | 'number' | 'url' | 'title' | 'published_at' | 'retrieved_at'> {
  /** Verbatim text of the page as it was read. */
  readonly quote: string;
}

export interface FileCitation {
  readonly type: 'file';
  readonly number: number;
  /** Null in a run that was suspended by an earlier version. */
  readonly base_id: string | null;
  readonly file_id: string;
  readonly file_name: string;
  readonly chunk_id: string;
  readonly page: number | null;
  /**
   * Offsets of the quote in the file's extracted text: `text.slice(start, end)` is the quote. Those of the whole
   * chunk when its text was edited or added.
   */
  readonly start: number;
  readonly end: number;
  readonly quote: string;
  /** Null in a run that was suspended by an earlier version. */
  readonly revision: number | null;
  /** Undefined where the place of the quote is not known. */
  readonly attempt: number | undefined;
}

const marker = /\[(\d{1,3})\]/g;

/** Passes text through as it streams, without markers of unknown passages. Holds back only a possible beginning of a marker. */
export class CitationFilter {
  readonly #sources: () => readonly Source[];
  #held = '';

  /** `sources` is called each time, since a tool may find more while the answer is written. */
  constructor(sources: () => readonly Source[]) {
    this.#sources = sources;
  }

  push(delta: string): string {
    const text = this.#held + delta;
    const open = /\s?\[\d{0,3}$|\s$/.exec(text);
    this.#held = open === null ? '' : open[0];
    return this.#clean(open === null ? text : text.slice(0, open.index));
  }

  end(): string {
    const rest = this.#held;
    this.#held = '';
    return this.#clean(rest);
  }

  #clean(text: string): string {
    return text.replaceAll(/\s?\[(\d{1,3})\]/g, (match, number: string) =>
      this.#sources().some((source) => source.number === Number(number)) ? match : '',
    );
  }
}

/**
 * Returns the citations of an answer, each with the sentence of the passage that supports the cited one. Markers of
 * unknown passages give none.
 */
export function readCitations(
  answer: string,
  sources: readonly (FormerSource | PageSource)[],
): Citation[] {
  const byNumber = new Map(sources.map((source) => [source.number, source]));
  const found = new Map<string, Citation>();
  let from = 0;
  for (const match of answer.matchAll(marker)) {
    const source = byNumber.get(Number(match[1]));
    const claim = answer.slice(from, match.index);
    // Several markers in a row share the claim before the first.
    if (claim.trim() !== '') from = match.index;
    if (source === undefined) continue;
    const citation = cite(
      source,
      lastSentence(claim.trim() === '' ? answer.slice(0, match.index) : claim),
    );
    found.set(keyOf(citation), citation);
  }
  return [...found.values()];
}

const keyOf = (citation: Citation): string =>
  citation.type === 'url'
    ? `${citation.url}:${citation.quote}`
    : `${citation.chunk_id}:${citation.start}:${citation.quote}`;

function lastSentence(claim: string): string {
  const plain = claim
    .replaceAll(marker, ' ')
    .replaceAll(/^\s*>\s?/gm, '')
    .trim();
  const sentences = [...new Intl.Segmenter('und', { granularity: 'sentence' }).segment(plain)].map(
    ({ segment }) => segment.trim(),
  );
  return plain.includes('\n\n')
    ? (plain.split('\n\n').at(-1) ?? plain)
    : (sentences.at(-1) ?? plain);
}

function cite(source: FormerSource | PageSource, claim: string): Citation {
  const { text } = source;
  const [start, end] = verbatim(text, claim) ?? closestSentence(text, claim);
  const quote = text.slice(start, end);
  if (source.type === 'url') {
    const { type, number, url, title, published_at, retrieved_at } = source;
    return { type, number, url, title, published_at, retrieved_at, quote };
  }
  const { number, base_id = null, file_id, file_name, chunk_id, page, attempt } = source;
  const { revision = null } = source;
  const range =
    source.is_written === true
      ? { start: source.start, end: source.end ?? source.start }
      : { start: source.start + start, end: source.start + end };
  const base = { number, base_id, file_id, file_name, chunk_id, page, revision, attempt };
  return { type: 'file', ...base, ...range, quote };
}

/** Replaces the line breaks of running text at the same offsets, since a segmenter ends a sentence at each of them. */
const unwrapped = (text: string): string => text.replaceAll(/(?<=[^\n])\n(?=[^\n\s#|*+•-])/g, ' ');

/**
 * Returns the range of a whole sentence that occurs word for word, ignoring line breaks; null for a
 * few words alone.
 */
function verbatim(text: string, claim: string): [start: number, end: number] | null {
  if (claim.length < 60 && !/[.!?:。！？…]["'”’»)]?$/.test(claim)) return null;
  const pattern = claim
    .trim()
    .split(/\s+/)
    .map((word) => word.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&'))
    .join('\\s+');
  const found = pattern === '' ? null : new RegExp(pattern).exec(text);
  return found === null ? null : [found.index, found.index + found[0].length];
}

/** Returns the offsets of the sentence of a text that shares most words with a claim. */
function closestSentence(text: string, claim: string): [start: number, end: number] {
  const wanted = new Set(words(claim));
  let best: [number, number] = [0, text.length];
  let bestScore = -1;
  for (const { segment, index } of new Intl.Segmenter('und', { granularity: 'sentence' }).segment(
    unwrapped(text),
  )) {
    const own = words(segment);
    const score = own.filter((word) => wanted.has(word)).length / Math.sqrt(own.length + 1);
    if (score <= bestScore || segment.trim() === '') continue;
    const lead = segment.length - segment.trimStart().length;
    best = [index + lead, index + segment.trimEnd().length];
    bestScore = score;
  }
  return best;
}
