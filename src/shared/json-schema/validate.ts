import { type OutputUnit, type Schema, Validator } from '@cfworker/json-schema';
import { isNode, mapSubschemas, type SchemaNode } from './keywords.ts';
import { guardPattern } from './pattern.ts';

/** Maximum depth of a value; deeper values are rejected without validation. */
const maxDepth = 100;

const validators = new WeakMap<object, Validator>();

/**
 * Validates a JSON value. Returns the errors with their paths, worded so that a model can correct
 * the value; empty when it is valid. Does not throw: an unusable schema and an excessively nested
 * value are reported as errors.
 */
export function schemaErrors(schema: object, value: unknown): readonly string[] {
  if (!isWithinDepth(value, maxDepth))
    return [`The value cannot be checked: it is nested more than ${maxDepth} levels deep.`];
  try {
    let validator = validators.get(schema);
    if (validator === undefined) {
      validator = new Validator(toValidatable(schema) as Schema, '2020-12', false);
      validators.set(schema, validator);
    }
    const { valid, errors } = validator.validate(value);
    return valid
      ? []
      : causesOf(errors).map(({ instanceLocation, error }) => `${instanceLocation}: ${error}`);
  } catch (error) {
    const reason = error instanceof Error ? error.message.split('\n')[0] : 'unusable schema';
    return [`The value cannot be checked: ${reason?.slice(0, 300)}`];
  }
}

/** Leaves out the errors of containers that only announce the error of a value in them, which follows. */
const causesOf = (errors: readonly OutputUnit[]): readonly OutputUnit[] =>
  errors.filter(
    ({ keyword, instanceLocation }, index) =>
      !(
        announcing.has(keyword) &&
        errors[index + 1]?.instanceLocation.startsWith(`${instanceLocation}/`)
      ),
  );

const announcing: ReadonlySet<string> = new Set(['properties', 'items', 'prefixItems']);

export function isWithinDepth(value: unknown, levels: number): boolean {
  if (value === null || typeof value !== 'object') return true;
  return levels > 0 && Object.values(value).every((inner) => isWithinDepth(inner, levels - 1));
}

/** A copy with bounded patterns and without identifiers, which would change what references resolve to. */
function toValidatable(schema: unknown): unknown {
  if (!isNode(schema)) return schema;
  const { $id: _, id: __, $schema: ___, pattern, patternProperties, ...rest } = schema;
  return mapSubschemas(
    {
      ...rest,
      ...(typeof pattern === 'string' ? { pattern: guardPattern(pattern) } : {}),
      ...(isNode(patternProperties)
        ? { patternProperties: withGuardedNames(patternProperties) }
        : {}),
    },
    toValidatable,
  );
}

const withGuardedNames = (schemas: SchemaNode): SchemaNode =>
  Object.fromEntries(
    Object.entries(schemas).map(([pattern, schema]) => [guardPattern(pattern), schema]),
  );
