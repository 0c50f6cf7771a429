import { cleanText } from '../../clean-text.ts';
import type { ExtractedDocument } from '../../document.ts';
import { tableRow, tableRule } from '../../markup/table-row.ts';
import { maxDepth, SourceNumber, tooDeep } from './parse.ts';

const maxColumns = 100;

/** Writes a list of flat records as a Markdown table, any other value as lines of `path: scalar`. Throws `too_large`. */
export function writeJson(value: unknown): ExtractedDocument {
  const columns = columnsOf(value);
  if (columns === null)
    return { text: [...linesOf(value, '', 0)].join('\n'), pages: null, isMarkdown: false };
  const rows = (value as Record<string, unknown>[]).map((record) =>
    tableRow(columns.map((column) => scalarText(record[column] ?? ''))),
  );
  const text = [tableRow(columns.map(cleanText)), tableRule(columns.length), ...rows].join('\n');
  return { text, pages: null, isMarkdown: true };
}

const isScalar = (value: unknown) =>
  value === null || typeof value !== 'object' || value instanceof SourceNumber;
const isRecord = (value: unknown): value is Record<string, unknown> =>
  !isScalar(value) && !Array.isArray(value);

function columnsOf(value: unknown): string[] | null {
  if (!Array.isArray(value) || value.length < 2) return null;
  if (!value.every((record) => isRecord(record) && Object.values(record).every(isScalar)))
    return null;
  const columns = new Set(value.flatMap((record: object) => Object.keys(record)));
  return columns.size > 0 && columns.size <= maxColumns ? [...columns] : null;
}

function scalarText(value: unknown): string {
  if (value instanceof SourceNumber) return value.source;
  return typeof value === 'string' ? cleanText(value) : JSON.stringify(value);
}

/** Empty lines separate the top-level members, so that chunks keep each of them together. */
function* linesOf(value: unknown, path: string, depth: number): Generator<string> {
  if (depth > maxDepth) throw tooDeep();
  if (isScalar(value)) {
    yield path === '' ? scalarText(value) : `${path}: ${scalarText(value)}`;
    return;
  }
  for (const [key, inner] of Object.entries(value as object)) {
    const name = cleanText(key);
    yield* linesOf(inner, path === '' ? name : `${path} ${name}`, depth + 1);
    if (depth === 0 && !isScalar(inner)) yield '';
  }
}
