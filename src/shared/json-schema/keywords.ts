export type SchemaNode = Readonly<Record<string, unknown>>;

export const isNode = (value: unknown): value is SchemaNode =>
  value !== null && typeof value === 'object' && !Array.isArray(value);

/** Keywords whose value is one schema. */
const single: ReadonlySet<string> = new Set([
  'items',
  'additionalItems',
  'additionalProperties',
  'not',
  'if',
  'then',
  'else',
  'contains',
  'propertyNames',
  'unevaluatedProperties',
  'unevaluatedItems',
]);
/** Keywords whose value is a list of schemas. */
const lists: ReadonlySet<string> = new Set(['anyOf', 'oneOf', 'allOf', 'prefixItems']);
/** Keywords whose value is schemas by name. */
const named: ReadonlySet<string> = new Set([
  'properties',
  'patternProperties',
  'dependentSchemas',
  'dependencies',
  '$defs',
  'definitions',
]);
/** Definitions count at each reference. */
export const isDefinitions = (keyword: string) => keyword === '$defs' || keyword === 'definitions';

/** How the value of a keyword contains schemas; null for keywords that contain none. */
export function shapeOf(keyword: string, value: unknown): 'single' | 'list' | 'named' | null {
  // Before draft 2020-12 `items` could be a list.
  if (lists.has(keyword) || (keyword === 'items' && Array.isArray(value))) return 'list';
  if (single.has(keyword)) return 'single';
  return named.has(keyword) ? 'named' : null;
}

/** Schemas directly inside of one, each with its path from there as segments of a JSON Pointer. */
export function* subschemas(node: SchemaNode): Generator<{
  readonly keyword: string;
  readonly path: readonly string[];
  readonly schema: unknown;
}> {
  for (const [keyword, value] of Object.entries(node)) {
    const shape = shapeOf(keyword, value);
    if (shape === 'single') yield { keyword, path: [keyword], schema: value };
    if (shape === 'list' && Array.isArray(value))
      for (const [index, schema] of value.entries())
        yield { keyword, path: [keyword, String(index)], schema };
    if (shape === 'named' && isNode(value))
      // A dependency may be a list of names.
      for (const [name, schema] of Object.entries(value))
        if (!Array.isArray(schema)) yield { keyword, path: [keyword, name], schema };
  }
}

/** A copy with each schema directly inside replaced. */
export function mapSubschemas(
  node: SchemaNode,
  map: (schema: unknown) => unknown,
): Record<string, unknown> {
  const mapOne = (value: unknown) => (isNode(value) ? map(value) : value);
  return Object.fromEntries(
    Object.entries(node).map(([keyword, value]): [string, unknown] => {
      const shape = shapeOf(keyword, value);
      if (shape === 'single') return [keyword, mapOne(value)];
      if (shape === 'list' && Array.isArray(value)) return [keyword, value.map(mapOne)];
      if (shape === 'named' && isNode(value))
        return [
          keyword,
          Object.fromEntries(Object.entries(value).map(([name, one]) => [name, mapOne(one)])),
        ];
      return [keyword, value];
    }),
  );
}

const escapeSegment = (text: string): string => text.replaceAll('~', '~0').replaceAll('/', '~1');

export const toPointer = (path: readonly string[]): string =>
  path.map((segment) => `/${escapeSegment(segment)}`).join('');
