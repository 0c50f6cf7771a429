import type { DatabaseSync, StatementSync } from 'node:sqlite';

/** A database of this process behind the interface of D1, so that the store functions of the product write to it. */
export function toD1(database: DatabaseSync): D1DatabaseSession {
  const prepared = new Map<string, StatementSync>();
  const run = (query: string, values: readonly unknown[]) => {
    const statement = prepared.get(query) ?? database.prepare(query);
    prepared.set(query, statement);
    const results = statement.all(
      ...values.map((value) => (typeof value === 'boolean' ? Number(value) : value) as string),
    );
    return { results, success: true, meta: { rows_read: 0, rows_written: 0 } };
  };
  const statementOf = (query: string, values: readonly unknown[]): object => ({
    run: () => run(query, values),
    bind: (...bound: unknown[]) => statementOf(query, bound),
    all: async () => run(query, values),
  });
  return {
    prepare: (query: string) => statementOf(query, []),
    batch: async (statements: readonly { run: () => unknown }[]) => {
      database.exec('begin');
      const results = statements.map((statement) => statement.run());
      database.exec('commit');
      return results;
    },
    getBookmark: () => null,
  } as unknown as D1DatabaseSession;
}
