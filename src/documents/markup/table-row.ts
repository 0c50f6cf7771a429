const special = /[|\t-\r]|\s\s|[^\S ]/;
const cell = (text: string) =>
  special.test(text) ? text.replaceAll(/\s+/g, ' ').replaceAll('|', '\\|').trim() : text.trim();

/** Writes one row of a Markdown table; pipes in cells are escaped. */
export const tableRow = (cells: readonly string[]): string => `| ${cells.map(cell).join(' | ')} |`;

/** Writes the delimiter row below a Markdown table's header. */
export const tableRule = (columns: number): string => `|${' --- |'.repeat(Math.max(1, columns))}`;
