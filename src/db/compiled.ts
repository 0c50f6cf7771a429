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
function compile<Given extends object>(
  build: (db: Db, value: (name: keyof Given & string) => Placeholder) => Statement,
) {
  let made: {
    readonly prepared: Prepared;
    readonly text: string;
    readonly fillers: readonly Filler[];
  } | null = null;
  const make = () => {
    const prepared = (
      build(builder, (name) => sql.placeholder(name)) as unknown as { _prepare: () => Prepared }
    )._prepare();
    const { sql: text, params } = prepared.getQuery();
    return { prepared, text, fillers: params.map(toFiller) };
  };
  return (db: Db, values: Given): Statement => {
    made ??= make();
    const { prepared, text, fillers } = made;
    const params = fillers.map((fill) => fill(values as Values));
    const { $client } = db as unknown as { $client: D1Database };
    const query: Prepared = {
      getQuery: () => ({ sql: text, params }),
      stmt: { bind: (...bound) => $client.prepare(text).bind(...bound) },
      mapResult: (result, isFromBatch) => prepared.mapResult(result, isFromBatch),
    };
    return { _prepare: () => query } as unknown as Statement;
  };
}

/** Returns one parameter of a statement from the values of a use. */
type Filler = (values: Values) => unknown;

/** Fills a placeholder like Drizzle, except that null remains null in a JSON column. */
function toFiller(param: unknown): Filler {
  const placeholder = is(param, Param) ? param.value : param;
  if (!is(placeholder, Placeholder)) return () => param;
  const { name } = placeholder;
  if (!is(param, Param)) return (values) => values[name] ?? null;
  const { encoder } = param;
  return (values) => {
    const value = values[name] ?? null;
    return value === null ? null : encoder.mapToDriverValue(value);
  };
}

/** Compiles one statement per set of columns. A column that is undefined gets its default. */
export function compileByColumns<Row extends object>(build: (db: Db, row: Row) => Statement) {
  const made = new Map<string, (db: Db, row: Row) => Statement>();
  return (db: Db, row: Row): Statement => {
    const columns = Object.keys(row).filter((name) => row[name as keyof Row] !== undefined);
    const key = columns.join();
    const known =
      made.get(key) ??
      compile<Row>((to, value) =>
        build(
          to,
          Object.fromEntries(
            columns.map((name) => [name, value(name as keyof Row & string)]),
          ) as Row,
        ),
      );
    made.set(key, known);
    return known(db, row);
  };
}
