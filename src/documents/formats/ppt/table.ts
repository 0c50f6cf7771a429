import { namesNumbers } from '../../markup/header-row.ts';
import { xml } from '../../ooxml/build-xml.ts';
import type { XmlElement } from '../../ooxml/xml.ts';
import type { Shape } from './shape.ts';
import { type TextContext, textBody } from './text.ts';

const maxCells = 10_000;

interface Cell {
  readonly shape: Shape;
  readonly row: number;
  readonly column: number;
  readonly rows: number;
  readonly columns: number;
}

/** Writes a table, which is a group of shapes with texts, as `a:tbl`; null for shapes in no grid. */
export function slideTable(shapes: readonly Shape[], context: TextContext): XmlElement | null {
  const frames = shapes.flatMap(({ frame }) => (frame === null ? [] : [frame]));
  const lefts = edgesOf(frames.map(({ left }) => left));
  const tops = edgesOf(frames.map(({ top }) => top));
  if (Math.max(frames.length, lefts.length * tops.length) > maxCells) return null;
  if (frames.length === 0) return null;
  const cells = shapes.flatMap((shape): Cell[] => {
    const { frame } = shape;
    if (frame === null) return [];
    const span = (edges: readonly number[], from: number, to: number) =>
      Math.max(1, edges.filter((edge) => edge >= from && edge < to).length);
    return [
      {
        shape,
        row: tops.indexOf(frame.top),
        column: lefts.indexOf(frame.left),
        rows: span(tops, frame.top, frame.bottom),
        columns: span(lefts, frame.left, frame.right),
      },
    ];
  });
  const rows = tops.map((_, row) =>
    cells.filter((cell) => cell.row === row).sort((a, b) => a.column - b.column),
  );
  return xml('a:tbl', {}, [
    xml('a:tblPr', { firstRow: String(Number(hasHeader(rows))) }),
    ...rows.map((row) =>
      xml(
        'a:tr',
        {},
        row.map(({ shape, rows, columns }) =>
          xml(
            'a:tc',
            { gridSpan: String(columns), rowSpan: String(rows) },
            shape.text === null
              ? []
              : [xml('a:txBody', {}, textBody(shape.text, context).children)],
          ),
        ),
      ),
    ),
  ]);
}

const edgesOf = (values: readonly number[]) => [...new Set(values)].sort((a, b) => a - b);

/** True for a first row that is set off by bold text, or that names columns of numbers. */
function hasHeader(rows: readonly (readonly Cell[])[]): boolean {
  const isBold = (row: readonly Cell[] | undefined) =>
    (row ?? []).length > 0 &&
    (row ?? []).every(({ shape }) => shape.text?.properties.characters[0]?.isBold === true);
  const texts = rows.map((row) => row.map(({ shape }) => shape.text?.text.trim() ?? ''));
  return (isBold(rows[0]) && !isBold(rows[1])) || namesNumbers(texts);
}
