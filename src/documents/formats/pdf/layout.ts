import { isMostlyRightToLeft } from './bidi.ts';
import { joinLines, type Vocabulary } from './join-lines.ts';
import { PageWriter, type WrittenPage } from './page-writer.ts';
import type { PdfLine } from './pdf-line.ts';
import type { Segment } from './segment.ts';
import { tableAt } from './tables.ts';
import { writeTable } from './write-table.ts';

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
    const line = lines[index] as PdfLine;
    const table = tableAt(lines, index, endsTable);
    if (table !== null) {
      for (const rows of writeTable(table, vocabulary)) page.writeRows(line.angle, rows);
      index += table.lines - 1;
      previous = null;
      continue;
    }
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
