import type { BatchItem } from 'drizzle-orm/batch';
import { type DrizzleD1Database, drizzle } from 'drizzle-orm/d1';
import { SQLiteRaw } from 'drizzle-orm/sqlite-core/query-builders/raw';
import { quotaFailure } from './errors.ts';

export type Db = DrizzleD1Database<Record<string, never>>;

/** A query that has not run: stores hand these out, services put them into one batch. */
export type Statement = BatchItem<'sqlite'>;

/** What one request has asked of the database so far; `Server-Timing` shows it. */
export interface DbMeter {
  trips: number;
  rows_read: number;
  rows_written: number;
  ms: number;
}

export const newDbMeter = (): DbMeter => ({ trips: 0, rows_read: 0, rows_written: 0, ms: 0 });

/**
 * Drizzle over a D1 session, every round trip counted. `raw()`, which Drizzle uses for a single
 * select, reports no row counts, so it is answered through `all()`: a select must not give two
 * columns the same name (alias them), which a batch of Drizzle's cannot carry either.
 */
export function openDb(session: D1DatabaseSession, meter: DbMeter): Db {
  const counted = async <Result extends D1Result | D1Result[]>(
    run: () => Promise<Result>,
  ): Promise<Result> => {
    const started = Date.now();
    meter.trips += 1;
    try {
      const result = await run();
      for (const { meta } of Array.isArray(result) ? result : [result]) {
        meter.rows_read += meta.rows_read;
        meter.rows_written += meta.rows_written;
      }
      return result;
    } finally {
      meter.ms += Date.now() - started;
    }
  };
  const originals = new WeakMap<object, D1PreparedStatement>();
  const wrap = (statement: D1PreparedStatement): D1PreparedStatement => {
    const wrapped = {
      bind: (...values: unknown[]) => wrap(statement.bind(...values)),
      run: () => counted(() => statement.run()),
      all: () => counted(() => statement.all()),
      raw: async () =>
        (await counted(() => statement.all<Record<string, unknown>>())).results.map(Object.values),
    };
    originals.set(wrapped, statement);
    return wrapped as unknown as D1PreparedStatement;
  };
  const client = {
    prepare: (query: string) => wrap(session.prepare(query)),
    batch: (statements: D1PreparedStatement[]) =>
      counted(() =>
        session.batch(statements.map((statement) => originals.get(statement) ?? statement)),
      ),
  };
  return drizzle(client as unknown as D1Database);
}

/** One round trip, one transaction. Results come in the order of the statements. Throws `quota_exceeded`; other errors are raw. */
export async function batch<const Statements extends readonly Statement[]>(
  db: Db,
  statements: Statements,
) {
  if (statements.length === 0) return [] as unknown as BatchResults<Statements>;
  for (const statement of statements) prepareRaw(db, statement);
  try {
    return (await db.batch(
      statements as unknown as [Statement, ...Statement[]],
    )) as unknown as BatchResults<Statements>;
  } catch (error) {
    throw quotaFailure(error) ?? error;
  }
}

/** Drizzle's `db.run(sql…)` and `db.all(sql…)` lack the prepared form that its batch asks for where they have parameters. */
function prepareRaw(db: Db, statement: Statement): void {
  if (!(statement instanceof SQLiteRaw)) return;
  const { $client } = db as unknown as { $client: D1Database };
  Object.assign(statement, {
    stmt: $client.prepare((statement as unknown as { getQuery(): { sql: string } }).getQuery().sql),
  });
}

type BatchResults<Statements extends readonly Statement[]> = {
  -readonly [Index in keyof Statements]: Statements[Index]['_']['result'];
};
