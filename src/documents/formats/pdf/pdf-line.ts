import type { PageTable } from './page-table.ts';
import type { Segment } from './segment.ts';

export interface PdfLine {
  /** Segments from left to right; several for a line with column-wide gaps. */
  readonly segments: readonly Segment[];
  readonly y: number;
  readonly size: number;
  /** Direction of reading in degrees, counter-clockwise. */
  readonly angle: number;
  /** The table that stands for its segments. */
  readonly table?: PageTable;
}
