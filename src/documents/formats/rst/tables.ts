import type { Block } from '../../markup/block.ts';
import { type Element, element, findElement, isElement, type Node } from '../../markup/tree.ts';
import { isBlank } from './lines.ts';

type Inner = (body: readonly string[]) => Node[];

const maxColumns = 200;

const tableOf = (
  rows: readonly (readonly (readonly Node[])[])[],
  headers: number,
  caption = '',
): Element[] => [
  element(
    'table',
    [
      ...(caption === '' ? [] : [element('caption', [caption])]),
      ...rows.map((cells, index) =>
        element(
          'tr',
          cells.map((cell) => element(index < headers ? 'th' : 'td', cell)),
        ),
      ),
    ],
    { data: 'true' },
  ),
];

/** Reads a table drawn with `+`, `-` and `|`. A cell that spans columns keeps its place; rows that span are joined. */
export function readGridTable(lines: readonly string[], at: number, inner: Inner): Block {
  let end = at;
  while (/^[+|]/.test(lines[end] ?? '')) end += 1;
  const drawn = lines.slice(at, end);
  const bounds = [...new Set(drawn.filter((line) => line.startsWith('+')).flatMap(crossings))]
    .sort((a, b) => a - b)
    .slice(0, maxColumns);
  const rows: Node[][][] = [];
  let cells: string[][] = [];
  let headers = 0;
  const flush = () => {
    if (cells.some((cell) => cell.some((line) => line.trim() !== '')))
      rows.push(cells.map((cell) => inner(dedented(cell))));
    cells = [];
  };
  for (const line of drawn) {
    if (/^\+[-=+]+\+$/.test(line)) {
      flush();
      if (line.includes('=')) headers = rows.length;
      continue;
    }
    bounds.slice(0, -1).forEach((from, column) => {
      const to = bounds[column + 1] ?? line.length;
      cells[column] ??= [];
      // Without a bar at its left the cell is part of the one before it.
      const isOwn = column === 0 || line[from] === '|' || line[from] === '+';
      const text = line.slice(from + 1, to);
      if (isOwn) cells[column]?.push(/^[-=+]+$/.test(text) ? '' : text);
      else
        cells[ownerOf(line, bounds, column)]?.splice(
          -1,
          1,
          `${cells[ownerOf(line, bounds, column)]?.at(-1) ?? ''}${line.slice(from, to)}`,
        );
    });
  }
  flush();
  return { nodes: tableOf(rows, headers), lines: end - at };
}

function ownerOf(line: string, bounds: readonly number[], column: number): number {
  let owner = column - 1;
  while (owner > 0 && line[bounds[owner] ?? 0] !== '|') owner -= 1;
  return owner;
}

const crossings = (line: string): number[] => [...line.matchAll(/\+/g)].map(({ index }) => index);

function dedented(lines: readonly string[]): string[] {
  const indents = lines
    .filter((line) => !isBlank(line))
    .map((line) => line.length - line.trimStart().length);
  const indent = Math.min(...indents, 100);
  return lines.map((line) => line.slice(indent).trimEnd());
}

/** Reads a table whose columns are marked by rows of `=`. A row without a first cell continues the one above it. */
export function readSimpleTable(lines: readonly string[], at: number, inner: Inner): Block {
  const isRule = (line: string) => /^=+(?:\s+=+)*$/.test(line);
  const columns = [...(lines[at] ?? '').matchAll(/=+/g)]
    .map(({ index }) => index)
    .slice(0, maxColumns);
  const rows: string[][][] = [];
  let headers = 0;
  let end = at + 1;
  for (; end < lines.length; end += 1) {
    const line = lines[end] ?? '';
    if (isRule(line)) {
      const isLast = isBlank(lines[end + 1]);
      if (isLast) break;
      headers = rows.length;
      continue;
    }
    if (isBlank(line) || /^[-\s]+$/.test(line)) continue;
    const cells = columns.map((from, index) =>
      line.slice(from, columns[index + 1] ?? line.length).trimEnd(),
    );
    const above = rows.at(-1);
    if (isBlank(cells[0]) && above !== undefined)
      cells.forEach((cell, index) => void above[index]?.push(cell));
    else rows.push(cells.map((cell) => [cell]));
  }
  return {
    nodes: tableOf(
      rows.map((cells) => cells.map((cell) => inner(dedented(cell)))),
      headers,
    ),
    lines: end + 1 - at,
  };
}

/** Reads `list-table`: a list of rows, each a list of cells. */
export function readListTable(
  caption: string,
  options: ReadonlyMap<string, string>,
  body: readonly string[],
  inner: Inner,
): Node[] {
  const content = inner(body);
  const list = findElement(element('div', content), ({ tag }) => tag === 'ul');
  if (list === null) return content;
  const rows = list.children.filter(isElement).map((row) => {
    const cells = findElement(row, ({ tag }) => tag === 'ul');
    return (cells?.children ?? []).filter(isElement).map(({ children }) => children);
  });
  return tableOf(rows, Number(options.get('header-rows') ?? 0) || 0, caption);
}

/** Reads `csv-table`, whose fields may be quoted. */
export function readCsvTable(
  caption: string,
  options: ReadonlyMap<string, string>,
  body: readonly string[],
  write: (cell: string) => string,
): Node[] {
  const header = options.get('header');
  const rows = [
    ...(header === undefined ? [] : [header]),
    ...body.filter((line) => !isBlank(line)),
  ].map((line) =>
    [...line.matchAll(/\s*(?:"((?:[^"]|"")*)"|([^",]*))\s*(?:,|$)/g)]
      .filter(([whole], index) => whole !== '' || index === 0)
      .map(([, quoted, bare]): Node[] => [
        write((quoted?.replaceAll('""', '"') ?? bare ?? '').trim()),
      ]),
  );
  return tableOf(
    rows,
    (header === undefined ? 0 : 1) + (Number(options.get('header-rows') ?? 0) || 0),
    caption,
  );
}
