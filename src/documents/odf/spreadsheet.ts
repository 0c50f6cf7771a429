import { childOf, type XmlElement } from '../ooxml/xml.ts';
import { BodyReader } from './body.ts';
import { isHidden } from './grid.ts';
import type { ContentTaker, OdfObjects } from './package.ts';
import { OdfSheet, sheetBudget } from './sheet.ts';
import { OdfStyles } from './styles.ts';

const rowHolders = /^table:table-(?:rows|row-group|header-rows)$/;

/** Reads the rows of a spreadsheet while it is parsed: as a tree, a sheet of a few megabytes has millions of elements. */
export class Spreadsheet implements ContentTaker {
  #named: XmlElement | null = null;
  #objects: OdfObjects = { object: () => null };
  readonly #sheets = new Map<XmlElement, OdfSheet>();
  readonly #budget = sheetBudget();
  #context: { readonly styles: OdfStyles; readonly reader: BodyReader } | null = null;

  begin(named: XmlElement | null, objects: OdfObjects): void {
    this.#named = named;
    this.#objects = objects;
  }

  /** Takes the rows of sheets, which are not those of tables in embedded objects. */
  take(node: XmlElement, around: readonly XmlElement[]): boolean {
    if (node.name !== 'table:table-row') return false;
    const at = around.findLastIndex(({ name }) => name === 'table:table');
    const table = around[at];
    const holders = around.slice(at + 1);
    const isRow =
      table !== undefined &&
      around[at - 1]?.name === 'office:spreadsheet' &&
      around[at - 2]?.name === 'office:body' &&
      at === 3 + around.findIndex(({ name }) => name.startsWith('office:document')) &&
      holders.every(({ name }) => rowHolders.test(name));
    if (!isRow) return false;
    const { styles } = this.#contextOf(around);
    if (isHiddenSheet(table, styles)) return true;
    const isHeader = holders.some(({ name }) => name === 'table:table-header-rows');
    this.#sheetOf(table, around).add(node, isHeader, holders.some(isHidden));
    return true;
  }

  #sheetOf(table: XmlElement, around: readonly XmlElement[]): OdfSheet {
    const { styles, reader } = this.#contextOf(around);
    const known = this.#sheets.get(table) ?? new OdfSheet(table, styles, reader, this.#budget);
    this.#sheets.set(table, known);
    return known;
  }

  /** The styles of a file are before its content. */
  #contextOf(around: readonly XmlElement[]) {
    if (this.#context !== null) return this.#context;
    const document = around.find(({ name }) => name.startsWith('office:document'));
    const styles = new OdfStyles(
      childOf(document, 'office:automatic-styles'),
      childOf(this.#named ?? document, 'office:styles'),
    );
    const reader = new BodyReader({ styles, parts: this.#objects, isMargin: false });
    this.#context = { styles, reader };
    return this.#context;
  }

  /** Returns the visible sheets, one below the other. */
  write(tables: readonly XmlElement[], around: readonly XmlElement[]): string {
    const { styles } = this.#contextOf(around);
    return tables
      .filter((table) => table.name === 'table:table' && !isHiddenSheet(table, styles))
      .map((table) => this.#sheetOf(table, around).write(table))
      .filter((text) => text !== '')
      .join('\n\n');
  }
}

const isHiddenSheet = ({ attributes }: XmlElement, styles: OdfStyles): boolean =>
  styles.property('table', attributes['table:style-name'], 'table-properties', 'table:display') ===
  'false';
