import fc from 'fast-check';
import { resolve, type Schema, typesOf } from './document.ts';

/** Generators by schema and depth: to make one takes longer than to draw from it, and operations share most schemas. */
const made = new WeakMap<Schema, Map<number, fc.Arbitrary<unknown>>>();

/** Generates values that match a schema; checks in code may still refuse them. */
export function valuesOf(schema: Schema, depth = 0): fc.Arbitrary<unknown> {
  const target = resolve(schema);
  const atDepths = made.get(target) ?? new Map<number, fc.Arbitrary<unknown>>();
  made.set(target, atDepths);
  const known = atDepths.get(depth) ?? newValuesOf(target, depth);
  atDepths.set(depth, known);
  return known;
}

function newValuesOf(target: Schema, depth: number): fc.Arbitrary<unknown> {
  if (target.const !== undefined) return fc.constant(target.const);
  if (target.enum !== undefined) return fc.constantFrom(...target.enum);
  if (target.allOf !== undefined) {
    return fc
      .tuple(...target.allOf.map((part) => valuesOf(part, depth)))
      .map((parts) => Object.assign({}, ...parts));
  }
  const choices = target.anyOf ?? target.oneOf;
  if (choices !== undefined) return fc.oneof(...choices.map((choice) => valuesOf(choice, depth)));
  const types = typesOf(target);
  if (types.length === 0 && target.properties === undefined) return fc.jsonValue({ maxDepth: 2 });
  return fc.oneof(
    ...(types.length === 0 ? ['object'] : types).map((type) => ofType(type, target, depth)),
  );
}

function ofType(type: string, schema: Schema, depth: number): fc.Arbitrary<unknown> {
  if (type === 'null') return fc.constant(null);
  if (type === 'boolean') return fc.boolean();
  if (type === 'string') return stringsOf(schema);
  if (type === 'integer' || type === 'number') return numbersOf(type, schema);
  if (type === 'array') {
    const { minItems = 0, maxItems = minItems + 4 } = schema;
    return fc.array(valuesOf(schema.items ?? {}, depth + 1), {
      minLength: minItems,
      maxLength: Math.min(maxItems, minItems + 4),
    });
  }
  return objectsOf(schema, depth);
}

function stringsOf({
  pattern,
  format,
  minLength = 0,
  maxLength = minLength + 60,
  example,
}: Schema): fc.Arbitrary<unknown> {
  const known = typeof example === 'string' ? [fc.constant(example)] : [];
  if (format === 'date-time')
    return fc
      .date({ noInvalidDate: true, min: new Date(0), max: new Date(8e12) })
      .map((date) => date.toISOString());
  if (format === 'uri') return fc.oneof(fc.webUrl(), ...known);
  if (pattern !== undefined) return fc.oneof(fc.stringMatching(new RegExp(pattern)), ...known);
  const plain = plainStrings(minLength, Math.min(maxLength, minLength + 60));
  return fc.oneof({ arbitrary: plain, weight: 2 }, ...known);
}

const plainStringsBySize = new Map<string, fc.Arbitrary<string>>();

function plainStrings(minLength: number, maxLength: number): fc.Arbitrary<string> {
  const key = `${minLength}-${maxLength}`;
  const size = { minLength, maxLength };
  const strings =
    plainStringsBySize.get(key) ??
    fc.oneof(fc.string(size), fc.string({ ...size, unit: 'grapheme' }));
  plainStringsBySize.set(key, strings);
  return strings;
}

function numbersOf(type: string, schema: Schema): fc.Arbitrary<unknown> {
  const min = schema.minimum ?? schema.exclusiveMinimum ?? -1e6;
  const max = schema.maximum ?? schema.exclusiveMaximum ?? Math.max(min, 1e6);
  if (type === 'integer')
    return fc.integer({
      min: Math.ceil(Math.max(min, -(2 ** 31))),
      max: Math.floor(Math.min(max, 2 ** 31)),
    });
  return fc.double({ min, max, noNaN: true }).map((value) => (Object.is(value, -0) ? 0 : value));
}

function objectsOf(
  { properties = {}, required = [], additionalProperties }: Schema,
  depth: number,
): fc.Arbitrary<unknown> {
  // At depth only required properties, so that recursive schemas terminate.
  const names = Object.keys(properties).filter((name) => depth < 6 || required.includes(name));
  const known = fc.record(
    Object.fromEntries(names.map((name) => [name, valuesOf(properties[name] ?? {}, depth + 1)])),
    {
      requiredKeys: required.filter((name) => names.includes(name)),
    },
  );
  if (typeof additionalProperties !== 'object' || depth >= 6) return known;
  const free = fc.dictionary(
    fc.stringMatching(/^[a-z_]{1,12}$/),
    valuesOf(additionalProperties, depth + 1),
    { maxKeys: 3 },
  );
  return fc.tuple(free, known).map(([some, rest]) => ({ ...some, ...(rest as object) }));
}

/** Generates invalid values: other types, missing, too large, too deep, malformed text. */
export const oddities: fc.Arbitrary<unknown> = fc.oneof(
  fc.constantFrom<unknown>(
    null,
    true,
    0,
    -1,
    1.5,
    1e308,
    2 ** 53,
    '',
    ' ',
    '0',
    'null',
    'undefined',
    '[object Object]',
    [],
    {},
    [[]],
    [null],
  ),
  fc.constantFrom<unknown>(
    'a\0b',
    '\ud800',
    '\u202egnp.exe',
    '\ufeff',
    '💩'.repeat(50),
    'x'.repeat(20_000),
    '../../etc/passwd',
    "'; drop table agents; --",
  ),
  fc.constantFrom<unknown>(
    '"',
    'NEAR(',
    'a AND OR',
    '*',
    '{{inputs}}',
    '$(id)',
    '%00',
    '1e999',
    '__proto__',
    { __proto__x: 1 },
    { constructor: 1 },
  ),
  fc.jsonValue({ maxDepth: 4 }),
  fc.string({ unit: 'binary', maxLength: 40 }),
);

/** Generates a value with one place, or the root, replaced, removed or extended. */
export function mutated(value: unknown): fc.Arbitrary<unknown> {
  return fc
    .tuple(fc.infiniteStream(fc.nat(1000)), fc.constantFrom('replace', 'remove', 'add'), oddities)
    .map(([choices, how, oddity]) => {
      const descend = (inner: unknown): unknown => {
        const keys = inner !== null && typeof inner === 'object' ? Object.keys(inner) : [];
        const choice = choices.next().value ?? 0;
        if (keys.length === 0 || choice % (keys.length + 2) === keys.length) return oddity;
        const key = keys[choice % keys.length] ?? '';
        if (Array.isArray(inner))
          return inner.map((item, index) => (String(index) === key ? descend(item) : item));
        const object = inner as Record<string, unknown>;
        if (how === 'add')
          return { ...object, [typeof oddity === 'string' ? oddity : 'extra']: oddity };
        if (how === 'remove')
          return Object.fromEntries(Object.entries(object).filter(([name]) => name !== key));
        return { ...object, [key]: descend(object[key]) };
      };
      return descend(value);
    });
}
