/** The beginning of text that a spreadsheet evaluates as a formula (OWASP, CSV injection), after characters it may skip. */
const formula = /^[\t\r\n]|^[\s\p{Cf}\p{Cc}]*[=+\-@＝＋－＠]/u;

/** Returns a cell of a table (RFC 4180). Text that a spreadsheet would evaluate is prefixed with an apostrophe. */
export function toCell(value: string | number | boolean | null): string {
  if (value === null) return '';
  if (typeof value !== 'string') return String(value);
  const safe = formula.test(value) ? `'${value}` : value;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

export const toLine = (cells: readonly (string | number | boolean | null)[]): string =>
  `${cells.map(toCell).join(',')}\r\n`;
