import { type SQL, sql } from 'drizzle-orm';
import { valuesOf } from '../json-values.ts';
import { isTime, operatorsOf, type SearchFilter } from './filter.ts';

/** Returns the condition of a filter on the file `f`; null when it has none. */
export function conditionOf({ file_ids, metadata = {}, and, or, not }: SearchFilter): SQL | null {
  const inner = (filters: readonly SearchFilter[]) =>
    filters.map((filter) => conditionOf(filter) ?? sql`true`);
  return join(
    [
      ...(file_ids === undefined ? [] : [sql`f.id in ${valuesOf(file_ids)}`]),
      ...Object.entries(metadata).flatMap(([field, condition]) =>
        Object.entries(operatorsOf(condition)).flatMap(([operator, value]) =>
          value === undefined ? [] : [leaf(field, operator, value)],
        ),
      ),
      ...(and === undefined ? [] : inner(and)),
      ...(or === undefined ? [] : [join(inner(or), ' or ') ?? sql`true`]),
      ...(not === undefined ? [] : [sql`not ${conditionOf(not) ?? sql`true`}`]),
    ],
    ' and ',
  );
}

const join = (parts: readonly SQL[], by: string): SQL | null =>
  parts.length === 0 ? null : sql`(${sql.join([...parts], sql.raw(by))})`;

/** A test of the field `m` of the metadata. The field `k` and the operand `v` are one parameter. */
const field = (k: string, v: unknown, test: SQL): SQL =>
  sql`exists (select 1 from (select ${JSON.stringify({ k, v })} as p) w cross join json_each(f.metadata) m
    where m.key = w.p ->> '$.k' and ${test})`;

const comparisons: Readonly<Record<string, string>> = { gt: '>', gte: '>=', lt: '<', lte: '<=' };

function leaf(name: string, operator: string, value: unknown): SQL {
  switch (operator) {
    case 'eq':
      return field(name, [value], isOneOf);
    case 'ne':
      return sql`not ${field(name, [value], isOneOf)}`;
    case 'in':
      return field(name, value, isOneOf);
    case 'nin':
      return sql`not ${field(name, value, isOneOf)}`;
    case 'exists':
      return value === true
        ? field(name, null, sql`true`)
        : sql`not ${field(name, null, sql`true`)}`;
    default:
      return field(name, value, compare(sql.raw(comparisons[operator] ?? '='), value));
  }
}

/** True when the field, or a value of its list, is one of the operand's values, of the same JSON type. */
const isOneOf =
  sql.raw(`exists (select 1 from json_each(w.p, '$.v') x where (m.type = x.type and m.value is x.value)
  or (m.type = 'array' and exists (select 1 from json_each(iif(m.type = 'array', m.value, '[]')) e where e.type = x.type and e.value is x.value)))`);

const datePattern = '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]*';

function compare(by: SQL, bound: unknown): SQL {
  if (typeof bound === 'number')
    return sql`m.type in ('integer', 'real') and m.value ${by} w.p ->> '$.v'`;
  return isTime(bound)
    ? sql`m.type = 'text' and m.value glob ${sql.raw(`'${datePattern}'`)} and julianday(m.value) ${by} julianday(w.p ->> '$.v')`
    : sql`m.type = 'text' and m.value ${by} w.p ->> '$.v'`;
}
