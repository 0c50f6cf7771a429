import { columnsOf } from '../../markup/columns.ts';
import { property, xml } from '../../ooxml/build-xml.ts';
import type { XmlElement } from '../../ooxml/xml.ts';
import type { CellFormat, RowFormat } from './row-format.ts';

/** A paragraph, which may be the end of a cell or row of the innermost table around it. */
export interface TableParagraph {
  readonly node: XmlElement;
  /** Number of tables around it. */
  readonly depth: number;
  readonly endsCell: boolean;
  readonly endsRow: boolean;
  readonly row: RowFormat;
}

interface Row {
  readonly cells: readonly (readonly XmlElement[])[];
  readonly format: RowFormat | null;
}

/** Puts the paragraphs of tables into `w:tbl` ([MS-DOC], 2.4.3). */
export function asTables(paragraphs: readonly TableParagraph[], depth = 0): XmlElement[] {
  const blocks: XmlElement[] = [];
  for (let at = 0; at < paragraphs.length; ) {
    const paragraph = paragraphs[at] as TableParagraph;
    let end = at + 1;
    if (paragraph.depth <= depth) blocks.push(paragraph.node);
    else {
      while ((paragraphs[end]?.depth ?? 0) > depth) end += 1;
      blocks.push(tableOf(rowsOf(paragraphs.slice(at, end), depth + 1)));
    }
    at = end;
  }
  return blocks;
}

function rowsOf(paragraphs: readonly TableParagraph[], depth: number): Row[] {
  const rows: Row[] = [];
  let cells: XmlElement[][] = [];
  let cell: TableParagraph[] = [];
  const endCell = () => {
    cells.push(asTables(cell, depth));
    cell = [];
  };
  const endRow = (format: RowFormat | null) => {
    if (cell.length > 0) endCell();
    if (cells.length > 0) rows.push({ cells, format });
    cells = [];
  };
  for (const paragraph of paragraphs) {
    const isOwn = paragraph.depth === depth;
    if (isOwn && paragraph.endsRow) endRow(paragraph.row);
    else {
      cell.push(paragraph);
      if (isOwn && paragraph.endsCell) endCell();
    }
  }
  endRow(null);
  return rows;
}

function tableOf(rows: readonly Row[]): XmlElement {
  const columnOf = columnsOf(rows.flatMap(({ format }) => format?.edges ?? []));
  return xml(
    'w:tbl',
    {},
    rows.map(({ cells, format }) => {
      const edges = format?.edges ?? [];
      return xml('w:tr', {}, [
        xml('w:trPr', {}, [
          property('w:tblHeader', format?.isHeader === true),
          property('w:gridBefore', columnOf(edges[0] ?? 0)),
        ]),
        ...cells.map((blocks, index) => {
          const [left, right] = [edges[index], edges[index + 1]];
          const columns =
            left === undefined || right === undefined ? 1 : columnOf(right) - columnOf(left);
          return cellOf(blocks, Math.max(1, columns), format?.cells[index]);
        }),
      ]);
    }),
  );
}

const mergeName = (merge: 'first' | 'continued') => (merge === 'first' ? 'restart' : 'continue');

const cellOf = (
  blocks: readonly XmlElement[],
  columns: number,
  format: CellFormat | undefined,
): XmlElement =>
  xml('w:tc', {}, [
    xml('w:tcPr', {}, [
      property('w:gridSpan', columns),
      ...(format?.down == null ? [] : [property('w:vMerge', mergeName(format.down))]),
      ...(format?.across == null ? [] : [property('w:hMerge', mergeName(format.across))]),
      ...(format?.fill == null ? [] : [xml('w:shd', { 'w:fill': format.fill })]),
    ]),
    ...blocks,
  ]);
