import { z } from '@hono/zod-openapi';
import type { Violation } from '../shared/failure.ts';

type PointerTo = (path: readonly string[]) => string;
type Issue = z.core.$ZodIssue;

const jsonPointer: PointerTo = (path) =>
  path.map((key) => `/${key.replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');
const queryPointer: PointerTo = (path) => `?${path.join('.')}`;

export const bodyViolations = (schema: z.ZodType, error: z.ZodError, given: unknown): Violation[] =>
  violationsOf(schema, error, given, jsonPointer);
export const queryViolations = (
  schema: z.ZodType,
  error: z.ZodError,
  given: unknown,
): Violation[] => violationsOf(schema, error, given, queryPointer);

function violationsOf(
  schema: z.ZodType,
  { issues }: z.ZodError,
  given: unknown,
  pointerTo: PointerTo,
): Violation[] {
  return issues.flatMap(withoutUnions).flatMap((issue) => {
    const path = issue.path.map(String);
    if (issue.code !== 'unrecognized_keys')
      return [
        {
          pointer: pointerTo(path),
          detail: isMissing(given, path) ? required(issue) : detailOf(issue),
        },
      ];
    const known = fieldsAt(schema, path);
    const below = fieldsBelow(schema, path, known);
    const kind = pointerTo === queryPointer ? 'parameter' : 'field';
    return issue.keys.map((key) => ({
      pointer: pointerTo([...path, key]),
      detail: unknownField(issue, nearest(key, known) ?? below.get(plain(key)) ?? null, kind),
    }));
  });
}

/** Formats the path of a violation as a prefix of a union's message: `[0].text: `. */
export const placeOf = (path: readonly PropertyKey[]): string =>
  path.length === 0
    ? ''
    : `${path.map((key) => (typeof key === 'number' ? `[${key}]` : `.${String(key)}`)).join('')}: `;

/**
 * Replaces a failed union by the violations within the intended member, where that member can be
 * identified.
 */
function withoutUnions(issue: Issue): Issue[] {
  if (issue.code !== 'invalid_union') return [issue];
  const within = (inner: Issue) =>
    withoutUnions({ ...inner, path: [...issue.path, ...inner.path] } as Issue);
  // The violation that the union's own message names.
  const reported = issue.errors
    .flat()
    .find(({ path, message }) => path.length > 0 && issue.message === `${placeOf(path)}${message}`);
  if (reported !== undefined) return within(reported);
  if (issue.message !== 'Invalid input') return [issue];
  const ofForm = issue.errors.filter((issues) =>
    issues.every(({ path, code }) => path.length > 0 || code === 'unrecognized_keys'),
  );
  const meant = ofForm.filter((issues) => !issues.some(({ path }) => kinds.has(path[0])));
  const [nearest] = (meant.length > 0 ? meant : ofForm).toSorted((a, b) => a.length - b.length);
  if (nearest === undefined) return [issue];
  return nearest.flatMap(within);
}

/** Fields that discriminate the members of a union. */
const kinds: ReadonlySet<PropertyKey | undefined> = new Set(['type', 'role']);

function unknownField(issue: Issue, near: string | null, kind: 'field' | 'parameter'): string {
  // A schema can have a more specific message, such as the field to use instead.
  if (!issue.message.startsWith('Unrecognized key')) return issue.message;
  return suggest(`Unknown ${kind}.`, near);
}

const suggest = (detail: string, near: string | null): string =>
  near === null ? detail : `${detail} Did you mean \`${near}\`?`;

/** Returns true when the value at the path is absent. */
const isMissing = (given: unknown, path: readonly string[]): boolean =>
  path.length > 0 &&
  path.reduce<unknown>(
    (value, key) =>
      value === null || typeof value !== 'object' ? null : (value as Record<string, unknown>)[key],
    given,
  ) === undefined;

/**
 * The message for a missing value. Custom messages of schemas are kept, except those that list the
 * allowed values.
 */
const required = (issue: Issue): string =>
  issue.code === 'invalid_union' || /^Invalid (?:input|option)\b/.test(issue.message)
    ? 'Is required.'
    : issue.message;

const types: Readonly<Record<string, string>> = {
  string: 'text',
  number: 'a number',
  int: 'a whole number',
  boolean: '`true` or `false`',
  array: 'a list',
  object: 'an object',
  record: 'an object',
  null: 'null',
};

/** Descriptions by Zod's format names. */
const formats: Readonly<Record<string, string>> = {
  datetime: 'a timestamp such as `2026-11-20T09:30:00Z`',
  date: 'a date such as `2026-11-20`',
  url: 'a URL',
  email: 'an e-mail address',
};

const orElse = (values: readonly unknown[]): string =>
  values.map((value) => `\`${String(value)}\``).join(' or ');

/** Translates Zod's messages to the wording of this API; custom messages of schemas are kept. */
function detailOf(issue: Issue): string {
  const { message } = issue;
  const [, expected = '', received = ''] =
    /^Invalid input: expected (\w+), received (\w+)$/.exec(message) ?? [];
  if (types[expected] !== undefined)
    return received === 'NaN' || (expected === 'int' && received === 'number')
      ? `Must be ${types[expected]}.`
      : `Must be ${types[expected]}, not ${types[received] ?? received}.`;
  if (issue.code === 'invalid_value' && /^Invalid (?:option|input): expected/.test(message))
    return `Must be ${orElse(issue.values)}.`;
  if (issue.code === 'invalid_format' && /^Invalid (?:ISO|URL|email)/.test(message))
    return `Must be ${formats[issue.format] ?? issue.format}.`;
  const [, pattern] = /^Invalid string: must match pattern \/(.+)\/\w*$/.exec(message) ?? [];
  if (pattern !== undefined) {
    const [, prefix] = /^\^([a-z]+)_\[0-7\]/.exec(pattern) ?? [];
    return prefix === undefined
      ? `Must match the pattern \`${pattern}\`.`
      : `Must be an id such as \`${prefix}_01kajv2q5ve0mt8h2vj3c6x7ra\`.`;
  }
  if (issue.code === 'not_multiple_of' && message.startsWith('Invalid number'))
    return `Must be a multiple of ${issue.divisor}.`;
  if (issue.code === 'invalid_key' && issue.issues[0] !== undefined)
    return `Invalid field name: ${detailOf(issue.issues[0] as Issue)}`;
  if (issue.code === 'invalid_union') return unionDetail(issue);
  return sizeDetail(message);
}

/**
 * Joins the messages of the members of a union; of the members of the right type, where there are
 * any.
 */
function unionDetail(issue: z.core.$ZodIssueInvalidUnion): string {
  const { message } = issue;
  const options =
    'options' in issue && Array.isArray(issue.options) ? (issue.options as unknown[]) : [];
  if (message.startsWith('Invalid discriminator value') && options.length > 0)
    return `Must be ${orElse(options)}.`;
  if (message !== 'Invalid input') return message;
  const first = issue.errors.flatMap(([inner]) => inner ?? []);
  const fitting = first.filter(({ code }) => code !== 'invalid_type');
  const details = [...new Set((fitting.length > 0 ? fitting : first).map(detailOf))];
  if (details.length === 0) return 'Must match one of the allowed forms.';
  const parts = details.map((detail) => /^Must be (.*?)(?:, not (.*))?\.$/.exec(detail));
  if (parts.some((part) => part === null)) return details.join(' Or: ');
  const not = parts[0]?.[2];
  return `Must be ${parts.map((part) => part?.[1]).join(' or ')}${not === undefined ? '' : `, not ${not}`}.`;
}

function sizeDetail(message: string): string {
  const exact = /^Too (?:small|big): expected \w+ to have exactly (\d+) (\w+)$/.exec(message);
  if (exact !== null)
    return `Must have exactly ${exact[1]} ${exact[1] === '1' ? exact[2]?.replace(/s$/, '') : exact[2]}.`;
  const size =
    /^Too (?:small|big): expected (\w+) to (?:be|have) ([<>]=?)(-?[\d.]+)(?: (\w+))?$/.exec(
      message,
    );
  if (size === null) return message;
  const [, , sign = '', bound = '', unit] = size;
  const most =
    { '<=': 'at most', '>=': 'at least', '<': 'less than', '>': 'more than' }[sign] ?? sign;
  if (unit === undefined) return `Must be ${most} ${bound}.`;
  const singular = bound === '1' && sign.endsWith('=') ? unit.replace(/s$/, '') : unit;
  return `Must have ${most} ${bound} ${singular}.`;
}

/**
 * Maps inner field names to their full name, such as `settings.temperature`, for a field that was
 * given one level too high.
 */
const fieldsBelow = (
  schema: z.ZodType,
  path: readonly string[],
  names: readonly string[],
): ReadonlyMap<string, string> =>
  new Map(
    names.flatMap((name) =>
      fieldsAt(schema, [...path, name]).map((inner) => [plain(inner), `${name}.${inner}`] as const),
    ),
  );

/** Returns the names of the fields that the object at a path may have; empty when unknown. */
function fieldsAt(schema: z.ZodType, path: readonly string[]): string[] {
  let places = objectsIn(schema);
  for (const key of path) {
    places = places.flatMap((place) => {
      if (place instanceof z.ZodArray) return objectsIn(place.element as z.ZodType);
      if (place instanceof z.ZodRecord) return objectsIn(place.valueType as z.ZodType);
      const field =
        place instanceof z.ZodObject ? (place.shape as Record<string, z.ZodType>)[key] : undefined;
      return field === undefined ? [] : objectsIn(field);
    });
  }
  return [
    ...new Set(
      places.flatMap((place) => (place instanceof z.ZodObject ? Object.keys(place.shape) : [])),
    ),
  ];
}

/** Returns the objects, lists and records that a schema consists of. */
function objectsIn(schema: z.ZodType): z.ZodType[] {
  if (schema instanceof z.ZodUnion) return (schema.options as z.ZodType[]).flatMap(objectsIn);
  if (schema instanceof z.ZodPipe) return objectsIn(schema.in as z.ZodType);
  if (
    schema instanceof z.ZodOptional ||
    schema instanceof z.ZodNullable ||
    schema instanceof z.ZodDefault ||
    schema instanceof z.ZodPrefault ||
    schema instanceof z.ZodReadonly
  )
    return objectsIn(schema.unwrap() as z.ZodType);
  return [schema];
}

const maxNameChars = 64;

const plain = (name: string): string => name.toLowerCase().replaceAll(/[^a-z0-9]/g, '');

/**
 * Returns the closest known name: within an edit distance of a third of its length, or with a
 * common beginning; null when there is none.
 */
function nearest(given: string, known: readonly string[]): string | null {
  if (given.length > maxNameChars) return null;
  const ranked = known
    .map((name) => ({ name, distance: distanceOf(plain(given), plain(name)) }))
    .filter(({ name, distance }) => {
      const isNear = distance <= Math.max(1, Math.floor(Math.max(given.length, name.length) / 3));
      const [short = '', long = ''] = [plain(given), plain(name)].sort(
        (a, b) => a.length - b.length,
      );
      return isNear || (short.length >= 4 && long.startsWith(short));
    })
    .sort((a, b) => a.distance - b.distance);
  return ranked[0]?.name ?? null;
}

/** Returns the optimal string alignment distance (Damerau). */
function distanceOf(a: string, b: string): number {
  const rows: number[][] = [Array.from({ length: b.length + 1 }, (_, column) => column)];
  for (let i = 1; i <= a.length; i += 1) {
    const row = [i];
    for (let j = 1; j <= b.length; j += 1) {
      const cost = a[i - 1] === b[j - 1] ? 0 : 1;
      const swapped =
        i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]
          ? (rows[i - 2]?.[j - 2] ?? 0) + 1
          : Number.POSITIVE_INFINITY;
      row.push(
        Math.min(
          (rows[i - 1]?.[j] ?? 0) + 1,
          (row[j - 1] ?? 0) + 1,
          (rows[i - 1]?.[j - 1] ?? 0) + cost,
          swapped,
        ),
      );
    }
    rows.push(row);
  }
  return rows[a.length]?.[b.length] ?? 0;
}
