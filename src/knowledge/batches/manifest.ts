import type { z } from '@hono/zod-openapi';
import { bodyViolations } from '../../http/violations.ts';
import { maxEntries } from './schema.ts';

/** A manifest that cannot be read; the message names its line. */
export class ManifestFault extends Error {
  override readonly name = 'ManifestFault';
}

export type ManifestFormat = 'jsonl' | 'csv';

/** A row as it was written, with the number of its line or record, from 1. */
interface Row {
  readonly line: number;
  readonly value: unknown;
}

/**
 * Reads the lines of a manifest: JSON objects, or records of a CSV file whose header has the names of the fields and
 * `metadata.…` for metadata. Throws `ManifestFault` for the first line that is wrong.
 */
export async function readManifest<Line extends { readonly external_id?: string | undefined }>(
  text: string,
  format: ManifestFormat,
  schema: z.ZodType<Line>,
  keyOf: (line: Line) => string,
): Promise<readonly Line[]> {
  const plain = text.replace(/^\uFEFF/, '').replaceAll('\0', '');
  const rows = format === 'jsonl' ? readJsonLines(plain) : await readRecords(plain);
  if (rows.length === 0) throw new ManifestFault('The manifest has no entries.');
  if (rows.length > maxEntries)
    throw new ManifestFault(`The manifest has more than ${maxEntries} entries.`);
  const lines: Line[] = [];
  const seen = new Map<string, number>();
  for (const { line, value } of rows) {
    const parsed = schema.safeParse(value);
    if (!parsed.success)
      throw new ManifestFault(`Line ${line}: ${faultOf(schema, parsed.error, value)}`);
    const { external_id } = parsed.data;
    for (const key of [
      `\`${keyOf(parsed.data)}\``,
      ...(external_id === undefined ? [] : [`\`external_id\` ${external_id}`]),
    ]) {
      const first = seen.get(key);
      if (first !== undefined)
        throw new ManifestFault(`Line ${line}: ${key} is on line ${first}, too.`);
      seen.set(key, line);
    }
    lines.push(parsed.data);
  }
  return lines;
}

function faultOf(schema: z.ZodType, error: z.ZodError, value: unknown): string {
  const [violation] = bodyViolations(schema, error, value);
  const field = violation?.pointer.slice(1).replaceAll('/', '.') ?? '';
  return `${field === '' ? '' : `\`${field}\`: `}${violation?.detail ?? 'Invalid.'}`;
}

function readJsonLines(text: string): Row[] {
  return text.split(/\r?\n/).flatMap((one, index) => {
    if (one.trim() === '') return [];
    try {
      return [{ line: index + 1, value: JSON.parse(one) as unknown }];
    } catch {
      throw new ManifestFault(`Line ${index + 1}: Must be a JSON object.`);
    }
  });
}

async function readRecords(text: string): Promise<Row[]> {
  const { default: papa } = await import('papaparse');
  const { data } = papa.parse<string[]>(text, { skipEmptyLines: 'greedy' });
  const [header = [], ...records] = data;
  const names = header.map((name) => name.trim());
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined)
    throw new ManifestFault(`Line 1: The column \`${twice}\` is there twice.`);
  return records.map((record, index) => {
    if (record.length > names.length)
      throw new ManifestFault(`Line ${index + 2}: More fields than the header has.`);
    return { line: index + 2, value: toObject(names, record, index + 2) };
  });
}

const metadataColumn = /^metadata\.(.+)$/;

/** Columns with a list: in JSON, or separated by commas or semicolons. */
const listColumns: ReadonlySet<string> = new Set(['tags', 'groups']);

const readList = (field: string): unknown =>
  /^(?:\[|null$)/.test(field)
    ? jsonOf(field)
    : field
        .split(/[,;]/)
        .map((one) => one.trim())
        .filter(Boolean);

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // The schema refuses the text with the form of a list.
    return text;
  }
}

/** An empty field is left out. A column `metadata` has a JSON object. */
function toObject(names: readonly string[], record: readonly string[], line: number): unknown {
  const value: Record<string, unknown> = {};
  const metadata: Record<string, unknown> = {};
  for (const [index, name] of names.entries()) {
    const field = record[index]?.trim() ?? '';
    if (field === '') continue;
    const key = metadataColumn.exec(name)?.[1];
    if (key !== undefined) metadata[key] = field;
    else if (name === 'metadata') Object.assign(metadata, jsonObject(field, line));
    else value[name] = listColumns.has(name) ? readList(field) : field;
  }
  return Object.keys(metadata).length === 0 ? value : { ...value, metadata };
}

function jsonObject(text: string, line: number): object {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value;
  } catch {
    // The same message as for another type.
  }
  throw new ManifestFault(`Line ${line}: \`metadata\`: Must be a JSON object.`);
}
