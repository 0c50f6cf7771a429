/** Position of a fault: the `at`th round trip to D1, from 1, before it is made or after it is committed. */
export interface Fault {
  readonly at: number;
  readonly mode: 'before' | 'after';
}

/** A transient error of D1: https://developers.cloudflare.com/d1/observability/debug-d1/ */
const lost = () => new Error('D1_ERROR: Network connection lost.');

export interface FaultyDatabase {
  readonly database: D1Database;
  /** Round trips so far. */
  readonly trips: () => number;
  /** Every place for a fault in the round trips so far. One that only reads has no effect to come after. */
  readonly faults: () => Fault[];
}

/**
 * Wraps the database so that one round trip fails: `before` its effect, or `after` it, when only the response is
 * lost. With `null` it only counts round trips.
 */
export function faulty(database: D1Database, fault: Fault | null): FaultyDatabase {
  let trips = 0;
  const faults: Fault[] = [];
  const strike = async <Result>(call: () => Promise<Result>, made: Made[]): Promise<Result> => {
    trips += 1;
    const isHit = trips === fault?.at;
    faults.push({ at: trips, mode: 'before' });
    if (!made.every(({ sql }) => isRead(sql))) faults.push({ at: trips, mode: 'after' });
    if (isHit && fault?.mode === 'before') throw lost();
    const result = await call();
    if (isHit) throw lost();
    return result;
  };
  return { database: watched(database, strike), trips: () => trips, faults: () => [...faults] };
}

/** Returns true for a statement that surely changes nothing. */
const isRead = (sql: string) => /^\s*select\b/i.test(sql);

/**
 * Wraps the database of a worker that is slow or dies: it waits for `gate` before round trip `at`, and after `dies`
 * every round trip fails, the effect of that one included (`before`) or not (`after`).
 */
export function unreliable(
  database: D1Database,
  {
    at,
    dies,
    gate,
  }: {
    readonly at: number;
    readonly dies: 'before' | 'after' | null;
    readonly gate: () => Promise<void>;
  },
): D1Database {
  let trips = 0;
  let isDead = false;
  return watched(database, async (call) => {
    trips += 1;
    const isHit = trips === at;
    if (isHit) await gate();
    if (isDead || (isHit && dies === 'before')) {
      isDead = true;
      throw lost();
    }
    const result = await call();
    if (isHit && dies === 'after') {
      isDead = true;
      throw lost();
    }
    return result;
  });
}

/** Wraps the database so that something else happens once, before the first round trip with a statement that matches. */
export function interfering(
  database: D1Database,
  statement: RegExp,
  meanwhile: () => Promise<unknown>,
): D1Database {
  let isOver = false;
  return watched(database, async (call, made) => {
    if (!isOver && made.some(({ sql }) => statement.test(sql))) {
      isOver = true;
      await meanwhile();
    }
    return call();
  });
}

export interface CountedDatabase {
  readonly database: D1Database;
  /** Round trips and rows since the last call. */
  readonly take: () => DatabaseUse;
}

export interface DatabaseUse {
  readonly trips: number;
  readonly rows_read: number;
  readonly rows_written: number;
}

/** Wraps the database to count its use. */
export function counting(database: D1Database): CountedDatabase {
  const none: DatabaseUse = { trips: 0, rows_read: 0, rows_written: 0 };
  let use = none;
  const count = async <Result>(call: () => Promise<Result>): Promise<Result> => {
    const result = await call();
    const metas = [result].flat().map((one) => (one as D1Result).meta);
    use = {
      trips: use.trips + 1,
      rows_read: metas.reduce((sum, meta) => sum + meta.rows_read, use.rows_read),
      rows_written: metas.reduce((sum, meta) => sum + meta.rows_written, use.rows_written),
    };
    return result;
  };
  const take = () => {
    const taken = use;
    use = none;
    return taken;
  };
  return { database: watched(database, count), take };
}

/** The executed statements with their parameters. */
export interface Recording {
  readonly database: D1Database;
  readonly statements: { readonly sql: string; readonly values: readonly unknown[] }[];
}

/** Wraps the database to record every statement. */
export function recording(database: D1Database): Recording {
  const statements: Recording['statements'] = [];
  const run = <Result>(call: () => Promise<Result>, made: Recording['statements']) => {
    statements.push(...made);
    return call();
  };
  return { database: watched(database, run), statements };
}

type Made = { readonly sql: string; readonly values: readonly unknown[] };
type Watch = <Result>(call: () => Promise<Result>, made: Made[]) => Promise<Result>;

/** D1 as the product uses it: sessions, prepared statements, batches. Everything that travels goes through `watch`. */
function watched(database: D1Database, watch: Watch): D1Database {
  const originals = new WeakMap<
    object,
    { readonly statement: D1PreparedStatement; readonly made: Made }
  >();
  const wrap = (statement: D1PreparedStatement, made: Made): D1PreparedStatement => {
    const wrapped = {
      bind: (...values: unknown[]) => wrap(statement.bind(...values), { sql: made.sql, values }),
      run: () => watch(() => statement.run(), [made]),
      all: () => watch(() => statement.all(), [made]),
      first: (column?: string) =>
        watch(() => (column === undefined ? statement.first() : statement.first(column)), [made]),
      raw: (options?: { columnNames?: false }) => watch(() => statement.raw(options), [made]),
    };
    originals.set(wrapped, { statement, made });
    return wrapped as unknown as D1PreparedStatement;
  };
  const over = (source: D1Database | D1DatabaseSession) => ({
    prepare: (sql: string) => wrap(source.prepare(sql), { sql, values: [] }),
    batch: (statements: D1PreparedStatement[]) => {
      const known = statements.map(
        (statement) => originals.get(statement) ?? { statement, made: { sql: '', values: [] } },
      );
      return watch(
        () => source.batch(known.map(({ statement }) => statement)),
        known.map(({ made }) => made),
      );
    },
  });
  return {
    ...over(database),
    withSession(constraint?: string) {
      const session = database.withSession(constraint);
      return { ...over(session), getBookmark: () => session.getBookmark() };
    },
  } as unknown as D1Database;
}
