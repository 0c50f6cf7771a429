import { estimateTokens } from '../../shared/tokens.ts';
import { isInsidePair, readSections, type Section, type Unit } from './sections.ts';

export interface ChunkOptions {
  /** Estimated tokens; no chunk has more. */
  readonly chunk_tokens: number;
  /** Estimated tokens that a chunk repeats from the one before it, inside one section. Less than half of a chunk. */
  readonly chunk_overlap_tokens: number;
}

/** `text.slice(start, end)` is the chunk. */
export interface Chunk {
  readonly start: number;
  readonly end: number;
  /** Where it stands: titles of the headings above it, then the header of its table where that is not in it. */
  readonly heading: string | null;
  /** From 1; null where the format has no pages. A chunk lies on one page. */
  readonly page: number | null;
  readonly token_count: number;
}

export interface ChunkSource {
  readonly text: string;
  readonly pages: readonly number[] | null;
  readonly isMarkdown: boolean;
}

/**
 * Cuts a document where it is cut already: at pages and headings, then between paragraphs, table rows
 * and lines of code, then between sentences, then between words, and only then anywhere. Together the
 * chunks hold everything but white space at their ends. Linear in the length of the text.
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

/** A unit that runs over the end of a page is two: each is cited with its own page. */
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
  /** A section with less than this is put together with the next. */
  readonly #least: number;
  readonly #chunks: Chunk[] = [];
  #path: readonly string[] = [];
  #units: Unit[] = [];
  #tokens = 0;
  /** Where the chunk begins when it repeats the end of the one before. */
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
    // Put together, two sections stand under what they have in common; a bare title belongs to what follows.
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

  /** Begins the next chunk with the end of the last, as far as `next` leaves room. */
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

/** Where a chunk's first line begins: its indentation is part of it, empty lines before it are not. */
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

/** The first sentence, line or word that begins at or after `lowest`; `end` when there is none. */
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
