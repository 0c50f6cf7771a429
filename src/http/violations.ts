import { z } from '@hono/zod-openapi';
import type { Violation } from '../shared/failure.ts';

type PointerTo = (path: readonly string[]) => string;
type Issue = z.core.$ZodIssue;

const jsonPointer: PointerTo = (path) => path.map((key) => `/${key.replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');
const queryPointer: PointerTo = (path) => `?${path.join('.')}`;

export const bodyViolations = (schema: z.ZodType, error: z.ZodError, given: unknown): Violation[] =>
  violationsOf(schema, error, given, jsonPointer);
export const queryViolations = (schema: z.ZodType, error: z.ZodError, given: unknown): Violation[] =>
  violationsOf(schema, error, given, queryPointer);

function violationsOf(schema: z.ZodType, { issues }: z.ZodError, given: unknown, pointerTo: PointerTo): Violation[] {
  return issues.flatMap((outer) => {
    const issue = meantBy(outer);
    const path = issue.path.map(String);
    if (issue.code !== 'unrecognized_keys')
      return [{ pointer: pointerTo(path), detail: isMissing(given, path) ? required(issue) : detailOf(issue) }];
    const known = fieldsAt(schema, path);
    return issue.keys.map((key) => ({ pointer: pointerTo([...path, key]), detail: unknownField(issue, key, known) }));
  });
}

/** The fault inside a union that the union's own message tells of, at its own place. */
function meantBy(issue: Issue): Issue {
  if (issue.code !== 'invalid_union') return issue;
  const inner = issue.errors.flat().find(({ path, message }) => path.length > 0 && issue.message === `${placeOf(path)}${message}`);
  return inner === undefined ? issue : meantBy({ ...inner, path: [...issue.path, ...inner.path] });
}

/** How the message of a union tells where the fault in it is: `[0].text: `. */
export const placeOf = (path: readonly PropertyKey[]): string =>
  path.length === 0 ? '' : `${path.map((key) => (typeof key === 'number' ? `[${key}]` : `.${String(key)}`)).join('')}: `;

function unknownField(issue: Issue, key: string, known: readonly string[]): string {
  // A schema may say more than Zod does, such as where the field belongs.
  if (!issue.message.startsWith('Unrecognized key')) return issue.message;
  return withSuggestion('There is no such field.', key, known);
}

/** A detail with the known name that is nearest to a wrong one, where one is near. */
export function withSuggestion(detail: string, given: string, known: readonly string[]): string {
  const near = nearest(given, known);
  return near === null ? detail : `${detail} Did you mean \`${near}\`?`;
}

/** Whether the last of the names is that of nothing. */
const isMissing = (given: unknown, path: readonly string[]): boolean =>
  path.length > 0 &&
  path.reduce<unknown>(
    (value, key) => (value === null || typeof value !== 'object' ? null : (value as Record<string, unknown>)[key]),
    given,
  ) === undefined;

/** What a schema of ours says of its own stays, but for the forms that a value may have. */
const required = (issue: Issue): string =>
  issue.code === 'invalid_union' || /^Invalid (?:input|option)\b/.test(issue.message) ? 'Is required.' : issue.message;

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

/** Zod's phrases in words of the API; those of our own schemas stay. */
function detailOf(issue: Issue): string {
  const { message } = issue;
  const [, expected = '', received = ''] = /^Invalid input: expected (\w+), received (\w+)$/.exec(message) ?? [];
  if (types[expected] !== undefined) return `Must be ${types[expected]}, not ${types[received] ?? received}.`;
  if (issue.code === 'invalid_value' && /^Invalid (?:option|input): expected/.test(message))
    return `Must be ${issue.values.map((value) => `\`${String(value)}\``).join(' or ')}.`;
  const [, names] = /^Invalid discriminator value\. Expected (.+)$/.exec(message) ?? [];
  if (names !== undefined) return `Must be ${names.replaceAll("'", '`').replaceAll(' | ', ' or ')}.`;
  const [, pattern] = /^Invalid string: must match pattern \/(.+)\/\w*$/.exec(message) ?? [];
  if (pattern !== undefined) return `Must match the pattern \`${pattern}\`.`;
  if (message === 'Invalid input') return 'Has none of the forms that are allowed here.';
  const size = /^Too (?:small|big): expected (\w+) to (?:be|have) ([<>]=?)(-?[\d.]+)(?: (\w+))?$/.exec(message);
  if (size === null) return message;
  const [, , sign = '', bound = '', unit] = size;
  const most = { '<=': 'at most', '>=': 'at least', '<': 'less than', '>': 'more than' }[sign] ?? sign;
  if (unit === undefined) return `Must be ${most} ${bound}.`;
  const singular = bound === '1' && sign.endsWith('=') ? unit.replace(/s$/, '') : unit;
  return `Must have ${most} ${bound} ${singular}.`;
}

/** Names of the fields that the object at a path may have; none where it cannot be told. */
function fieldsAt(schema: z.ZodType, path: readonly string[]): string[] {
  let places = objectsIn(schema);
  for (const key of path) {
    places = places.flatMap((place) => {
      if (place instanceof z.ZodArray) return objectsIn(place.element as z.ZodType);
      if (place instanceof z.ZodRecord) return objectsIn(place.valueType as z.ZodType);
      const field = place instanceof z.ZodObject ? (place.shape as Record<string, z.ZodType>)[key] : undefined;
      return field === undefined ? [] : objectsIn(field);
    });
  }
  return [...new Set(places.flatMap((place) => (place instanceof z.ZodObject ? Object.keys(place.shape) : [])))];
}

/** The objects, lists and records that a schema is made of. */
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

const longestName = 64;

/** The known name that takes the fewest changes of letters, at most a third of them; null where none is near. */
function nearest(given: string, known: readonly string[]): string | null {
  if (given.length > longestName) return null;
  const plain = (name: string) => name.toLowerCase().replaceAll(/[^a-z0-9]/g, '');
  const ranked = known
    .map((name) => ({ name, distance: distanceOf(plain(given), plain(name)) }))
    .filter(({ name, distance }) => distance <= Math.max(1, Math.floor(Math.max(given.length, name.length) / 3)))
    .sort((a, b) => a.distance - b.distance);
  return ranked[0]?.name ?? null;
}

/** Damerau's distance with neighbours swapped once (optimal string alignment). */
function distanceOf(a: string, b: string): number {
  const rows: number[][] = [Array.from({ length: b.length + 1 }, (_, column) => column)];
  for (let i = 1; i <= a.length; i += 1) {
    const row = [i];
    for (let j = 1; j <= b.length; j += 1) {
      const cost = a[i - 1] === b[j - 1] ? 0 : 1;
      const swapped =
        i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1] ? (rows[i - 2]?.[j - 2] ?? 0) + 1 : Number.POSITIVE_INFINITY;
      row.push(Math.min((rows[i - 1]?.[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1, (rows[i - 1]?.[j - 1] ?? 0) + cost, swapped));
    }
    rows.push(row);
  }
  return rows[a.length]?.[b.length] ?? 0;
}
