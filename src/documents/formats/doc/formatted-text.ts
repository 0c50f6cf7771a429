import { DocumentFault } from '../../fault.ts';
import { type CharacterFormat, readCharacterFormat, readFonts } from './characters.ts';
import type { Range, WordFile } from './file-information.ts';
import { type FormattedRun, firstRunAt, readFormattedPages } from './formatted-pages.ts';
import { type ParagraphFormat, readParagraphFormat } from './paragraphs.ts';
import { type Piece, Pieces } from './pieces.ts';

export interface Run extends Range {
  readonly format: CharacterFormat;
}

/** A document of many hundred pages has fewer. */
const maxRuns = 1_000_000;

const plain: FormattedRun = { start: 0, end: 0, style: 0, group: new Uint8Array(0) };

/** The text of a Word document with its formatting, by character positions. */
export class FormattedText {
  readonly text: string;
  readonly fonts: readonly string[];
  readonly #pieces: Pieces;
  readonly #data: Uint8Array;
  readonly #characters: readonly FormattedRun[];
  readonly #paragraphs: readonly FormattedRun[];
  /** Formats by the groups that they are read from. */
  readonly #characterFormats = new FormatCache<CharacterFormat>();
  readonly #paragraphFormats = new FormatCache<ParagraphFormat>();
  #runs = 0;
  /** Characters that may still be read: notes and headers of a damaged file may share them. */
  #left: number;

  constructor(file: WordFile) {
    this.#pieces = new Pieces(file);
    this.text = this.#pieces.text;
    this.#left = this.text.length * 2 + 1000;
    this.#data = file.data;
    this.fonts = readFonts(file.part('fonts'));
    this.#characters = readFormattedPages(file, 'characters');
    this.#paragraphs = readFormattedPages(file, 'paragraphs');
  }

  /** Returns the format of the paragraph whose mark is at a position. */
  paragraphAt(position: number): ParagraphFormat {
    this.#spend(1);
    const piece = this.#pieces.pieceAt(position);
    const run = formattedAt(this.#paragraphs, piece, position);
    return this.#paragraphFormats.get(run, piece, (groups) =>
      readParagraphFormat(run.style, groups, this.#data),
    );
  }

  characterAt(position: number): CharacterFormat {
    const piece = this.#pieces.pieceAt(position);
    return this.#characterFormat(formattedAt(this.#characters, piece, position), piece);
  }

  #characterFormat(run: FormattedRun, piece: Piece | null): CharacterFormat {
    return this.#characterFormats.get(run, piece, (groups) =>
      readCharacterFormat(groups, this.fonts),
    );
  }

  #spend(characters: number): void {
    this.#left -= characters;
    if (this.#left < 0) throw new DocumentFault('corrupt', 'The Word document is damaged.');
  }

  /** Yields the stretches of one format between two positions. */
  *runs(start: number, end: number): Generator<Run> {
    for (let at = start; at < end; ) {
      const piece = this.#pieces.pieceAt(at);
      if (piece === null) return;
      const place = placeOf(piece, at);
      const run = this.#characters[firstRunAt(this.#characters, place)];
      const isInside = run !== undefined && run.start <= place;
      const limit =
        run === undefined ? piece.end : positionOf(piece, isInside ? run.end : run.start);
      const next = Math.max(at + 1, Math.min(end, piece.end, limit));
      this.#runs += 1;
      this.#spend(next - at);
      if (this.#runs > maxRuns)
        throw new DocumentFault('too_large', `The document has more than ${maxRuns} runs of text.`);
      yield { start: at, end: next, format: this.#characterFormat(isInside ? run : plain, piece) };
      at = next;
    }
  }
}

const placeOf = ({ at, start, width }: Piece, position: number) => at + (position - start) * width;
const positionOf = ({ at, start, width }: Piece, place: number) =>
  start + Math.ceil((place - at) / width);

function formattedAt(
  runs: readonly FormattedRun[],
  piece: Piece | null,
  position: number,
): FormattedRun {
  if (piece === null) return plain;
  const place = placeOf(piece, position);
  const run = runs[firstRunAt(runs, place)];
  return run !== undefined && run.start <= place ? run : plain;
}

/** Formats of runs with the same groups of modifiers. */
class FormatCache<Format> {
  readonly #formats = new Map<string, Format>();

  get(
    { style, group }: FormattedRun,
    piece: Piece | null,
    read: (groups: readonly Uint8Array[]) => Format,
  ): Format {
    const groups = piece === null ? [group] : [group, piece.group];
    const key = `${style}:${groups.map((bytes) => String.fromCharCode(...bytes)).join('\uffff')}`;
    const known = this.#formats.get(key) ?? read(groups);
    this.#formats.set(key, known);
    return known;
  }
}
