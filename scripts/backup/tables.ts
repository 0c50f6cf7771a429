// Tables of a deployment, and their rows as lines.
import type { Deployment } from './deployment.ts';

interface SchemaRow {
  readonly type: string;
  readonly name: string;
  readonly sql: string | null;
}

/** The table in which a restore keeps its progress; a deployment that has it is not usable. */
export const progressTable = 'restore_progress';

/** Progress of the keyword indexes, which are built again. */
const derived = new Set(['keyword_progress', 'keyword_stems']);
/** Tables of D1 and wrangler. */
const foreign = /^(?:sqlite_|_cf_|d1_migrations$)/;

export interface Schema {
  /** Tables with rows to back up, parents before their children. */
  readonly tables: readonly string[];
  /** All tables that can be dropped, children first, with the keyword indexes. */
  readonly droppable: readonly string[];
  /** Statements that create the triggers, by name. */
  readonly triggers: ReadonlyMap<string, string>;
  readonly hasProgress: boolean;
}

/** Reads the rows of a database. */
type Reader = Pick<Deployment, 'query' | 'run'>;

export async function readSchema(deployment: Reader): Promise<Schema> {
  const rows = await deployment.query<SchemaRow>(
    'select type, name, sql from sqlite_master order by name',
  );
  const all = rows.filter(({ type, name }) => type === 'table' && !foreign.test(name));
  const isVirtual = ({ sql }: SchemaRow) => /^create virtual table/i.test(sql ?? '');
  const indexes = all.filter(isVirtual).map(({ name }) => name);
  const isShadow = ({ name }: SchemaRow) =>
    indexes.some((index) =>
      new RegExp(`^${index}_(?:data|idx|docsize|config|content)$`).test(name),
    );
  const ordinary = all
    .filter((row) => !isVirtual(row) && !isShadow(row) && row.name !== progressTable)
    .map(({ name }) => name);
  const sorted = await sortByParents(deployment, ordinary);
  const vocabularies = all.filter((row) => /using fts5vocab/i.test(row.sql ?? ''));
  const isVocabulary = (name: string) => vocabularies.some((row) => row.name === name);
  return {
    tables: sorted.filter((name) => !derived.has(name)),
    droppable: [
      ...indexes.filter(isVocabulary),
      ...indexes.filter((name) => !isVocabulary(name)),
      ...sorted.toReversed(),
    ],
    triggers: new Map(
      rows.flatMap(({ type, name, sql }) => (type === 'trigger' && sql ? [[name, sql]] : [])),
    ),
    hasProgress: all.some(({ name }) => name === progressTable),
  };
}

async function sortByParents(
  deployment: Reader,
  tables: readonly string[],
): Promise<readonly string[]> {
  const lists = await deployment.run(
    tables.map((table) => ({ sql: `pragma foreign_key_list("${table}")` })),
  );
  const waiting = new Map(
    tables.map((table, index) => {
      const parents = (lists[index] ?? []).map((row) => String(row.table));
      return [table, parents.filter((parent) => parent !== table)] as const;
    }),
  );
  const sorted: string[] = [];
  while (waiting.size > 0) {
    const ready = [...waiting].filter(([, parents]) => parents.every((one) => !waiting.has(one)));
    if (ready.length === 0) throw new Error(`Tables refer to each other: ${[...waiting.keys()]}`);
    for (const [table] of ready) {
      sorted.push(table);
      waiting.delete(table);
    }
  }
  return sorted;
}

export interface Column {
  readonly name: string;
  readonly type: string;
}

export const readColumns = (deployment: Reader, table: string): Promise<readonly Column[]> =>
  deployment.query<Column>(`pragma table_info("${table}")`);

/** Bytes that one read returns, about, and its first number of rows. */
const readBytes = 2_000_000;
const firstRows = 16;
const maxRows = 5000;

/** Yields the rows of a table as JSON arrays of their values, in the order of their numbers. */
export async function* readRows(
  deployment: Reader,
  table: string,
  columns: readonly string[],
): AsyncGenerator<string> {
  const names = columns.map((name) => `"${name}"`).join(', ');
  let after: unknown = null;
  for (let limit = firstRows; ; ) {
    const rows: readonly Record<string, unknown>[] = await deployment.query(
      `select rowid as "row number", ${names} from "${table}"${after === null ? '' : ` where rowid > ${after}`} order by rowid limit ${limit}`,
    );
    let size = 0;
    for (const { 'row number': number, ...row } of rows) {
      const values = columns.map((name) => row[name] ?? null);
      if (values.some((value) => typeof value === 'object' && value !== null))
        throw new Error(`Table ${table} has bytes, which a backup cannot contain.`);
      const line = JSON.stringify(values);
      size += line.length;
      after = number;
      yield line;
    }
    if (rows.length < limit) return;
    limit = Math.max(1, Math.min(maxRows, Math.floor((limit * readBytes) / Math.max(size, 1))));
  }
}
