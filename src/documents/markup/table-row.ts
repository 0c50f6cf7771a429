const cell = (text: string) => text.replaceAll(/\s+/g, ' ').replaceAll('|', '\\|').trim();

/** Writes one row of a Markdown table; pipes in cells are escaped. */
export const tableRow = (cells: readonly string[]): string => `| ${cells.map(cell).join(' | ')} |`;

/** Writes the delimiter row below a Markdown table's header. */
export const tableRule = (columns: number): string => `|${' --- |'.repeat(Math.max(1, columns))}`;
