import { maxCharacters } from '../document.ts';
import { DocumentFault } from '../fault.ts';
import { maxCells } from '../formats/xlsx/extract.ts';
import { maxRow } from '../formats/xlsx/reference.ts';
import { emptySheet, type Sheet, type SheetBudget, type SheetCell } from '../formats/xlsx/sheet.ts';
import { writeSheet } from '../formats/xlsx/worksheet.ts';
import { inlineText } from '../markup/inline.ts';
import { element, type Node, textOf } from '../markup/tree.ts';
import { writeMarkdown } from '../markup/write-markdown.ts';
import { childOf, elementsOf, type XmlElement } from '../ooxml/xml.ts';
import type { BodyReader } from './body.ts';
import { countOf, hasText, isHidden, within } from './grid.ts';
import type { OdfStyles } from './styles.ts';
import { isCellSetOff } from './table.ts';

/** Length of the text of a cell that stands for it. */
const maxPlace = 60;
const maxColumns = 16_384;
const plain = { base_url: null, tableLines: () => [] };

interface ReadCell {
  readonly cell: SheetCell;
  readonly columns: number;
  readonly rows: number;
}

export const sheetBudget = (): SheetBudget => ({ cells: maxCells, characters: maxCharacters });

/** Reads a sheet row by row into the form of an XLSX sheet (OpenDocument 1.4, part 3, 9). */
export class OdfSheet {
  readonly #sheet: Sheet = emptySheet();
  readonly #styles: OdfStyles;
  readonly #reader: BodyReader;
  readonly #budget: SheetBudget;
  readonly #asides: Node[] = [];
  /** Hidden rows since the last row with content. */
  #hidden: number[] = [];
  #row = 0;

  /** The columns of the table are before its rows. */
  constructor(table: XmlElement, styles: OdfStyles, reader: BodyReader, budget: SheetBudget) {
    this.#styles = styles;
    this.#reader = reader;
    this.#budget = budget;
    let left = 0;
    for (const { node, isHidden } of within(table, 'table:table-column')) {
      const right = Math.min(maxColumns, left + countOf(node, 'columns-repeated')) - 1;
      if (isHidden && right >= left)
        this.#sheet.hiddenColumns.push({ top: 0, bottom: maxRow, left, right });
      left = right + 1;
    }
  }

  /** Adds a row, as often as it is repeated. Throws `too_large`. */
  add(row: XmlElement, isHeader: boolean, isOut: boolean): void {
    const repeat = countOf(row, 'rows-repeated');
    const start = this.#row;
    this.#row += repeat;
    if (isOut || isHidden(row)) {
      for (let at = start; at < Math.min(this.#row, maxRow); at += 1) this.#hidden.push(at);
      return;
    }
    const cells = this.#readCells(row, repeat);
    if (cells.length === 0) return;
    for (const hidden of this.#hidden) this.#sheet.hiddenRows.add(hidden);
    this.#hidden = [];
    for (let at = start; at < this.#row; at += 1) {
      this.#sheet.rows.push({ row: at, cells: cells.map(({ cell }) => cell) });
      for (const { cell, columns, rows } of cells)
        if (columns > 1 || rows > 1)
          this.#sheet.merges.push({
            top: at,
            bottom: at + rows - 1,
            left: cell.column,
            right: cell.column + columns - 1,
          });
    }
    if (isHeader) this.#sheet.frozenRows = this.#row;
  }

  #readCells(row: XmlElement, repeat: number): ReadCell[] {
    const cells: ReadCell[] = [];
    let column = 0;
    for (const node of elementsOf(row)) {
      if (node.name !== 'table:table-cell' && node.name !== 'table:covered-table-cell') continue;
      const copies = Math.min(countOf(node, 'columns-repeated'), maxColumns - column);
      if (node.name === 'table:table-cell' && copies > 0 && hasText(node)) {
        const content = this.#readCell(node);
        this.#spend(copies * repeat, content.text.length);
        for (let copy = 0; copy < copies && content.text.trim() !== ''; copy += 1)
          cells.push({
            cell: { ...content, column: column + copy },
            columns: Math.min(countOf(node, 'columns-spanned'), maxColumns),
            rows: countOf(node, 'rows-spanned'),
          });
      }
      column += copies;
    }
    return cells;
  }

  #spend(cells: number, characters: number): void {
    this.#budget.cells -= cells;
    this.#budget.characters -= cells * characters;
    if (this.#budget.cells < 0 || this.#budget.characters < 0)
      throw new DocumentFault('too_large', 'The spreadsheet has too many cells with content.');
  }

  /** Returns the value as the sheet shows it: the text of the cell, else its plain value. */
  #readCell(node: XmlElement): Omit<SheetCell, 'column'> {
    const { attributes } = node;
    const content = elementsOf(node);
    const lines = content
      .filter(({ name }) => name === 'text:p')
      .map((line) => this.#reader.inline(line));
    const value =
      attributes['office:string-value'] ??
      attributes['office:date-value'] ??
      attributes['office:boolean-value'] ??
      attributes['office:value'] ??
      '';
    const text =
      lines.length === 0 ? value : lines.map(({ nodes }) => inlineText(nodes, plain)).join('\n');
    for (const child of content) {
      if (child.name === 'office:annotation')
        this.#asides.push(...this.#reader.comment(child, text.slice(0, maxPlace)));
      else if (child.name !== 'text:p') this.#asides.push(...this.#reader.shape(child));
    }
    for (const line of lines) this.#asides.push(...line.asides);
    const isText = /^(?:string|)$/.test(attributes['office:value-type'] ?? '');
    return { text, isText, isSetOff: isCellSetOff(node, this.#styles), address: null };
  }

  /** Returns the sheet below its name: tables, then comments and drawings; empty for a sheet without content. */
  write(table: XmlElement): string {
    const shapes = elementsOf(childOf(table, 'table:shapes')).flatMap((shape) =>
      this.#reader.shape(shape),
    );
    const asides = [...this.#asides, ...shapes].filter((node) => textOf(node).trim() !== '');
    const blocks = [...writeSheet(this.#sheet), writeMarkdown(element('body', asides))];
    const content = blocks.filter((block) => block !== '').join('\n\n');
    const name = (table.attributes['table:name'] ?? '').replaceAll(/\s+/g, ' ');
    return content === '' ? '' : `## ${name}\n\n${content}`;
  }
}
