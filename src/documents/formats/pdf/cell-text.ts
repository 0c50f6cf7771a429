import { isMostlyRightToLeft } from './bidi.ts';
import { joinLines, type Vocabulary } from './join-lines.ts';
import type { TableCell } from './page-table.ts';
import type { Segment } from './segment.ts';
import { isWrapped } from './wrapped.ts';

/** A segment of a text with its range in it. */
export interface SegmentRange {
  readonly segment: Segment;
  readonly from: number;
  to: number;
}

export interface CellText {
  readonly text: string;
  readonly placed: readonly SegmentRange[];
}

const bullet = /^(?:[•▪◦●○■‣⁃·–-]|\(?\d{1,2}[.)])\s/;
const unspaced = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\u3001-\u3003]/u;

/**
 * Joins the lines of a cell: with spaces where a line was wrapped, else with semicolons, as between the lines of
 * a cell in other formats. A header is one name.
 */
export function cellText(
  { lines, width }: Pick<TableCell, 'lines' | 'width'>,
  isHeader: boolean,
  vocabulary: Vocabulary,
): CellText {
  const placed: SegmentRange[] = [];
  let text = '';
  for (const [index, line] of lines.entries()) {
    const ordered = isMostlyRightToLeft(line.map((one) => one.text)) ? line.toReversed() : line;
    const content = ordered.map((one) => one.text).join(' ');
    const above = lines[index - 1];
    if (above !== undefined) {
      const separator = separatorOf(above, line, text, isHeader ? null : width);
      text = joinLines(text, content, separator, vocabulary);
    } else text = content;
    let from = text.length - content.length;
    const last = placed.at(-1);
    // A hyphen at the end of the line above may have been removed.
    if (last !== undefined && last.to > from) last.to = from;
    for (const segment of ordered) {
      placed.push({ segment, from, to: from + segment.text.length });
      from += segment.text.length + 1;
    }
  }
  return { text, placed };
}

function separatorOf(
  above: readonly Segment[],
  below: readonly Segment[],
  text: string,
  width: number | null,
): string {
  const content = below[0]?.text ?? '';
  if (unspaced.test(text.at(-1) ?? '') && unspaced.test(content.at(0) ?? '')) return '';
  if (width === null || /[.,;:!?…–—、。，；：！？،؛؟-]$/.test(text)) return ' ';
  return bullet.test(content) || !isWrapped(above, below, width) ? '; ' : ' ';
}
