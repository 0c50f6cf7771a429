import type { Segment } from './segment.ts';
import type { WrittenRow } from './write-table.ts';

/** A word of a page: its offsets in the text, and where it begins and ends on the baseline. */
interface PlacedWord {
  readonly start: number;
  end: number;
  readonly from: number;
  readonly to: number;
}

/** A segment of a page with its words in reading order. */
export interface PlacedSegment {
  readonly segment: Segment;
  readonly angle: number;
  readonly words: readonly PlacedWord[];
}

export interface WrittenPage {
  readonly text: string;
  readonly placed: readonly PlacedSegment[];
}

/** Writes the text of a page, and where its words stand. */
export class PageWriter {
  #text = '';
  readonly #placed: PlacedSegment[] = [];

  /** Text between two blocks. */
  get gap(): string {
    return this.#text === '' ? '' : '\n\n';
  }

  /** Appends a line by `join`, whose result must end with `content`. */
  writeLine(
    angle: number,
    segments: readonly Segment[],
    content: string,
    join: (above: string) => string,
  ): void {
    this.#text = join(this.#text);
    const start = this.#text.length - content.length;
    // A hyphen at the end of the line above may have been removed.
    const last = this.#placed.at(-1)?.words.at(-1);
    if (last !== undefined && last.end > start) last.end = start;
    let at = 0;
    for (const segment of segments) at = this.#place(angle, segment, content, at, start);
  }

  /** Appends rows as a block. */
  writeRows(angle: number, rows: readonly WrittenRow[]): void {
    for (const [index, { text, placed }] of rows.entries()) {
      this.#text += index === 0 ? this.gap : '\n';
      const start = this.#text.length;
      this.#text += text;
      for (const { segment, from, to } of placed)
        this.#place(angle, segment, text.slice(0, to), from, start);
    }
  }

  read(): WrittenPage {
    return { text: this.#text, placed: this.#placed };
  }

  /**
   * Finds the words of a segment in a written line or row, where only markup stands between them. `from` is its
   * offset in the line, and `start` that of the line in the page. Returns where it ends in the line.
   */
  #place(angle: number, segment: Segment, line: string, from: number, start: number): number {
    const words: PlacedWord[] = [];
    let at = from;
    let index = 0;
    for (const word of segment.text.split(' ')) {
      const [length = 0, left = 0, right = 0] = segment.words.subarray(index * 3, index * 3 + 3);
      index += 1;
      if (length !== word.length) break;
      let first = -1;
      for (const unit of word.split('')) {
        while (at < line.length && line[at] !== unit) at += 1;
        if (first < 0) first = at;
        if (at < line.length) at += 1;
      }
      words.push({ start: start + first, end: start + at, from: left, to: right });
    }
    this.#placed.push({ segment, angle, words });
    return at;
  }
}
