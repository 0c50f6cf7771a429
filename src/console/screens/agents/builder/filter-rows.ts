import type { AgentConfig } from '../../../../client/index.ts';
import { isRecord } from '../../../ui/is-same.ts';

type Filter = AgentConfig['knowledge']['filter'];

const operators = ['eq', 'ne', 'in', 'nin', 'gt', 'gte', 'lt', 'lte', 'exists'] as const;
export type Operator = (typeof operators)[number];

export const subjects = ['metadata', 'language', 'tags', 'published_at'] as const;
export type Subject = (typeof subjects)[number];

type Scalar = string | number | boolean | null;

/** A condition of a filter, as far as a form can show it. */
export interface FilterRow {
  readonly subject: Subject;
  /** The name of a field of the metadata; empty for the others. */
  readonly name: string;
  readonly operator: Operator;
  readonly value: Scalar | readonly Scalar[];
}

/** Operators that a field takes. */
export const operatorsOf = (subject: Subject): readonly Operator[] =>
  subject === 'metadata' || subject === 'published_at'
    ? operators
    : ['eq', 'ne', 'in', 'nin', 'exists'];

/** Returns the conditions of a filter, all of which must hold; null for one that says more than a form can show. */
export function rowsOfFilter(filter: Filter): FilterRow[] | null {
  if (filter === null) return [];
  const { and, or, not, metadata = {}, ...fields } = filter;
  if (and !== undefined || or !== undefined || not !== undefined) return null;
  return [
    ...Object.entries(metadata).flatMap(([name, value]) => rowsOf('metadata', name, value)),
    ...Object.entries(fields).flatMap(([subject, value]) => rowsOf(subject as Subject, '', value)),
  ];
}

const rowsOf = (subject: Subject, name: string, value: unknown): FilterRow[] =>
  isRecord(value)
    ? Object.entries(value).map(([operator, inner]) => ({
        ...{ subject, name, operator: operator as Operator },
        value: inner as FilterRow['value'],
      }))
    : [{ subject, name, operator: 'eq', value: value as Scalar }];

/** The reverse; a later condition with the same field and operator replaces an earlier one. */
export function filterOfRows(rows: readonly FilterRow[]): Filter {
  if (rows.length === 0) return null;
  const metadata: Record<string, Record<string, unknown>> = {};
  const fields: Record<string, Record<string, unknown>> = {};
  for (const { subject, name, operator, value } of rows) {
    const [group, key] = subject === 'metadata' ? [metadata, name] : [fields, subject];
    group[key] = { ...group[key], [operator]: value };
  }
  const isEmpty = Object.keys(metadata).length === 0;
  return { ...(isEmpty ? {} : { metadata }), ...fields } as Filter;
}

/** Returns a condition that no other of the rows is. */
export function newRow(rows: readonly FilterRow[]): FilterRow {
  let number = 1;
  while (rows.some(({ name }) => name === `field_${number}`)) number += 1;
  return { subject: 'metadata', name: `field_${number}`, operator: 'eq', value: '' };
}

export const isTaken = (rows: readonly FilterRow[], index: number, row: FilterRow): boolean =>
  rows.some(
    (one, at) =>
      at !== index &&
      one.subject === row.subject &&
      one.name === row.name &&
      one.operator === row.operator,
  );

/** A value as it is typed. Text that would be read as something else is in quotes. */
export const textOfValue = (value: FilterRow['value'], subject: Subject): string =>
  isList(value)
    ? value.map((one) => textOfScalar(one, subject)).join(', ')
    : textOfScalar(value, subject);

/** Reads what was typed: numbers, `true`, `false` and `null` of metadata are taken as such, unless they are in quotes. */
export const valueOfText = (
  text: string,
  { subject, operator }: Pick<FilterRow, 'subject' | 'operator'>,
): FilterRow['value'] =>
  operator === 'in' || operator === 'nin'
    ? text.split(',').map((one) => scalarOf(one.trim(), subject))
    : scalarOf(text, subject);

const isList = (value: FilterRow['value']): value is readonly Scalar[] => Array.isArray(value);

const isSpecial = (text: string): boolean =>
  /^(?:true|false|null|".*")$/.test(text) || (text.trim() !== '' && Number.isFinite(Number(text)));

const textOfScalar = (value: Scalar, subject: Subject): string =>
  subject === 'metadata' && typeof value === 'string' && isSpecial(value)
    ? JSON.stringify(value)
    : String(value);

function scalarOf(text: string, subject: Subject): Scalar {
  if (subject !== 'metadata' || !isSpecial(text)) return text;
  if (text.startsWith('"')) return text.slice(1, -1);
  return text === 'null'
    ? null
    : text === 'true' || text === 'false'
      ? text === 'true'
      : Number(text);
}
