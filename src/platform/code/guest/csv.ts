import Papa from 'papaparse';
import type { Row } from './rows.ts';

interface CsvOptions {
  /** Detected when absent. */
  readonly delimiter?: string;
  /** False for rows as arrays of cells. */
  readonly header?: boolean;
  /** False to keep every cell as text. */
  readonly types?: boolean;
}

/**
 * Parses CSV to an array of objects. Numbers and booleans are converted, except for numbers that would change, such as `007`
 * or a long account number; an empty cell is null.
 */
export function parseCsv(
  text: unknown,
  { delimiter = '', header = true, types = true }: CsvOptions = {},
): (Row | unknown[])[] {
  if (typeof text !== 'string')
    throw new TypeError('parseCsv expects text, such as the result of readFile');
  const { data } = Papa.parse<string[]>(text, { delimiter, skipEmptyLines: 'greedy' });
  const cells = types ? data.map((row) => row.map(typed)) : data;
  if (!header) return cells;
  const names = uniqueNames(data[0] ?? []);
  return cells.slice(1).map((row) => {
    const out: Row = {};
    names.forEach((name, index) => {
      out[name] = row[index] ?? null;
    });
    return out;
  });
}

function uniqueNames(header: readonly string[]): string[] {
  const seen = new Map<string, number>();
  return header.map((cell, index) => {
    const name = cell.trim() || `column_${index + 1}`;
    const count = (seen.get(name) ?? 0) + 1;
    seen.set(name, count);
    return count === 1 ? name : `${name}_${count}`;
  });
}

function typed(cell: string): unknown {
  const text = cell.trim();
  if (text === '') return null;
  if (text === 'true' || text === 'TRUE') return true;
  if (text === 'false' || text === 'FALSE') return false;
  const isNumber = /^-?(0|[1-9]\d{0,14})(\.\d{1,15})?([eE][-+]?\d{1,3})?$/.test(text);
  return isNumber ? Number(text) : cell;
}

/** Returns rows as CSV. Texts that a spreadsheet would run as a formula get a leading apostrophe. */
export function toCsv(
  rows: readonly Row[],
  { columns, delimiter = ',' }: { columns?: readonly string[]; delimiter?: string } = {},
): string {
  if (!Array.isArray(rows)) throw new TypeError('toCsv expects an array of objects');
  const fields = columns ?? [...new Set(rows.flatMap((row) => Object.keys(row)))];
  const data = rows.map((row) => fields.map((field) => cellOf(row[field])));
  return `${Papa.unparse({ fields: [...fields], data }, { delimiter, newline: '\n', escapeFormulae: formula })}\n`;
}

/** Where a spreadsheet takes a text for a formula: all but numbers may begin one with a sign. */
const formula = /^(?:[=@\t\r]|[+-](?!(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$))/;

const cellOf = (value: unknown): unknown =>
  value !== null && typeof value === 'object' && !(value instanceof Date)
    ? JSON.stringify(value)
    : value instanceof Date
      ? value.toISOString()
      : value;
