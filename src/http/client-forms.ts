/** A node of the OpenAPI document. */
type Node = Readonly<Record<string, unknown>>;

export interface OpenApiDocument {
  readonly paths?: unknown;
  readonly webhooks?: unknown;
  readonly components?: { readonly schemas?: Readonly<Record<string, unknown>> };
}

const isNode = (value: unknown): value is Node =>
  value !== null && typeof value === 'object' && !Array.isArray(value);

/** Keywords whose values are data, not schemas. */
const data = new Set(['example', 'examples', 'enum', 'const', 'default', 'required']);
const prefix = '#/components/schemas/';

/**
 * Applies a change to every object of a schema, inner objects first. Property names are not treated
 * as keywords.
 */
function mapSchemas(value: unknown, change: (schema: Node) => Node): unknown {
  if (Array.isArray(value)) return value.map((one) => mapSchemas(one, change));
  if (!isNode(value)) return value;
  const inner = Object.entries(value).map(([keyword, one]) => {
    if (data.has(keyword)) return [keyword, one];
    if (keyword === 'properties' && isNode(one))
      return [
        keyword,
        Object.fromEntries(
          Object.entries(one).map(([name, schema]) => [name, mapSchemas(schema, change)]),
        ),
      ];
    return [keyword, mapSchemas(one, change)];
  });
  return change(Object.fromEntries(inner) as Node);
}

/** Returns the names of the components that a part of the document references. */
function componentsIn(schemas: Node, part: unknown, found = new Set<string>()): Set<string> {
  mapSchemas(part, (schema) => {
    const name =
      typeof schema.$ref === 'string' && schema.$ref.startsWith(prefix)
        ? schema.$ref.slice(prefix.length)
        : null;
    if (name !== null && !found.has(name)) {
      found.add(name);
      componentsIn(schemas, schemas[name], found);
    }
    return schema;
  });
  return found;
}

function hasDefault(schemas: Node, name: string): boolean {
  let found = false;
  for (const one of [name, ...componentsIn(schemas, schemas[name])]) {
    mapSchemas(schemas[one], (schema) => {
      found ||= 'default' in schema;
      return schema;
    });
  }
  return found;
}

const sentence = (text: unknown) =>
  typeof text === 'string' && text !== '' ? `${text}${/[.!?]$/.test(text) ? '' : '.'} ` : '';

/** The request form: a property with a default is optional, so generators must not require it. */
const toInput =
  (rename: (name: string) => string) =>
  (schema: Node): Node => {
    const { default: value, $ref: reference, ...rest } = schema;
    const target =
      typeof reference === 'string' && reference.startsWith(prefix)
        ? `${prefix}${rename(reference.slice(prefix.length))}`
        : reference;
    return {
      ...(reference === undefined ? {} : { $ref: target }),
      ...rest,
      ...(value === undefined
        ? {}
        : { description: `${sentence(rest.description)}Default: \`${JSON.stringify(value)}\`.` }),
    };
  };

/** The response form: a property with a default is always present. */
function toOutput(schema: Node): Node {
  const { properties, required } = schema;
  if (!isNode(properties)) return schema;
  const filled = Object.entries(properties).filter(([, one]) => isNode(one) && 'default' in one);
  if (filled.length === 0) return schema;
  const names = new Set([
    ...((required as string[] | undefined) ?? []),
    ...filled.map(([name]) => name),
  ]);
  return { ...schema, required: Object.keys(properties).filter((name) => names.has(name)) };
}

/** A request example can lack properties that responses always have. */
const withoutExample = ({ example, ...schema }: Node): Node =>
  isNode(example) ? schema : { ...schema, ...(example === undefined ? {} : { example }) };

const withoutDefault = ({ default: _value, ...schema }: Node): Node => schema;

/**
 * Splits schemas with defaults into a request form and a response form. Generators read `default`
 * as a guarantee that the property is present, which holds for responses and not for requests:
 * request schemas state the default in the description, response schemas require the property. A
 * component with a default that both use keeps its name for responses; its request form gets the
 * suffix `Input`.
 */
export function withClientForms<Document extends OpenApiDocument>(document: Document): Document {
  const schemas = document.components?.schemas ?? {};
  const operations = Object.values((document.paths ?? {}) as Record<string, Node>).flatMap(
    (item) => Object.values(item) as Node[],
  );
  const sent = componentsIn(
    schemas,
    operations.map(({ requestBody }) => requestBody),
  );
  const answered = componentsIn(schemas, [
    operations.map(({ responses }) => responses),
    document.webhooks,
  ]);
  const twofold = new Set(
    [...sent].filter((name) => answered.has(name) && hasDefault(schemas, name)),
  );
  const input = toInput((name) => (twofold.has(name) ? `${name}Input` : name));
  const asInput = (part: unknown) => mapSchemas(part, input);
  const asOutput = (part: unknown) => mapSchemas(mapSchemas(part, toOutput), withoutDefault);
  const components = Object.entries(schemas).flatMap(([name, schema]): [string, unknown][] => {
    if (twofold.has(name))
      return [
        [name, mapSchemas(asOutput(schema), withoutExample)],
        [`${name}Input`, asInput(schema)],
      ];
    return [[name, sent.has(name) ? asInput(schema) : asOutput(schema)]];
  });
  const paths = Object.fromEntries(
    Object.entries((document.paths ?? {}) as Record<string, Node>).map(([path, item]) => [
      path,
      Object.fromEntries(
        Object.entries(item).map(([method, operation]) => [
          method,
          toOperation(operation as Node, asInput, asOutput),
        ]),
      ),
    ]),
  );
  // Paths of mounted routers are prefixed to the component name.
  const webhooks = Object.fromEntries(
    Object.entries(document.webhooks ?? {}).map(([name, item]) => [
      name.split('/').at(-1),
      asOutput(item),
    ]),
  );
  return {
    ...document,
    paths,
    webhooks,
    components: { ...document.components, schemas: Object.fromEntries(components) },
  };
}

type Change = (part: unknown) => unknown;

const toOperation = (
  { requestBody, responses, ...operation }: Node,
  asInput: Change,
  asOutput: Change,
): Node => ({
  ...operation,
  ...(requestBody === undefined ? {} : { requestBody: asInput(requestBody) }),
  responses: asOutput(responses),
});
