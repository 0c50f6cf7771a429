import { toLine } from '../../shared/csv.ts';

/** Lines of a table as CSV. Text that a spreadsheet would evaluate as a formula is prefixed with an apostrophe. */
export const toCsv = (rows: readonly (readonly (string | number | null)[])[]): string =>
  rows.map(toLine).join('');
