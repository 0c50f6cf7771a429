import { numberOf } from './numbers.ts';

export type Row = Record<string, unknown>;
type Key = string | ((row: Row) => unknown);
const operations = ['count', 'sum', 'mean', 'median', 'min', 'max', 'first', 'list'] as const;
type Operation = (typeof operations)[number];
/** A new column: an operation on a column, such as `['sum', 'amount']`, or `'count'`. */
type Aggregate = Operation | readonly [Operation, Key];

const read = (row: Row, key: Key): unknown => (typeof key === 'function' ? key(row) : row[key]);

function checkRows(rows: unknown, name: string): asserts rows is Row[] {
  if (!Array.isArray(rows) || rows.some((row) => row === null || typeof row !== 'object'))
    throw new TypeError(`${name} expects an array of objects, such as the result of parseCsv`);
}

function checkColumn(rows: readonly Row[], key: Key, name: string): void {
  if (typeof key === 'function' || rows.length === 0 || rows.some((row) => key in row)) return;
  const columns = Object.keys(rows[0] ?? {}).join(', ');
  throw new TypeError(`${name}: no column is named "${key}". Columns: ${columns}`);
}

/** Returns one row for each combination of the keys, in the order of the first appearance, with the aggregates as columns. */
export function groupRows(
  rows: unknown,
  by: Key | readonly Key[],
  aggregates: Readonly<Record<string, Aggregate>> = { count: 'count' },
): Row[] {
  checkRows(rows, 'groupRows');
  const keys = (Array.isArray(by) ? by : [by]) as readonly Key[];
  for (const key of keys) checkColumn(rows, key, 'groupRows');
  for (const one of Object.values(aggregates))
    if (Array.isArray(one)) checkColumn(rows, one[1] as Key, 'groupRows');
  const groups = new Map<string, Row[]>();
  for (const row of rows) {
    const id = JSON.stringify(keys.map((key) => read(row, key) ?? null));
    const group = groups.get(id);
    if (group === undefined) groups.set(id, [row]);
    else group.push(row);
  }
  return [...groups].map(([id, group]) => {
    const values: unknown[] = JSON.parse(id);
    const out: Row = {};
    keys.forEach((key, index) => {
      out[typeof key === 'string' ? key : keys.length === 1 ? 'key' : `key${index + 1}`] =
        values[index];
    });
    for (const [name, one] of Object.entries(aggregates)) out[name] = aggregate(group, one);
    return out;
  });
}

function aggregate(rows: readonly Row[], how: Aggregate): unknown {
  const [operation, key] = typeof how === 'string' ? [how, undefined] : how;
  if (operation === 'count') return rows.length;
  if (key === undefined) throw new TypeError(`write ['${operation}', 'column'] to aggregate`);
  const values = rows.map((row) => read(row, key));
  if (operation === 'first') return values[0];
  if (operation === 'list') return values;
  if (operation in statistics) return statistics[operation as keyof typeof statistics](values);
  throw new TypeError(`unknown operation "${operation}". Operations: ${operations.join(', ')}`);
}

/** The numbers among values; empty cells and words do not count. */
const numbersIn = (values: readonly unknown[]): number[] =>
  values.map(numberOf).filter((value) => value !== null);

const orNull = (value: number | undefined): number | null => value ?? null;

export const sum = (values: readonly unknown[]): number => {
  // Neumaier's summation: 0.1 + 0.2 + … stays exact to the last digit.
  let total = 0;
  let lost = 0;
  for (const value of numbersIn(values)) {
    const next = total + value;
    lost += Math.abs(total) >= Math.abs(value) ? total - next + value : value - next + total;
    total = next;
  }
  return Number.isFinite(total) ? total + lost : total;
};

export const mean = (values: readonly unknown[]): number | null => {
  const count = numbersIn(values).length;
  return count === 0 ? null : sum(values) / count;
};

/** Returns the quantile of a share from 0 to 1, interpolated between neighbours. */
export const quantile = (values: readonly unknown[], share: number): number | null => {
  const sorted = numbersIn(values).sort((a, b) => a - b);
  const place = (sorted.length - 1) * share;
  const low = sorted[Math.floor(place)];
  const high = sorted[Math.ceil(place)];
  return low === undefined || high === undefined ? null : low + (high - low) * (place % 1);
};

export const median = (values: readonly unknown[]): number | null => quantile(values, 0.5);

const extreme = (values: readonly unknown[], isBetter: (a: number, b: number) => boolean) =>
  orNull(
    numbersIn(values).reduce<number | undefined>(
      (best, value) => (best === undefined || isBetter(value, best) ? value : best),
      undefined,
    ),
  );

const statistics = {
  ...{ sum, mean, median },
  min: (values: readonly unknown[]) => extreme(values, (a, b) => a < b),
  max: (values: readonly unknown[]) => extreme(values, (a, b) => a > b),
};

/** Returns sorted rows; a leading minus sorts a column downwards: `sortRows(rows, '-amount', 'name')`. */
export function sortRows(rows: unknown, ...by: readonly Key[]): Row[] {
  checkRows(rows, 'sortRows');
  const order = by.map((key) => {
    const isDown = typeof key === 'string' && key.startsWith('-');
    const column = isDown ? key.slice(1) : key;
    checkColumn(rows, column, 'sortRows');
    return { column, sign: isDown ? -1 : 1 };
  });
  return [...rows].sort((a, b) => {
    for (const { column, sign } of order) {
      const result = compare(read(a, column), read(b, column), sign);
      if (result !== 0) return result;
    }
    return 0;
  });
}

/** Numbers come before texts; empty values come last in either direction. */
function compare(a: unknown, b: unknown, sign: number): number {
  const isEmpty = (value: unknown) => value === null || value === undefined || value === '';
  if (isEmpty(a) || isEmpty(b)) return Number(isEmpty(a)) - Number(isEmpty(b));
  if (typeof a === 'number' && typeof b === 'number') return (a - b) * sign;
  if (typeof a === 'number' || typeof b === 'number')
    return (typeof a === 'number' ? -1 : 1) * sign;
  const [left, right] = [String(a), String(b)];
  return left === right ? 0 : (left < right ? -1 : 1) * sign;
}

/** Returns the rows of `left`, each with the columns of every row of `right` with the same value; columns of `left` win. */
export function joinRows(
  left: unknown,
  right: unknown,
  on: string | readonly [string, string],
  type: 'inner' | 'left' = 'inner',
): Row[] {
  checkRows(left, 'joinRows');
  checkRows(right, 'joinRows');
  const [own, other] = typeof on === 'string' ? [on, on] : on;
  checkColumn(left, own, 'joinRows');
  checkColumn(right, other, 'joinRows');
  const found = new Map<unknown, Row[]>();
  for (const row of right) {
    const rows = found.get(row[other]);
    if (rows === undefined) found.set(row[other], [row]);
    else rows.push(row);
  }
  return left.flatMap((row) => {
    const matches = found.get(row[own]) ?? (type === 'left' ? [{}] : []);
    return matches.map((match) => ({ ...match, ...row }));
  });
}
