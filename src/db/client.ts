import type { BatchItem } from 'drizzle-orm/batch';
import { type DrizzleD1Database, drizzle } from 'drizzle-orm/d1';
import type { RunnableQuery } from 'drizzle-orm/runnable-query';
import { SQLiteRaw } from 'drizzle-orm/sqlite-core/query-builders/raw';
import { quotaFailure } from './errors.ts';

export type Db = DrizzleD1Database<Record<string, never>>;

/** A query that has not run and resolves to `Result`: stores return these, services put them into one batch. */
export type Statement<Result = unknown> = RunnableQuery<Result, 'sqlite'>;

/** Statements of one batch. A place that is null is skipped, so that the others keep theirs. */
export type Statements = readonly (Statement | null)[];

/** The results of a batch, place by place; null where the statement is. */
export type BatchResults<Batch extends Statements> = {
  -readonly [Index in keyof Batch]: ResultOf<Batch[Index]>;
};
type ResultOf<Item> = Item extends Statement<infer Result> ? Result : null;

/** What one request has asked of the database so far; `Server-Timing` shows it. */
export interface DbStats {
  trips: number;
  rows_read: number;
  rows_written: number;
  ms: number;
}

export const newDbStats = (): DbStats => ({ trips: 0, rows_read: 0, rows_written: 0, ms: 0 });

/**
 * Drizzle over a D1 session, every round trip counted. `raw()`, which Drizzle uses for a single
 * select, reports no row counts, so it is answered through `all()`: a select must not give two
 * columns the same name (alias them), which a batch of Drizzle's cannot carry either.
 */
export function openDb(session: D1DatabaseSession, meter: DbStats): Db {
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

/**
 * Runs statements in one round trip and one transaction. Results come in the order of the
 * statements. Throws `quota_exceeded`; other errors of the database are thrown as they are.
 */
export async function batch<const Batch extends Statements>(
  db: Db,
  statements: Batch,
): Promise<BatchResults<Batch>> {
  const present = statements.filter((statement) => statement !== null);
  for (const statement of present) prepareRaw(db, statement);
  const results = present.length === 0 ? [] : await runBatch(db, present);
  let next = 0;
  return statements.map((statement) =>
    statement === null ? null : results[next++],
  ) as BatchResults<Batch>;
}

/** Runs two lists of statements in one batch and returns the results of each. */
export async function batchBoth<const First extends Statements, const Second extends Statements>(
  db: Db,
  first: First,
  second: Second,
): Promise<[BatchResults<First>, BatchResults<Second>]> {
  const results: readonly unknown[] = await batch(db, [...first, ...second]);
  return [results.slice(0, first.length), results.slice(first.length)] as unknown as [
    BatchResults<First>,
    BatchResults<Second>,
  ];
}

async function runBatch(db: Db, statements: readonly Statement[]): Promise<readonly unknown[]> {
  try {
    return await db.batch(statements as unknown as [BatchItem<'sqlite'>]);
  } catch (error) {
    throw quotaFailure(error) ?? error;
  }
}

/** Returns the result of the last statement, whose place is not known where lists precede it. */
export const lastResult = <Results extends readonly unknown[]>(results: Results) =>
  results.at(-1) as Results extends readonly [...unknown[], infer Last] ? Last : never;

/** Drizzle's `db.run(sql…)` and `db.all(sql…)` lack the prepared form that its batch asks for where they have parameters. */
function prepareRaw(db: Db, statement: Statement): void {
  if (!(statement instanceof SQLiteRaw)) return;
  const { $client } = db as unknown as { $client: D1Database };
  Object.assign(statement, {
    stmt: $client.prepare((statement as unknown as { getQuery(): { sql: string } }).getQuery().sql),
  });
}
