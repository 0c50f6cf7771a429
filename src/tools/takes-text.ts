import { isNode, type SchemaNode } from '../shared/json-schema/index.ts';

const plainTypes: ReadonlySet<unknown> = new Set(['boolean', 'integer', 'number', 'null']);

/** Numbers, and lists as long as this, are too short to carry a text. */
const maxListed = 20;

/** Returns true if arguments under the schema can hold text of the caller's choice. */
export function takesText(schema: SchemaNode): boolean {
  if (schema.enum !== undefined || schema.const !== undefined) return false;
  const types = [schema.type].flat();
  if (types.every((type) => plainTypes.has(type))) return false;
  if (types.some((type) => type !== 'object' && type !== 'array' && !plainTypes.has(type)))
    return true;
  const { properties = {}, additionalProperties, patternProperties, items, maxItems } = schema;
  const isLong = typeof maxItems !== 'number' || maxItems > maxListed;
  const isOpen =
    (types.includes('object') && (additionalProperties !== false || isNode(patternProperties))) ||
    (types.includes('array') && (isLong || !isNode(items) || takesText(items)));
  return (
    isOpen ||
    Object.values(properties as object).some((inner) => !isNode(inner) || takesText(inner))
  );
}
