import { composeAccents } from './accents.ts';
import { foldForms, isRightToLeft, misplacedEnd, readingOrder } from './bidi.ts';
import { type Fragment, isBlank, type Piece, smallShare } from './lines.ts';

/** Pieces on one baseline without a column-wide gap. */
export interface Segment {
  readonly text: string;
  /** For each word of the text: its length, and where it begins and ends on the baseline. */
  readonly words: Float32Array;
  readonly x: number;
  readonly right: number;
  readonly y: number;
  readonly size: number;
  readonly isVertical: boolean;
}

/**
 * Writes a fragment from left to right, with spaces for gaps and marks for superscripts and
 * subscripts.
 */
export function toSegment(fragment: Fragment): Segment {
  const { y, size } = baseOf(fragment);
  const line = new PlacedLine();
  let last: Piece | null = null;
  let isSpaced = false;
  let mark = '';
  for (const piece of fragment.pieces.toSorted((a, b) => a.x - b.x)) {
    if (isBlank(piece)) {
      isSpaced = true;
      continue;
    }
    const next = markOf(piece, y, size);
    const gap = last === null ? 0 : piece.x - last.right;
    // Before a mark, a space of the parser is usually kerning.
    if (last !== null && !/\s$/.test(line.text)) {
      const em = Math.max(last.size, piece.size);
      const isGap = isSpaced && (gap > em * 0.08 || !isJoined(last.text, piece.text));
      if ((isGap && next === '') || gap > em * 0.2) line.write(' ');
    }
    if (next !== mark && next !== '' && !isOrdinal(line.text, piece.text)) line.write(next);
    line.draw(piece);
    [last, isSpaced, mark] = [piece, false, next];
  }
  const { x, right } = fragment;
  const isVertical = fragment.pieces[0]?.isVertical === true;
  return { ...line.read(), x, right, y, size, isVertical };
}

const unspaced =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\u2e80-\u2fd5\u3001-\u3003]/u;

/** True where the parser reports a space between fonts although the writing has none: Chinese, Japanese, Arabic. */
const isJoined = (left: string, right: string): boolean => {
  const [before, after] = [left.at(-1) ?? '', right.at(0) ?? ''];
  return (
    (unspaced.test(before) && unspaced.test(after)) ||
    (isRightToLeft(before) && isRightToLeft(after))
  );
};

/** A line in visual order with the edges of its code units. */
class PlacedLine {
  text = '';
  readonly #left: number[] = [];
  readonly #right: number[] = [];

  /** Adds text that is not drawn. */
  write(text: string): void {
    this.text += text;
    this.#left.push(Number.NaN);
    this.#right.push(Number.NaN);
  }

  draw({ text, x, right, edges }: Piece): void {
    this.text += text;
    for (let index = 0; index < text.length; index += 1) {
      this.#left.push(edges[index] ?? x);
      this.#right.push(edges[index + 1] ?? right);
    }
  }

  /** Returns the text in reading order, with the places of its words. */
  read(): Pick<Segment, 'text' | 'words'> {
    const letters = [...this.text];
    const starts: number[] = [];
    for (let index = 0, at = 0; index < letters.length; index += 1) {
      starts.push(at);
      at += letters[index]?.length ?? 0;
    }
    const order = isRightToLeft(this.text) ? readingOrder(letters) : null;
    const left: number[] = [];
    const right: number[] = [];
    let text = '';
    for (let index = 0; index < letters.length; index += 1) {
      const from = order?.[index] ?? index;
      const letter = letters[from] ?? '';
      const folded = letter < '\u00a0' ? letter : foldForms(letter);
      text += folded;
      for (let unit = 0; unit < folded.length; unit += 1) {
        if (isWhite(folded[unit] ?? '')) continue;
        const start = starts[from] ?? 0;
        const [low, high] = [this.#left[start] ?? Number.NaN, this.#right[start] ?? Number.NaN];
        left.push(low + ((high - low) * unit) / folded.length);
        right.push(low + ((high - low) * (unit + 1)) / folded.length);
      }
    }
    text = text.trim();
    if (order !== null && misplacedEnd.test(text)) {
      text = text.replace(misplacedEnd, '$2$1');
      left.push(left.shift() ?? Number.NaN);
      right.push(right.shift() ?? Number.NaN);
    }
    const composed = composeAccents(text);
    if (composed !== text) joinEdges(text, composed, left, right);
    text = composed.replaceAll(/\s+(?=\p{M})/gu, '').replaceAll(/\s+/g, ' ');
    return { text, words: wordsOf(text, left, right) };
  }
}

/** Gives a letter that has been composed of two the edges of both. */
function joinEdges(text: string, composed: string, left: number[], right: number[]): void {
  for (let from = 0, to = 0, at = 0; to < composed.length; from += 1, to += 1) {
    if (composed[to] !== text[from]) {
      from += 1;
      left.splice(at, 2, Math.min(left[at] ?? Number.NaN, left[at + 1] ?? Number.NaN));
      right.splice(at, 2, Math.max(right[at] ?? Number.NaN, right[at + 1] ?? Number.NaN));
    }
    if (!isWhite(composed[to] ?? '')) at += 1;
  }
}

const isWhite = (unit: string) => unit <= ' ' || (unit > '\u007f' && /\s/.test(unit));

/** Places the words of a text, given the edges of its code units without white space. */
function wordsOf(text: string, left: readonly number[], right: readonly number[]): Float32Array {
  const words: number[] = [];
  let at = 0;
  for (const word of text === '' ? [] : text.split(' ')) {
    let [low, high, first, last] = [Infinity, -Infinity, Number.NaN, Number.NaN];
    for (const end = at + word.length; at < end; at += 1) {
      const [from, to] = [left[at] ?? Number.NaN, right[at] ?? Number.NaN];
      if (Number.isNaN(from)) continue;
      if (Number.isNaN(first)) first = from;
      last = from;
      low = Math.min(low, from);
      high = Math.max(high, to);
    }
    if (high < low) [low, high] = [words.at(-1) ?? 0, words.at(-1) ?? 0];
    words.push(word.length, ...(last < first ? [high, low] : [low, high]));
  }
  return Float32Array.from(words);
}

/** Returns the baseline and size of most letters. */
function baseOf({ pieces, y, size }: Fragment): { readonly y: number; readonly size: number } {
  const sums = new Map<string, { y: number; size: number; letters: number }>();
  for (const piece of pieces) {
    const key = `${Math.round(piece.y * 2)} ${Math.round(piece.size * 2)}`;
    const sum = sums.get(key) ?? { y: piece.y, size: piece.size, letters: 0 };
    sum.letters += piece.letters.length * piece.size;
    sums.set(key, sum);
  }
  return [...sums.values()].reduce((best, one) => (one.letters > best.letters ? one : best), {
    y,
    size,
    letters: 0,
  });
}

function markOf(piece: Piece, y: number, size: number): '' | '^' | '_' {
  const rise = (piece.y - y) / size;
  if (piece.size > size * 1.02 || !/[\p{L}\p{N}]/u.test(piece.text)) return '';
  const isSmall = piece.size < size * smallShare;
  if (rise >= (isSmall ? 0.15 : 0.25)) return '^';
  return rise <= (isSmall ? -0.08 : -0.25) ? '_' : '';
}

/** Ordinals (1st, 2nd) are superscript by custom and read as one word. */
const isOrdinal = (line: string, text: string) =>
  /\d$/.test(line) && /^(st|nd|rd|th|er|re|e)$/i.test(text.trim());
