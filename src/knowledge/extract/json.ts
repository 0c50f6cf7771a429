import { cleanText, DocumentFault, decodeText, type ExtractedDocument, tableRow, tableRule } from './document.ts';

const maxDepth = 100;

/** A list of flat records becomes a table, anything else one line a value with the path that leads to it. */
export async function extractJson(bytes: Uint8Array<ArrayBuffer>): Promise<ExtractedDocument> {
  const value = parse(cleanText(decodeText(bytes)));
  const columns = columnsOf(value);
  if (columns === null) return { text: [...linesOf(value, '', 0)].join('\n'), pages: null, isMarkdown: false };
  const rows = (value as Record<string, unknown>[]).map((record) => tableRow(columns.map((column) => written(record[column] ?? ''))));
  return { text: [tableRow(columns), tableRule(columns.length), ...rows].join('\n'), pages: null, isMarkdown: true };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new DocumentFault('corrupt', 'The file is not JSON.', error);
  }
}

const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null && !Array.isArray(value);
const isScalar = (value: unknown) => value === null || typeof value !== 'object';

function columnsOf(value: unknown): string[] | null {
  if (!Array.isArray(value) || value.length < 2) return null;
  if (!value.every((record) => isRecord(record) && Object.values(record).every(isScalar))) return null;
  const columns = new Set(value.flatMap((record: object) => Object.keys(record)));
  return columns.size > 0 && columns.size <= 100 ? [...columns] : null;
}

const written = (value: unknown) => (typeof value === 'string' ? value : JSON.stringify(value));

/** An empty line between the members of the top level, so that they are kept together when the text is cut. */
function* linesOf(value: unknown, path: string, depth: number): Generator<string> {
  if (depth > maxDepth) throw new DocumentFault('too_large', `JSON may be nested at most ${maxDepth} deep.`);
  if (isScalar(value)) {
    yield path === '' ? written(value) : `${path}: ${written(value)}`;
    return;
  }
  for (const [key, inner] of Object.entries(value as object)) {
    yield* linesOf(inner, path === '' ? key : `${path} ${key}`, depth + 1);
    if (depth === 0 && !isScalar(inner)) yield '';
  }
}
