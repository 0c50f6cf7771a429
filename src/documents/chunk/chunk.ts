import { estimateTokens } from '../../shared/tokens.ts';
import { isInsidePair, readSections, type Section, type Unit } from './sections.ts';

export interface ChunkOptions {
  /** Maximum size of a chunk in estimated tokens. */
  readonly chunk_tokens: number;
  /**
   * Estimated tokens that a chunk repeats from the previous chunk of its section. Less than half of
   * `chunk_tokens`.
   */
  readonly chunk_overlap_tokens: number;
}

/** A range of the text: `text.slice(start, end)`. */
export interface Chunk {
  readonly start: number;
  readonly end: number;
  /**
   * Titles of the headings above the chunk, then the header row of its table unless the chunk
   * includes it; null for none.
   */
  readonly heading: string | null;
  /** Page number from 1; null when the format has no pages. A chunk never spans pages. */
  readonly page: number | null;
  readonly token_count: number;
}

export interface ChunkSource {
  readonly text: string;
  readonly pages: readonly number[] | null;
  readonly isMarkdown: boolean;
}

/**
 * Splits a document at pages and headings, then between paragraphs, table rows and lines of code,
 * then between sentences, then between words, and only then anywhere. The chunks together contain
 * all text except white space at their ends. Linear in the length of the text.
 */
export function chunkDocument(source: ChunkSource, options: ChunkOptions): Chunk[] {
  const packer = new Packer(source, options);
  for (const section of readSections(
    source.text,
    source.isMarkdown,
    options.chunk_tokens - options.chunk_overlap_tokens,
  )) {
    packer.beginSection(section);
    for (const unit of section.units)
      for (const part of splitAtPages(source, unit)) packer.add(part);
  }
  return packer.finish();
}

/** Splits a unit that crosses a page break, so that each part is cited with its own page. */
function splitAtPages({ text, pages }: ChunkSource, unit: Unit): Unit[] {
  const cuts = (pages ?? []).filter((start) => start > unit.start && start < unit.end);
  if (cuts.length === 0) return [unit];
  const bounds = [unit.start, ...cuts, unit.end];
  return cuts.concat(unit.end).map((end, index) => {
    const start = bounds[index] ?? unit.start;
    return { ...unit, start, end, tokens: estimateTokens(text.slice(start, end)) };
  });
}

class Packer {
  readonly #source: ChunkSource;
  readonly #options: ChunkOptions;
  /** A section with fewer estimated tokens is merged with the next one. */
  readonly #least: number;
  readonly #chunks: Chunk[] = [];
  #path: readonly string[] = [];
  #units: Unit[] = [];
  #tokens = 0;
  /** Start of the overlap with the previous chunk; null without overlap. */
  #start: number | null = null;
  #chunkPath: readonly string[] = [];
  #page = 0;

  constructor(source: ChunkSource, options: ChunkOptions) {
    this.#source = source;
    this.#options = options;
    this.#least = Math.min(48, options.chunk_tokens / 8);
  }

