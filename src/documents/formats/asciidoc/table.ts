import { DocumentFault } from '../../fault.ts';
import type { Block } from '../../markup/block.ts';
import { element, type Node } from '../../markup/tree.ts';
import type { BlockStyle } from './block-style.ts';
import { type AsciidocDocument, inlineAsciidoc } from './inline.ts';

const maxColumns = 200;
const maxCells = 200_000;

interface Cell {
  readonly text: string;
  readonly columns: number;
  readonly rows: number;
  readonly style: string;
}

const specifier =
  /(?:^|(?<=\s))(?:(\d{1,3})(?:\.(\d{1,3}))?\+|\.(\d{1,3})\+|(\d{1,3})\*)?([<^>.]{0,4})([adehlmsv]?)$/;

/** Reads a table of cells after `|`, or of comma-separated fields (`,===`). */
export function readTable(
  lines: readonly string[],
  at: number,
  document: AsciidocDocument,
  { attributes }: BlockStyle,
  inner: (body: readonly string[]) => Node[],
): Block {
  const fence = lines[at] ?? '|===';
  const found = lines.indexOf(fence, at + 1);
  const end = found < 0 ? lines.length : found;
  const body = lines.slice(at + 1, end).filter((line) => !/^\/\/(?!\/)/.test(line));
  const isCsv = fence.startsWith(',') || /format="?csv/.test(attributes);
  const separator = isCsv
    ? ','
    : (/separator="?([^\s",])/.exec(attributes)?.[1] ?? fence[0] ?? '|');
  const first = body.findIndex((line) => line !== '');
  const firstCells = cellsOf(body[first] ?? '', separator, isCsv);
  const width = columnsIn(attributes) ?? firstCells.reduce((sum, cell) => sum + cell.columns, 0);
  const cells = isCsv
    ? body.flatMap((line) => (line === '' ? [] : cellsOf(line, separator, true)))
    : cellsOf(body.join('\n'), separator, false);
  const isHeader =
    /(?:options|opts)="?[^"]*header|%[\w%]*header/.test(attributes) ||
    (first >= 0 &&
      !/%?noheader/.test(attributes) &&
      body[first + 1] === '' &&
      first === 0 &&
      firstCells.reduce((sum, cell) => sum + cell.columns, 0) === width);
  const rows = rowsOf(cells, Math.min(maxColumns, Math.max(1, width)));
  const nodes = rows.map((row, index) =>
    element(
      'tr',
      row.map((cell) =>
        element(
          (isHeader && index === 0) || cell.style === 'h' ? 'th' : 'td',
          cell.style === 'a' ? inner(cell.text.split('\n')) : paragraphs(cell.text, document),
          { colspan: String(cell.columns), rowspan: String(cell.rows) },
        ),
      ),
    ),
  );
  return { nodes: [element('table', nodes, { data: 'true' })], lines: end + 1 - at };
}

const paragraphs = (text: string, document: AsciidocDocument): Node[] =>
  text.split(/\n\n+/).map((part) => element('p', [inlineAsciidoc(part, document)]));

/** Number of columns that `cols` declares: a list, or a multiplier such as `3*`. */
function columnsIn(attributes: string): number | null {
  const list = /cols\s*=\s*(?:"([^"]*)"|([^,\]]+))/.exec(attributes);
  if (list === null) return null;
  return (list[1] ?? list[2] ?? '')
    .split(/[,;]/)
    .reduce(
      (sum, column) => sum + Math.min(maxColumns, Number(/^\s*(\d{1,3})\*/.exec(column)?.[1] ?? 1)),
      0,
    );
}

function cellsOf(text: string, separator: string, isCsv: boolean): Cell[] {
  if (isCsv)
    return [...text.matchAll(/\s*(?:"((?:[^"]|"")*)"|([^",]*))\s*(?:,|$)/g)]
      .filter(([whole], index) => whole !== '' || index === 0)
      .map(([, quoted, bare]) => ({
        text: (quoted?.replaceAll('""', '"') ?? bare ?? '').trim(),
        columns: 1,
        rows: 1,
        style: '',
      }));
  const parts = text.split(separator);
  const cells: Cell[] = [];
  let spec = parts[0] ?? '';
  for (let index = 1; index < parts.length; index += 1) {
    let content = parts[index] ?? '';
    while (content.endsWith('\\') && index + 1 < parts.length) {
      index += 1;
      content = `${content.slice(0, -1)}${separator}${parts[index] ?? ''}`;
    }
    const isLast = index + 1 >= parts.length;
    const next = isLast ? null : specifier.exec(content);
    const kept = next === null ? content : content.slice(0, next.index);
    const [, columns, rows, only, times, , style = ''] = specifier.exec(spec) ?? [];
    const cell = {
      text: kept.trim(),
      columns: Number(columns ?? 1),
      rows: Number(rows ?? only ?? 1),
      style,
    };
    for (let copy = 0; copy < Math.min(maxColumns, Number(times ?? 1)); copy += 1) cells.push(cell);
    if (cells.length > maxCells)
      throw new DocumentFault('too_large', `A table has more than ${maxCells} cells.`);
    spec = next?.[0] ?? '';
  }
  return cells;
}

/** Fills rows from left to right; a cell that spans rows takes its place in those below. */
function rowsOf(cells: readonly Cell[], width: number): Cell[][] {
  const rows: Cell[][] = [];
  const taken: number[] = [];
  let row: Cell[] = [];
  let filled = taken[0] ?? 0;
  for (const cell of cells) {
    row.push(cell);
    filled += cell.columns;
    for (let below = 1; below < Math.min(cell.rows, 1000); below += 1)
      taken[rows.length + below] = (taken[rows.length + below] ?? 0) + cell.columns;
    if (filled < width) continue;
    rows.push(row);
    row = [];
    filled = taken[rows.length] ?? 0;
  }
  if (row.length > 0) rows.push(row);
  return rows;
}
