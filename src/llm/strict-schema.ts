type Node = Readonly<Record<string, unknown>>;

const isNode = (value: unknown): value is Node =>
  value !== null && typeof value === 'object' && !Array.isArray(value);

/** Keywords of the subset besides those that hold schemas; https://platform.openai.com/docs/guides/structured-outputs. */
const plain: ReadonlySet<string> = new Set([
  ...['type', 'title', 'description', 'enum', 'const', 'required', '$ref', '$schema'],
  ...[
    'pattern',
    'multipleOf',
    'maximum',
    'exclusiveMaximum',
    'minimum',
    'exclusiveMinimum',
    'minItems',
    'maxItems',
  ],
]);
const formats: ReadonlySet<unknown> = new Set([
  ...['date-time', 'time', 'date', 'duration', 'email', 'hostname', 'ipv4', 'ipv6', 'uuid'],
]);
const maxDepth = 10;
const maxProperties = 5000;
const maxEnumValues = 1000;

/**
 * Returns whether a JSON Schema is in the subset that OpenAI's `strict: true` takes: every object is closed
 * and requires all its properties, and no other keywords than the documented ones occur. Any other schema is
 * refused under `strict: true`, so it is sent with `strict: false`.
 */
export function isStrictSchema(schema: unknown): boolean {
  const count = { properties: 0, values: 0 };
  const isRootObject = isNode(schema) && schema.type === 'object' && schema.anyOf === undefined;
  return (
    isRootObject &&
    isStrict(schema, 0, count) &&
    count.properties <= maxProperties &&
    count.values <= maxEnumValues
  );
}

function isStrict(
  schema: unknown,
  depth: number,
  count: { properties: number; values: number },
): boolean {
  if (!isNode(schema) || depth > maxDepth || Object.keys(schema).length === 0) return false;
  if (
    schema.type === undefined &&
    !['enum', 'const', 'anyOf', '$ref'].some((keyword) => keyword in schema)
  )
    return false;
  count.values += Array.isArray(schema.enum) ? schema.enum.length : 0;
  const types = [schema.type].flat();
  if (types.includes('object') && !isClosed(schema, count)) return false;
  if (types.includes('array') && !isNode(schema.items)) return false;
  return Object.entries(schema).every(([keyword, value]) => {
    if (plain.has(keyword)) return true;
    if (keyword === 'format') return formats.has(value);
    if (keyword === 'additionalProperties') return value === false;
    if (keyword === 'items') return isStrict(value, depth + 1, count);
    if (keyword === 'anyOf')
      return Array.isArray(value) && value.every((one) => isStrict(one, depth, count));
    const isNamed = keyword === 'properties' || keyword === '$defs' || keyword === 'definitions';
    return (
      isNamed &&
      isNode(value) &&
      Object.values(value).every((one) => isStrict(one, depth + 1, count))
    );
  });
}

function isClosed(
  { properties = {}, required = [], additionalProperties }: Node,
  count: { properties: number },
): boolean {
  if (additionalProperties !== false || !isNode(properties) || !Array.isArray(required))
    return false;
  const names = Object.keys(properties);
  count.properties += names.length;
  return names.every((name) => required.includes(name));
}
