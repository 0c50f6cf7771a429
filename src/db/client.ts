import type { BatchItem } from 'drizzle-orm/batch';
import { type DrizzleD1Database, drizzle } from 'drizzle-orm/d1';
import type { RunnableQuery } from 'drizzle-orm/runnable-query';
import { SQLiteRaw } from 'drizzle-orm/sqlite-core/query-builders/raw';
import { raisedFailure } from './errors.ts';

export type Db = DrizzleD1Database<Record<string, never>>;

/**
 * A query that has not run and resolves to `Result`. Stores return statements; services combine
 * them into one batch.
 */
export type Statement<Result = unknown> = RunnableQuery<Result, 'sqlite'>;

/** Statements of one batch. Null entries are skipped and keep the positions of the others. */
export type Statements = readonly (Statement | null)[];

/** The results of a batch by position; null where the statement is null. */
export type BatchResults<Batch extends Statements> = {
  -readonly [Index in keyof Batch]: ResultOf<Batch[Index]>;
};
type ResultOf<Item> = Item extends Statement<infer Result> ? Result : null;

/** Database use of one request so far, as `Server-Timing` reports it. */
export interface DbStats {
  trips: number;
  rows_read: number;
  rows_written: number;
  ms: number;
}

export const newDbStats = (): DbStats => ({ trips: 0, rows_read: 0, rows_written: 0, ms: 0 });

/**
 * Opens Drizzle over a D1 session and counts every round trip. `raw()`, which Drizzle uses for a
 * single select, reports no row counts, so it is served by `all()`. A select must therefore give
 * each column a distinct name, as in a batch of Drizzle.
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
  const client = {
    prepare: (query: string) => new CountedStatement(session.prepare(query), counted),
    batch: (statements: CountedStatement[]) =>
      counted(() => session.batch(statements.map(({ statement }) => statement))),
  };
  return drizzle(client as unknown as D1Database);
}

type Counted = <Result extends D1Result | D1Result[]>(
  run: () => Promise<Result>,
) => Promise<Result>;

/** A statement as Drizzle uses it, whose round trip is counted. */
class CountedStatement {
  readonly statement: D1PreparedStatement;
  readonly #counted: Counted;

  constructor(statement: D1PreparedStatement, counted: Counted) {
    this.statement = statement;
    this.#counted = counted;
  }

  bind(...values: unknown[]): CountedStatement {
    return new CountedStatement(this.statement.bind(...values), this.#counted);
  }

  run(): Promise<D1Result> {
    return this.#counted(() => this.statement.run());
  }

  all(): Promise<D1Result> {
    return this.#counted(() => this.statement.all());
  }

  async raw(): Promise<unknown[][]> {
    const { results } = await this.#counted(() => this.statement.all<Record<string, unknown>>());
    return results.map(Object.values);
  }
}

/**
 * Runs statements in one round trip and one transaction. Results come in the order of the
 * statements. Throws `quota_exceeded`; other errors of the database are thrown unchanged.
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
    throw raisedFailure(error) ?? error;
  }
}

/** Returns the result of the last statement, whose index is unknown when lists precede it. */
export const lastResult = <Results extends readonly unknown[]>(results: Results) =>
  results.at(-1) as Results extends readonly [...unknown[], infer Last] ? Last : never;

/**
 * Adds the prepared form that Drizzle's batch requires and that `db.run(sql…)` and `db.all(sql…)`
 * lack when they have parameters.
 */
function prepareRaw(db: Db, statement: Statement): void {
  if (!(statement instanceof SQLiteRaw)) return;
  const { $client } = db as unknown as { $client: D1Database };
  Object.assign(statement, {
    stmt: $client.prepare((statement as unknown as { getQuery(): { sql: string } }).getQuery().sql),
  });
}
