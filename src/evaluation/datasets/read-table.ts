import { parseJson } from '../../http/body.ts';
import { fromCell } from '../../shared/csv.ts';
import { Failure, invalid } from '../../shared/failure.ts';
import { type CaseField, caseFields, fieldsOf, inputOf, readCell } from './columns.ts';

type Columns = Readonly<Partial<Record<CaseField, string>>>;

/** A row with the number of its first line, from 1; `value` is the input of a case. */
export interface TableRow {
  readonly line: number;
  readonly value: unknown;
}

export interface Table {
  readonly rows: readonly TableRow[];
  readonly faults: readonly LineFault[];
  /** Columns or keys that were not read. */
  readonly ignored: readonly string[];
}

/** What is wrong with a row. */
export interface LineFault {
  readonly line: number;
  readonly detail: string;
}

const delimiters = [',', ';', '\t', '|'];

interface CsvRecord {
  readonly line: number;
  readonly cells: readonly string[];
  readonly fault: string | null;
}

/** Reads a CSV table with a header. The delimiter is the one that separates the known columns of the header. */
export async function readCsv(content: string, columns: Columns): Promise<Table> {
  const text = content.replace(/^\uFEFF/, '');
  const { default: papa } = await import('papaparse');
  const headOf = (delimiter: string) =>
    papa.parse<string[]>(text, { delimiter, preview: 1, skipEmptyLines: 'greedy' }).data[0] ?? [];
  const known = (delimiter: string) =>
    fieldsOf(headOf(delimiter), columns).filter((field) => field !== null).length;
  const [delimiter = ','] = delimiters.toSorted((a, b) => known(b) - known(a));
  const records: CsvRecord[] = [];
  let line = 1;
  let position = 0;
  papa.parse<string[]>(text, {
    delimiter,
    newline: lineBreakOf(text),
    step: ({ data, errors, meta }) => {
      const [first] = errors;
      records.push({ line, cells: data, fault: first === undefined ? null : `${first.message}.` });
      for (; position < meta.cursor; position += 1)
        if (text[position] === '\n' || (text[position] === '\r' && text[position + 1] !== '\n'))
          line += 1;
    },
  });
  return toTable(
    records.filter(({ cells, fault }) => fault !== null || cells.some((one) => one.trim() !== '')),
    columns,
  );
}

/** The first line break outside of quotes: that of the header. */
function lineBreakOf(text: string): '\r\n' | '\n' | '\r' {
  let isQuoted = false;
  for (let at = 0; at < text.length; at += 1) {
    if (text[at] === '"') isQuoted = !isQuoted;
    if (isQuoted) continue;
    if (text[at] === '\n') return '\n';
    if (text[at] === '\r') return text[at + 1] === '\n' ? '\r\n' : '\r';
  }
  return '\n';
}

function toTable([head, ...records]: readonly CsvRecord[], columns: Columns): Table {
  const names = (head?.cells ?? []).map((name) => fromCell(name).trim());
  const twice = names.find((name, index) => name !== '' && names.indexOf(name) !== index);
  if (twice !== undefined)
    throw invalid('/content', `Line ${head?.line}: The column \`${twice}\` is there twice.`);
  const fields = fieldsOf(names, columns);
  for (const field of caseFields)
    if (columns[field] !== undefined && !fields.includes(field))
      throw invalid(`/columns/${field}`, `The table has no column \`${columns[field]}\`.`);
  if (!fields.includes('input'))
    throw invalid(
      '/content',
      'The table has no column `input`. Name the column with the questions in `columns.input`.',
    );
  const faults: LineFault[] = [];
  const rows = records.flatMap(({ line, cells, fault }): TableRow[] => {
    const problem = fault ?? (cells.length > names.length ? 'More cells than the header.' : null);
    if (problem !== null) {
      faults.push({ line, detail: problem });
      return [];
    }
    const values = new Map<CaseField, unknown>();
    for (const [index, field] of fields.entries()) {
      const cell = fromCell(cells[index] ?? '');
      if (field !== null && cell.trim() !== '') values.set(field, readCell(field, cell));
    }
    return [{ line, value: inputOf(values) }];
  });
  const ignored = names.filter((name, index) => name !== '' && fields[index] === null);
  return { rows, faults, ignored: ignored.filter((name) => name !== 'id') };
}

/** Keys that an export has besides those of a case. */
const ownKeys: ReadonlySet<string> = new Set(['id']);

/** Reads JSON Lines: cases as the API has them, or objects with the fields as keys. */
export function readJsonLines(content: string, columns: Columns): Table {
  const faults: LineFault[] = [];
  const ignored = new Set<string>();
  const rows = content
    .replace(/^\uFEFF/, '')
    .split('\n')
    .flatMap((text, index): TableRow[] => {
      if (text.trim() === '') return [];
      try {
        return [{ line: index + 1, value: toInput(parseJson(text), columns, ignored) }];
      } catch (error) {
        if (!(error instanceof Failure)) throw error;
        const detail =
          error.code === 'malformed_request' ? 'Must be a JSON object.' : error.message;
        faults.push({ line: index + 1, detail });
        return [];
      }
    });
  return { rows, faults, ignored: [...ignored] };
}

function toInput(value: unknown, columns: Columns, ignored: Set<string>): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  const { expected, ...rest } = value as Record<string, unknown>;
  const isNested = typeof expected === 'object' && expected !== null && !Array.isArray(expected);
  const flat = isNested || expected === undefined ? rest : { ...rest, expected };
  const names = Object.keys(flat);
  const fields = fieldsOf(names, columns);
  const values = new Map<CaseField, unknown>();
  for (const [index, name] of names.entries()) {
    const field = fields[index] ?? null;
    const given = flat[name];
    if (field !== null && given !== null && given !== '') values.set(field, given);
    if (field === null && !ownKeys.has(name) && ignored.size < 100) ignored.add(name);
  }
  const input = inputOf(values);
  return isNested
    ? { ...input, expected: { ...(input.expected as object), ...(expected as object) } }
    : input;
}
