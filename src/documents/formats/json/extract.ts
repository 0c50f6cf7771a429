import { cleanText } from '../../clean-text.ts';
import type { ExtractedDocument } from '../../document.ts';
import { decodeText } from '../../encoding/decode.ts';
import { DocumentFault } from '../../fault.ts';
import { tableRow, tableRule } from '../../markup/table-row.ts';

const maxDepth = 100;
const maxRecords = 500_000;

/** A number as it is written: identifiers beyond 2^53, `10.50` and `1e400` mean what they say. */
class WrittenNumber {
  readonly source: string;

  constructor(source: string) {
    this.source = source;
  }
}

/** A list of flat records becomes a table, anything else one line a value with the path that leads to it. Of two members of one name the last counts. */
export async function extractJson(
  bytes: Uint8Array<ArrayBuffer>,
  encoding: string | null,
): Promise<ExtractedDocument> {
  return write(parse(await decodeText(bytes, encoding), 'The file is not valid JSON.'));
}

/** One JSON value a line (JSON Lines, NDJSON); empty lines are skipped. A line that is none is named. */
export async function extractJsonLines(
  bytes: Uint8Array<ArrayBuffer>,
  encoding: string | null,
): Promise<ExtractedDocument> {
  const lines = (await decodeText(bytes, encoding)).split('\n');
  const values = lines.flatMap((line, index) =>
    line.trim() === ''
      ? []
      : [
          parse(
            line,
            `Line ${index + 1} is not valid JSON. Each line must be one complete JSON value.`,
          ),
        ],
  );
  if (values.length > maxRecords)
    throw new DocumentFault('too_large', `The file has more than ${maxRecords} records.`);
  return write(values);
}

function write(value: unknown): ExtractedDocument {
  const columns = columnsOf(value);
  if (columns === null)
    return { text: [...linesOf(value, '', 0)].join('\n'), pages: null, isMarkdown: false };
  const rows = (value as Record<string, unknown>[]).map((record) =>
    tableRow(columns.map((column) => written(record[column] ?? ''))),
  );
  const text = [tableRow(columns.map(cleanText)), tableRule(columns.length), ...rows].join('\n');
  return { text, pages: null, isMarkdown: true };
}

/** Source text of a number, which revivers are given (ECMAScript 2026, "JSON.parse source text access"). */
type Reviver = (key: string, value: unknown, context?: { readonly source?: string }) => unknown;

const keepNumber: Reviver = (_key, value, context) =>
  typeof value === 'number' ? new WrittenNumber(context?.source ?? String(value)) : value;

function parse(text: string, fault: string): unknown {
  try {
    return JSON.parse(text.replace(/^\ufeff/, ''), keepNumber);
  } catch (error) {
    if (error instanceof RangeError) throw tooDeep(error);
    throw new DocumentFault('corrupt', fault, error);
  }
}

const tooDeep = (cause?: unknown) =>
  new DocumentFault('too_large', `JSON may be nested at most ${maxDepth} levels deep.`, cause);

const isScalar = (value: unknown) =>
  value === null || typeof value !== 'object' || value instanceof WrittenNumber;
const isRecord = (value: unknown): value is Record<string, unknown> =>
  !isScalar(value) && !Array.isArray(value);

function columnsOf(value: unknown): string[] | null {
  if (!Array.isArray(value) || value.length < 2) return null;
  if (!value.every((record) => isRecord(record) && Object.values(record).every(isScalar)))
    return null;
  const columns = new Set(value.flatMap((record: object) => Object.keys(record)));
  return columns.size > 0 && columns.size <= 100 ? [...columns] : null;
}

function written(value: unknown): string {
  if (value instanceof WrittenNumber) return value.source;
  return typeof value === 'string' ? cleanText(value) : JSON.stringify(value);
}

/** An empty line between the members of the top level, so that they are kept together when the text is cut. */
function* linesOf(value: unknown, path: string, depth: number): Generator<string> {
  if (depth > maxDepth) throw tooDeep();
  if (isScalar(value)) {
    yield path === '' ? written(value) : `${path}: ${written(value)}`;
    return;
  }
  for (const [key, inner] of Object.entries(value as object)) {
    const name = cleanText(key);
    yield* linesOf(inner, path === '' ? name : `${path} ${name}`, depth + 1);
    if (depth === 0 && !isScalar(inner)) yield '';
  }
}
