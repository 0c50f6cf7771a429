import { maxCharacters } from '../../document.ts';
import { DocumentFault } from '../../fault.ts';
import { type Range, readPositions, type WordFile } from './file-information.ts';

/** A stretch of text that is stored in one place. */
export interface Piece extends Range {
  /** Where it is stored. */
  readonly at: number;
  /** Bytes of a character. */
  readonly width: 1 | 2;
  /** Modifiers of all its characters and paragraphs. */
  readonly group: Uint8Array;
}

const noGroup = new Uint8Array(0);
/** Groups of a piece hold a few modifiers. */
const maxGroup = 4096;
const groupType = 1;
const piecesType = 2;
const isCompressed = 0x4000_0000;

/** The text of a Word document by character positions, and where it is stored ([MS-DOC], 2.9.38). */
export class Pieces {
  readonly pieces: readonly Piece[];
  readonly text: string;

  constructor(file: WordFile) {
    this.pieces = readPieces(file.part('pieces'));
    this.text = this.pieces.map((piece) => decode(file.main, piece)).join('');
  }

  /** Returns the piece that contains a character; null for none. */
  pieceAt(position: number): Piece | null {
    let [low, high] = [0, this.pieces.length - 1];
    while (low <= high) {
      const middle = (low + high) >> 1;
      const piece = this.pieces[middle];
      if (piece === undefined) break;
      if (position < piece.start) high = middle - 1;
      else if (position >= piece.end) low = middle + 1;
      else return piece;
    }
    return null;
  }
}

function readPieces(bytes: Uint8Array): Piece[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const groups: Uint8Array[] = [];
  let at = 0;
  while (at + 3 <= bytes.length && bytes[at] === groupType) {
    const size = view.getUint16(at + 1, true);
    groups.push(bytes.subarray(at + 3, at + 3 + Math.min(size, maxGroup)));
    at += 3 + size;
  }
  if (at + 5 > bytes.length || bytes[at] !== piecesType)
    throw new DocumentFault('corrupt', 'The Word document has no text.');
  let end = 0;
  return readPositions(bytes.subarray(at + 5, at + 5 + view.getUint32(at + 1, true)), 8).map(
    ({ start, end: next, data }) => {
      if (start !== end || next < start)
        throw new DocumentFault('corrupt', 'The text of the Word document is damaged.');
      end = next;
      if (end > maxCharacters * 1.5)
        throw new DocumentFault(
          'too_large',
          `The document has more than ${maxCharacters} characters of text.`,
        );
      const place = data.getUint32(2, true);
      const isNarrow = (place & isCompressed) !== 0;
      const offset = place & 0x3fff_ffff;
      return {
        start,
        end,
        at: isNarrow ? offset >>> 1 : offset,
        width: isNarrow ? 1 : 2,
        group: groupOf(data.getUint16(6, true), groups),
      };
    },
  );
}

/** Modifiers that a piece names by one byte, of those that affect the text ([MS-DOC], 2.9.215). */
const shortModifiers: Readonly<Record<number, number>> = {
  24: 0x2416,
  25: 0x2417,
  65: 0x0800,
  85: 0x0835,
  87: 0x0837,
  92: 0x083c,
};

function groupOf(modifier: number, groups: readonly Uint8Array[]): Uint8Array {
  if ((modifier & 1) === 1) return groups[modifier >> 1] ?? noGroup;
  const code = shortModifiers[(modifier >> 1) & 0x7f];
  return code === undefined ? noGroup : Uint8Array.of(code & 0xff, code >> 8, modifier >> 8);
}

/** One character for each position, also where a surrogate stands alone. */
function decode(main: Uint8Array, { start, end, at, width }: Piece): string {
  const bytes = main.subarray(at, at + (end - start) * width);
  const text = new TextDecoder(width === 1 ? 'windows-1252' : 'utf-16le', {
    fatal: false,
    ignoreBOM: true,
  }).decode(bytes);
  return text.slice(0, end - start).padEnd(end - start, '\0');
}
