import { tableRow, tableRule } from '../../markup/table-row.ts';
import { isMostlyRightToLeft } from './bidi.ts';
import type { PdfLine } from './rows.ts';

const textOf = ({ segments }: PdfLine): string => {
  const texts = segments.map(({ text }) => text);
  return (isMostlyRightToLeft(texts) ? texts.toReversed() : texts).join('  ');
};

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
): string {
  let text = '';
  let previous: (PdfLine & { readonly level: number }) | null = null;
  for (let index = 0; index < lines.length; index += 1) {
    const table = tableAt(lines, index, bodySize);
    if (table !== null) {
      text += `${text === '' ? '' : '\n\n'}${table.text}`;
      index += table.rows - 1;
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
    if (!continues) text += `${text === '' ? '' : '\n\n'}${mark(level)}${content}`;
    else text = joinLines(text, content, level > 0 ? ' ' : '\n', vocabulary);
    previous = { ...line, level };
  }
  return text;
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

interface Interval {
  x: number;
  right: number;
}

const maxColumns = 40;

/** Returns the table that starts at a line; null for none. An empty cell keeps its column. */
function tableAt(
  lines: readonly PdfLine[],
  from: number,
  bodySize: number,
): { readonly text: string; readonly rows: number } | null {
  const rows: PdfLine[] = [];
  let columns: Interval[] = [];
  let kept = 0;
  for (let index = from; index < lines.length; index += 1) {
    const line = lines[index] as PdfLine;
    const above = rows.at(-1);
    if (above !== undefined && !isInTable(above, line)) break;
    if (headingLevel(line, textOf(line), bodySize) === 1) break;
    const next = withRow(columns, line);
    const isRow = line.segments.length > 1;
    if (above === undefined && !isRow) return null;
    if (
      next.length < 2 ||
      next.length > maxColumns ||
      rows.length - kept > 3 ||
      (rows.length > 0 && !fits(columns, next, line))
    )
      break;
    rows.push(line);
    columns = next;
    if (isRow) kept = rows.length;
  }
  const table = rows.slice(0, kept);
  if (!isTable(table)) return null;
  columns = table.reduce<Interval[]>(withRow, []);
  return { text: writeTable(table, columns), rows: kept };
}

/** Two short rows suffice for a table; two long ones may be justified text with wide gaps. */
function isTable(table: readonly PdfLine[]): boolean {
  const rows = table.filter(({ segments }) => segments.length > 1);
  const widths = rows.flatMap(({ segments }) =>
    segments.map(({ x, right, size }) => (right - x) / size),
  );
  return (
    rows.length > 2 ||
    (rows.length === 2 && widths.reduce((sum, width) => sum + width, 0) <= widths.length * 8)
  );
}

const isInTable = (above: PdfLine, below: PdfLine) => {
  const gap = above.y - below.y;
  return gap > 0 && gap <= Math.max(above.size, below.size) * 4;
};

/** Merges the extents of overlapping cells into columns. */
function withRow(columns: readonly Interval[], { segments }: PdfLine): Interval[] {
  const all = [...columns, ...segments]
    .map(({ x, right }) => ({ x, right }))
    .sort((a, b) => a.x - b.x);
  const merged: Interval[] = [];
  for (const one of all) {
    const last = merged.at(-1);
    if (last !== undefined && one.x < last.right) last.right = Math.max(last.right, one.right);
    else merged.push(one);
  }
  return merged;
}

/** True when a line adds to the columns: it merges none and overlaps at least one. */
const fits = (
  columns: readonly Interval[],
  next: readonly Interval[],
  { segments }: PdfLine,
): boolean => {
  const bridged = columns.filter(
    (column) => segments.filter((one) => one.x < column.right && one.right > column.x).length > 0,
  ).length;
  return next.length >= columns.length && bridged > 0;
};

function writeTable(rows: readonly PdfLine[], columns: readonly Interval[]): string {
  const isReversed = isMostlyRightToLeft(
    rows.flatMap(({ segments }) => segments.map(({ text }) => text)),
  );
  const cells = rows.map(({ segments }) => {
    const texts = columns.map((column) =>
      segments
        .filter(({ x, right }) => (x + right) / 2 >= column.x && (x + right) / 2 <= column.right)
        .map(({ text }) => text)
        .join(' '),
    );
    return isReversed ? texts.reverse() : texts;
  });
  const [first = [], ...rest] = cells;
  // Column names, some of which may be years.
  const hasHeader =
    first.every((text) => /\p{L}|^(19|20)\d\d$/u.test(text) && !/:$/.test(text)) &&
    /\p{L}/u.test(first.join(''));
  const head = hasHeader ? first : columns.map(() => '');
  return [
    tableRow(head),
    tableRule(columns.length),
    ...(hasHeader ? rest : cells).map((row) => tableRow(row)),
  ].join('\n');
}
