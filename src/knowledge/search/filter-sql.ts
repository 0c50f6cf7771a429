import { type SQL, sql } from 'drizzle-orm';
import { valuesOf } from '../../db/json-values.ts';
import { fieldNames } from './field-conditions.ts';
import { isTime, operatorsOf, type SearchFilter } from './filter.ts';

/** Returns the condition of a filter on the file `f`; null when it has none. */
export function conditionOf(filter: SearchFilter): SQL | null {
  const { file_ids, metadata = {}, and, or, not } = filter;
  const inner = (filters: readonly SearchFilter[]) =>
    filters.map((one) => conditionOf(one) ?? sql`true`);
  return join(
    [
      ...(file_ids === undefined ? [] : [sql`f.id in ${valuesOf(file_ids)}`]),
      ...Object.entries(metadata).flatMap(([name, condition]) =>
        leavesOf({ name, source: sql.raw('f.metadata'), ...ofMetadata }, condition),
      ),
      ...fieldNames.flatMap((name) => {
        const condition = filter[name];
        return condition === undefined ? [] : leavesOf({ name, ...ofField[name] }, condition);
      }),
      ...(and === undefined ? [] : inner(and)),
      ...(or === undefined ? [] : [join(inner(or), ' or ') ?? sql`true`]),
      ...(not === undefined ? [] : [sql`not ${conditionOf(not) ?? sql`true`}`]),
    ],
    ' and ',
  );
}

const join = (parts: readonly SQL[], by: string): SQL | null =>
  parts.length === 0 ? null : sql`(${sql.join([...parts], sql.raw(by))})`;

/** A value `m` of a JSON object, and how it is compared with the operand `v` of `w.p`. */
interface Field {
  readonly name: string;
  readonly source: SQL;
  /** True when it is one of the values of the operand. */
  readonly isOneOf: SQL;
  readonly compare: (by: SQL, bound: unknown) => SQL;
}

const leavesOf = (field: Field, condition: Parameters<typeof operatorsOf>[0]): SQL[] =>
  Object.entries(operatorsOf(condition)).flatMap(([operator, value]) =>
    value === undefined ? [] : [leaf(field, operator, value)],
  );

/** A test of the field. Its name `k` and the operand `v` are one parameter. */
const test = ({ name, source }: Field, v: unknown, condition: SQL): SQL =>
  sql`exists (select 1 from (select ${JSON.stringify({ k: name, v })} as p) w cross join json_each(${source}) m
    where m.key = w.p ->> '$.k' and ${condition})`;

const comparisons: Readonly<Record<string, string>> = { gt: '>', gte: '>=', lt: '<', lte: '<=' };

function leaf(field: Field, operator: string, value: unknown): SQL {
  switch (operator) {
    case 'eq':
      return test(field, [value], field.isOneOf);
    case 'ne':
      return sql`not ${test(field, [value], field.isOneOf)}`;
    case 'in':
      return test(field, value, field.isOneOf);
    case 'nin':
      return sql`not ${test(field, value, field.isOneOf)}`;
    case 'exists':
      return value === true
        ? test(field, null, sql`true`)
        : sql`not ${test(field, null, sql`true`)}`;
    default:
      return test(field, value, field.compare(sql.raw(comparisons[operator] ?? '='), value));
  }
}

const datePattern = '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]*';

function compareMetadata(by: SQL, bound: unknown): SQL {
  if (typeof bound === 'number')
    return sql`m.type in ('integer', 'real') and m.value ${by} w.p ->> '$.v'`;
  return isTime(bound)
    ? sql`m.type = 'text' and m.value glob ${sql.raw(`'${datePattern}'`)} and julianday(m.value) ${by} julianday(w.p ->> '$.v')`
    : sql`m.type = 'text' and m.value ${by} w.p ->> '$.v'`;
}

const ofMetadata: Omit<Field, 'name' | 'source'> = {
  /** True when the field, or a value of its list, is one of the operand's values, of the same JSON type. */
  isOneOf:
    sql.raw(`exists (select 1 from json_each(w.p, '$.v') x where (m.type = x.type and m.value is x.value)
  or (m.type = 'array' and exists (select 1 from json_each(iif(m.type = 'array', m.value, '[]')) e where e.type = x.type and e.value is x.value)))`),
  compare: compareMetadata,
};

/** Fields that are given go before those of the document. */
const fieldsOfFile = sql.raw('json_patch(f.detected, f.fields)');

/** A language is in its range (RFC 4647, 3.3.1), and a timestamp in its day, month or year. */
const isWithin = {
  source: fieldsOfFile,
  isOneOf: sql.raw(
    "exists (select 1 from json_each(w.p, '$.v') x where m.value = x.value or m.value glob x.value || '[-T]*')",
  ),
  /** To the precision of the bound: timestamps in UTC are in the order of their texts. */
  compare: (by: SQL) => sql`substr(m.value, 1, length(w.p ->> '$.v')) ${by} w.p ->> '$.v'`,
};

const ofField = {
  language: isWithin,
  published_at: isWithin,
  tags: { ...isWithin, isOneOf: ofMetadata.isOneOf },
};