  beginSection({ path }: Section): void {
    const hasBody = this.#units.some(({ kind }) => kind !== 'heading');
    if (this.#tokens >= this.#least && hasBody) this.#flush();
    // Merged sections get the headings they share; a title without a body belongs to the next
    // section.
    this.#chunkPath = this.#units.length > 0 && hasBody ? commonPath(this.#chunkPath, path) : path;
    this.#path = path;
  }

  add(unit: Unit): void {
    const page = this.#pageAt(unit.start);
    if (page !== this.#page) {
      this.#flush();
      this.#page = page;
    } else if (this.#tokens + unit.tokens > this.#options.chunk_tokens) {
      const last = this.#units.at(-1);
      const from = this.#start ?? this.#units[0]?.start ?? unit.start;
      this.#flush();
      if (last !== undefined) this.#overlap(last, from, unit);
    }
    this.#units.push(unit);
    this.#tokens += unit.tokens;
  }

  finish(): Chunk[] {
    this.#flush();
    return this.#chunks;
  }

  #flush(): void {
    const [first, last] = [this.#units[0], this.#units.at(-1)];
    if (first !== undefined && last !== undefined)
      this.#push(this.#start ?? first.start, last.end, first.header);
    this.#units = [];
    this.#tokens = 0;
    this.#start = null;
    this.#chunkPath = this.#path;
  }

  #push(from: number, to: number, header: string | null): void {
    const { text, pages } = this.#source;
    const slice = text.slice(from, to);
    const start = startOfText(text, from, to);
    const end = to - (slice.length - slice.trimEnd().length);
    if (start >= end) return;
    const heading = [...this.#chunkPath, ...(header === null ? [] : [header])].join(' > ');
    this.#chunks.push({
      start,
      end,
      heading: heading === '' ? null : heading,
      page: pages === null ? null : this.#page,
      token_count: estimateTokens(text.slice(start, end)),
    });
  }

  /** Starts the next chunk with the end of the previous one, as far as `next` leaves room. */
  #overlap(last: Unit, from: number, next: Unit): void {
    const { text } = this.#source;
    const room = Math.min(
      this.#options.chunk_overlap_tokens,
      this.#options.chunk_tokens - next.tokens,
    );
    if (room <= 0 || next.kind === 'heading') return;
    let lowest = Math.max(from + 1, last.end - room * 4);
    while (lowest < last.end && estimateTokens(text.slice(lowest, next.start)) > room) {
      const excess = estimateTokens(text.slice(lowest, next.start)) - room;
      lowest += Math.max(1, excess);
    }
    const start = goodStart(text, lowest, last.end, last.kind === 'row' || last.kind === 'code');
    if (start >= last.end) return;
    this.#start = start;
    this.#tokens = estimateTokens(text.slice(start, next.start));
  }

  #pageAt(offset: number): number {
    const { pages } = this.#source;
    if (pages === null) return 0;
    let page = Math.max(1, this.#page);
    while (page < pages.length && (pages[page] ?? 0) <= offset) page += 1;
    return page;
  }
}

/**
 * Returns the start of a chunk's first line: its indentation is included, empty lines before it are
 * not.
 */
function startOfText(text: string, from: number, to: number): number {
  const slice = text.slice(from, to);
  const blank = slice.length - slice.trimStart().length;
  const feed = slice.slice(0, blank).lastIndexOf('\n');
  if (feed >= 0) return from + feed + 1;
  return from === 0 || text.charAt(from - 1) === '\n' ? from : from + blank;
}

function commonPath(a: readonly string[], b: readonly string[]): readonly string[] {
  const different = a.findIndex((title, index) => title !== b[index]);
  return different < 0 ? a : a.slice(0, different);
}

/**
 * Returns the start of the first sentence, line or word at or after `lowest`; `end` when there is
 * none.
 */
function goodStart(text: string, lowest: number, end: number, isByLine: boolean): number {
  const tail = text.slice(lowest, end);
  const line = text.charAt(lowest - 1) === '\n' ? 0 : tail.indexOf('\n') + 1;
  if (isByLine) return line > 0 || text.charAt(lowest - 1) === '\n' ? lowest + line : end;
  const sentence = /[.!?。！？…][)"'”’»」]*(?:[^\S\n]*\n+|[^\S\n]+)|[。！？]|\n/u.exec(tail);
  if (sentence !== null && sentence.index + sentence[0].length < tail.length)
    return lowest + sentence.index + sentence[0].length;
  if (/\s/.test(text.charAt(lowest - 1))) return lowest;
  const space = /\s+/.exec(tail);
  if (space !== null && space.index + space[0].length < tail.length)
    return lowest + space.index + space[0].length;
  return isInsidePair(text, lowest) ? lowest + 1 : lowest;
}
