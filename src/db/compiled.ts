import { is, Param, Placeholder, sql } from 'drizzle-orm';
import { drizzle } from 'drizzle-orm/d1';
import type { Db, Statement } from './client.ts';

type Values = Readonly<Record<string, unknown>>;

/** The part of a query that Drizzle uses in a batch. */
interface Prepared {
  readonly getQuery: () => { readonly sql: string; readonly params: readonly unknown[] };
  readonly stmt: { readonly bind: (...params: unknown[]) => unknown };
  readonly mapResult: (result: unknown, isFromBatch: boolean) => unknown;
}

/** Builds queries without running them. */
const builder = drizzle({ prepare: () => ({}) } as unknown as D1Database);

/**
 * Returns a factory of batch statements whose SQL is generated once. Drizzle generates it for each
 * use, which for the statements of a turn costs more than their round trip. `build` gets a
 * placeholder for each value.
 */
export function compile<Name extends string, Result>(
  build: (db: Db, value: (name: Name) => Placeholder) => Statement<Result>,
) {
  let made: {
    readonly prepared: Prepared;
    readonly text: string;
    readonly params: readonly Fill[];
  } | null = null;
  const make = () => {
    const prepared = (
      build(builder, (name) => sql.placeholder(name)) as unknown as { _prepare: () => Prepared }
    )._prepare();
    const { sql: text, params } = prepared.getQuery();
    return { prepared, text, params: params.map(toFill) };
  };
  return (db: Db, values: Readonly<Record<Name, unknown>>): Statement<Result> => {
    made ??= make();
    const { prepared, text } = made;
    const params = made.params.map((fill) => fill(values));
    const { $client } = db as unknown as { $client: D1Database };
    const query: Prepared = {
      getQuery: () => ({ sql: text, params }),
      stmt: { bind: (...bound) => $client.prepare(text).bind(...bound) },
      mapResult: (result, isFromBatch) => prepared.mapResult(result, isFromBatch),
    };
    return { _prepare: () => query } as unknown as Statement<Result>;
  };
}

type Fill = (values: Values) => unknown;

/** Returns the value of a parameter, like Drizzle, except that null remains null in a JSON column. */
function toFill(param: unknown): Fill {
  const placeholder = is(param, Param) ? param.value : param;
  if (!is(placeholder, Placeholder)) return () => param;
  const { name } = placeholder;
  if (!is(param, Param)) return (values) => values[name] ?? null;
  return (values) => {
    const value = values[name] ?? null;
    return value === null ? null : param.encoder.mapToDriverValue(value);
  };
}

/** Compiles one statement per set of columns. A column that is undefined gets its default. */
export function compileByColumns<Row extends object, Result = unknown>(
  build: (db: Db, row: Row) => Statement<Result>,
) {
  type Values = Readonly<Record<keyof Row & string, unknown>>;
  const made = new Map<string, (db: Db, values: Values) => Statement<Result>>();
  return (db: Db, row: Row): Statement<Result> => {
    const columns = Object.keys(row).filter((name) => row[name as keyof Row] !== undefined);
    const key = columns.join();
    const known =
      made.get(key) ??
      compile<keyof Row & string, Result>((to, value) =>
        build(
          to,
          Object.fromEntries(
            columns.map((name) => [name, value(name as keyof Row & string)]),
          ) as Row,
        ),
      );
    made.set(key, known);
    return known(db, row as Values);
  };
}
