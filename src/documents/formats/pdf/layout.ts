import { isMostlyRightToLeft } from './bidi.ts';
import { PageWriter, type WrittenPage } from './page-writer.ts';
import type { PdfLine } from './rows.ts';
import type { Segment } from './segment.ts';
import { tableAt } from './tables.ts';

/** Returns the segments of a line in reading order. */
const segmentsOf = ({ segments }: PdfLine): readonly Segment[] =>
  isMostlyRightToLeft(segments.map(({ text }) => text)) ? segments.toReversed() : segments;

const textOf = (line: PdfLine): string =>
  segmentsOf(line)
    .map(({ text }) => text)
    .join('  ');

/** Returns the font size of most characters. */
export function bodySizeOf(lines: readonly PdfLine[]): number {
  const characters = new Map<number, number>();
  for (const { size, segments } of lines) {
    const rounded = Math.round(size * 2) / 2;
    characters.set(
      rounded,
      segments.reduce((sum, { text }) => sum + text.length, characters.get(rounded) ?? 0),
    );
  }
  return [...characters].reduce((best, entry) => (entry[1] > best[1] ? entry : best), [0, 0])[0];
}

/**
 * Words of the document, which decide whether a hyphen at the end of a line belongs to the word.
 */
export type Vocabulary = ReadonlySet<string>;

export function vocabularyOf(lines: readonly PdfLine[]): Vocabulary {
  const words = new Set<string>();
  for (const line of lines)
    for (const [word] of textOf(line).matchAll(/\p{L}+(?:-\p{L}+)*(?!-)/gu))
      words.add(word.toLowerCase());
  return words;
}

/**
 * Writes the lines of a page as paragraphs, headings (larger type) and tables. A larger gap starts
 * a new paragraph.
 */
export function writePage(
  lines: readonly PdfLine[],
  bodySize: number,
  vocabulary: Vocabulary,
): WrittenPage {
  const page = new PageWriter();
  const endsTable = (line: PdfLine) => headingLevel(line, textOf(line), bodySize) === 1;
  let previous: (PdfLine & { readonly level: number }) | null = null;
  for (let index = 0; index < lines.length; index += 1) {
    const table = tableAt(lines, index, endsTable);
    if (table !== null) {
      page.writeTable(table);
      index += table.count - 1;
      previous = null;
      continue;
    }
    const line = lines[index] as PdfLine;
    const content = textOf(line);
    const level = headingLevel(line, content, bodySize);
    const continues: boolean =
      previous !== null &&
      previous.level === level &&
      Math.abs(line.size - previous.size) < 1 &&
      isNear(previous, line);
    const before = !continues ? `${page.gap}${mark(level)}` : level > 0 ? ' ' : '\n';
    page.writeLine(line.angle, segmentsOf(line), content, (above) =>
      continues ? joinLines(above, content, before, vocabulary) : above + before + content,
    );
    previous = { ...line, level };
  }
  return page.read();
}

const mark = (level: number) => (level === 0 ? '' : `${'#'.repeat(level)} `);

const isNear = (above: PdfLine, below: PdfLine) => {
  const gap = above.y - below.y;
  return gap >= -1 && gap <= Math.max(above.size, below.size) * 1.9;
};

function headingLevel({ size }: PdfLine, text: string, bodySize: number): number {
  if (bodySize === 0 || text.length > 150 || !/\p{L}{2}/u.test(text)) return 0;
  const ratio = size / bodySize;
  return ratio >= 1.7 ? 1 : ratio >= 1.35 ? 2 : ratio >= 1.15 ? 3 : 0;
}

/**
 * Joins two lines. Removes a hyphen that breaks a word; keeps those of compounds, numbers and
 * addresses.
 */
function joinLines(
  above: string,
  below: string,
  separator: string,
  vocabulary: Vocabulary,
): string {
  // Only the last word matters, and the text above may be long.
  const end = above.slice(-100);
  if (/\p{L}\u00ad$/u.test(end)) return above.slice(0, -1) + below;
  const [, head] = /(\S*[\p{L}\p{N}])[-\u2010]$/u.exec(end) ?? [];
  const [tail] = /^[\p{L}\p{N}][^\s]*/u.exec(below) ?? [];
  if (head === undefined || tail === undefined) return above + separator + below;
  // "on- and offline": the hyphen replaces the rest of a word.
  if (/^(and|or|to|und|oder|bis|bzw|et|ou|y|o|e|en|of|och|og)(?![\p{L}\p{N}])/iu.test(below))
    return `${above} ${below}`;
  return keepsHyphen(head, tail, vocabulary) ? above + below : above.slice(0, -1) + below;
}

const prefixes =
  /^(self|non|well|ex|all|cross|half|quasi|anti|co|post|pre|semi|multi|e|x|high|low|long|short|full|part|real|third|first)$/iu;

function keepsHyphen(head: string, tail: string, vocabulary: Vocabulary): boolean {
  if (/[\p{N}@/\\._:=&?#]/u.test(head) || /^[^\s]*[\p{N}@/\\_=&]|\.\p{L}/u.test(tail)) return true;
  if (!/\p{Ll}$/u.test(head) || !/^\p{Ll}/u.test(tail) || head.includes('-')) return true;
  const [, first = ''] = /(\p{L}+)$/u.exec(head) ?? [];
  const [second = ''] = /^\p{L}+/u.exec(tail) ?? [];
  if (vocabulary.has(`${first}-${second}`.toLowerCase())) return true;
  if (vocabulary.has(`${first}${second}`.toLowerCase())) return false;
  return prefixes.test(first);
}
