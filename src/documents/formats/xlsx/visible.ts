import { maxColumn, type Range } from './reference.ts';
import type { Sheet } from './sheet.ts';

/** Maps rows and columns to those that a reader sees, counted from zero without the hidden ones. */
export class VisibleCells {
  readonly #hiddenRows: readonly number[];
  readonly #rows: ReadonlySet<number>;
  /** Number of hidden columns before each column. */
  readonly #hiddenColumns = new Uint16Array(maxColumn + 2);
  readonly #hasHidden: boolean;

  constructor({ hiddenRows, hiddenColumns }: Pick<Sheet, 'hiddenRows' | 'hiddenColumns'>) {
    this.#rows = hiddenRows;
    this.#hasHidden = hiddenRows.size > 0 || hiddenColumns.length > 0;
    this.#hiddenRows = [...hiddenRows].sort((a, b) => a - b);
    const isHidden = new Uint8Array(maxColumn + 1);
    for (const { left, right } of hiddenColumns) isHidden.fill(1, left, right + 1);
    for (const [column, hidden] of isHidden.entries())
      this.#hiddenColumns[column + 1] = (this.#hiddenColumns[column] ?? 0) + hidden;
  }

  hasRow = (row: number): boolean => !this.#rows.has(row);
  hasColumn = (column: number): boolean =>
    this.#hiddenColumns[column] === this.#hiddenColumns[column + 1];

  /** Returns the number of visible rows above a row. */
  row(row: number): number {
    let [low, high] = [0, this.#hiddenRows.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#hiddenRows[middle] ?? 0) < row) low = middle + 1;
      else high = middle;
    }
    return row - low;
  }

  /** Returns the number of visible columns to the left of a column. */
  column = (column: number): number => column - (this.#hiddenColumns[column] ?? 0);

  /** Returns the visible part of a range; null when all of it is hidden. */
  range(whole: Range): Range | null {
    if (!this.#hasHidden) return whole;
    const { top, left, bottom, right } = whole;
    const range = {
      top: this.row(top),
      left: this.column(left),
      bottom: this.row(bottom + 1) - 1,
      right: this.column(right + 1) - 1,
    };
    return range.bottom < range.top || range.right < range.left ? null : range;
  }
}
