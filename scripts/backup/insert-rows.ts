import type { Query } from './protocol.ts';
import type { Column } from './tables.ts';

/** Length of the JSON of one statement, and of one transaction, far below the limits of D1. */
const statementLength = 800_000;
const batchLength = 4_000_000;
/** Parameters of one statement. */
const maxParams = 100;

type Value = string | number | null;

/**
 * Returns the statements that insert lines. Most rows are passed as one JSON text; those with a real number or the character NUL as
 * parameters, since SQLite would not read exactly the same value from JSON.
 */
export function insertStatements(
  table: string,
  columns: readonly Column[],
  lines: readonly string[],
): Query[] {
  const names = columns.map(({ name }) => `"${name}"`).join(', ');
  const hasReal = columns.some(({ type }) => type === 'REAL');
  const queries: Query[] = [];
  let pending: string[] = [];
  let length = 0;
  const flush = () => {
    if (pending.length === 0) return;
    const values = columns.map((_, index) => `value ->> ${index}`).join(', ');
    queries.push({
      sql: `insert into "${table}" (${names}) select ${values} from json_each(?) order by key`,
      params: [`[${pending.join(',')}]`],
    });
    pending = [];
    length = 0;
  };
  let bound: Value[][] = [];
  const flushBound = () => {
    if (bound.length === 0) return;
    const row = `(${columns.map(() => '?').join(', ')})`;
    queries.push({
      sql: `insert into "${table}" (${names}) values ${bound.map(() => row).join(', ')}`,
      params: bound.flat(),
    });
    bound = [];
  };
  const rowsAtOnce = Math.max(1, Math.floor(maxParams / columns.length));
  for (const line of lines) {
    if (hasReal || line.length > statementLength || line.includes('\\u0000')) {
      flush();
      bound.push(JSON.parse(line) as Value[]);
      if (bound.length >= rowsAtOnce || line.length > statementLength) flushBound();
      continue;
    }
    flushBound();
    if (length + line.length > statementLength) flush();
    pending.push(line);
    length += line.length;
  }
  flush();
  flushBound();
  return queries;
}

/** Collects lines that one transaction inserts. */
export async function* inBatches(lines: AsyncIterable<string>): AsyncGenerator<string[]> {
  let batch: string[] = [];
  let length = 0;
  for await (const line of lines) {
    batch.push(line);
    length += line.length;
    if (length < batchLength && batch.length < 2000) continue;
    yield batch;
    batch = [];
    length = 0;
  }
  if (batch.length > 0) yield batch;
}
