import { isNode } from '../shared/json-schema/index.ts';
import { type Effect, type Method, methods, toolName } from './definition.ts';
import { follow, UnfitDocument, Unfolder } from './references.ts';

type Node = Readonly<Record<string, unknown>>;

/** The tool that an operation of a document becomes. */
export interface ImportableOperation {
  readonly name: string;
  readonly description: string;
  readonly effect: Effect;
  readonly method: Method;
  readonly url: string;
  readonly input_schema: Record<string, unknown>;
  readonly body: { readonly type: 'json' | 'form'; readonly argument: string } | null;
}

export interface FoundOperation {
  readonly operation_id: string | null;
  readonly method: Method;
  readonly path: string;
  readonly summary: string | null;
  /** Returns the tool. Throws `UnfitDocument` for an operation that cannot be one. */
  readonly read: () => ImportableOperation;
}

const maxOperations = 2_000;
const maxParameters = 500;
/** Characters read of one text; a tool keeps far fewer. */
const maxText = 20_000;

/** Parses an OpenAPI 3.0 or 3.1 document in JSON. Throws `UnfitDocument`. */
export function parseDocument(text: string): Node {
  let document: unknown;
  try {
    document = JSON.parse(text);
  } catch {
    throw new UnfitDocument('The document is not JSON. Convert YAML to JSON first.');
  }
  if (!isNode(document) || !isNode(document.paths))
    throw new UnfitDocument('Not an OpenAPI document: `paths` is missing.');
  if (typeof document.openapi !== 'string' || !/^3\.[01]\./.test(document.openapi)) {
    throw new UnfitDocument('Supported versions: OpenAPI 3.0 and 3.1.');
  }
  return document;
}

/** Returns every operation, importable or not, in the order of the document. */
export function findOperations(document: Node, server_url: string | undefined): FoundOperation[] {
  const found: FoundOperation[] = [];
  const schemas = new Unfolder(document);
  for (const [path, item] of Object.entries(document.paths as Node)) {
    if (!isNode(item)) continue;
    for (const method of methods) {
      const operation = item[method.toLowerCase()];
      if (!isNode(operation)) continue;
      if (found.length === maxOperations)
        throw new UnfitDocument(`The document has more than ${maxOperations} operations.`);
      const operation_id = typeof operation.operationId === 'string' ? operation.operationId : null;
      const summary = text(operation.summary) || text(operation.description).slice(0, 200) || null;
      const where = { document, schemas, path, item, operation, method, server_url };
      found.push({ operation_id, method, path, summary, read: () => readOperation(where) });
    }
  }
  return found;
}

interface Where {
  readonly document: Node;
  readonly schemas: Unfolder;
  readonly path: string;
  readonly item: Node;
  readonly operation: Node;
  readonly method: Method;
  readonly server_url: string | undefined;
}

const text = (value: unknown): string =>
  typeof value === 'string'
    ? value.slice(0, maxText).trim().toWellFormed().replaceAll('\0', '')
    : '';

function readOperation(where: Where): ImportableOperation {
  const { path, operation, method } = where;
  const parameters = readParameters(where);
  const body = readRequestBody(where, new Set(parameters.map(({ name }) => name)));
  const inQuery = parameters.filter((parameter) => parameter.in === 'query');
  const query = inQuery.map(({ name }) => `${encodeURIComponent(name)}={${name}}`).join('&');
  const all = [...parameters, ...(body === null ? [] : [body])];
  const described = [text(operation.summary), text(operation.description)].filter(
    (part) => part !== '',
  );
  if (method === 'GET' && body !== null)
    throw new UnfitDocument('A GET with a body is not supported.');
  return {
    name: nameOf(text(operation.operationId) || `${method.toLowerCase()}_${path}`),
    description: [...new Set(described)].join('\n\n').slice(0, 4000).trim() || `${method} ${path}`,
    effect: method === 'GET' ? 'read' : method === 'DELETE' ? 'destructive' : 'write',
    method,
    url: `${serverOf(where)}${path}${query === '' ? '' : `?${query}`}`,
    input_schema: {
      type: 'object',
      properties: Object.fromEntries(all.map(({ name, schema }) => [name, schema])),
      required: all.filter(({ required }) => required).map(({ name }) => name),
      additionalProperties: false,
    },
    body: body === null ? null : { type: body.type, argument: body.name },
  };
}

/** Makes a tool name from any text. */
function nameOf(given: string): string {
  const name = given
    .normalize('NFKD')
    .replaceAll(/[^A-Za-z0-9-]+/g, '_')
    .replaceAll(/^[^A-Za-z]+|_+$/g, '')
    .slice(0, 64);
  if (!toolName.test(name))
    throw new UnfitDocument('The operation has no text that a tool name can be made from.');
  return name;
}

function serverOf({ document, item, operation, server_url }: Where): string {
  const [server] = [operation.servers, item.servers, document.servers]
    .map((list) => (Array.isArray(list) ? list[0] : undefined))
    .filter(isNode);
  const variables = isNode(server?.variables) ? server.variables : {};
  const stated = text(server?.url).replaceAll(/\{([^}]*)\}/g, (_, name: string) => {
    const variable = Object.hasOwn(variables, name) ? variables[name] : undefined;
    return isNode(variable) ? text(variable.default) : '';
  });
  const url = server_url ?? stated;
  if (!/^https?:\/\//i.test(url))
    throw new UnfitDocument('The document has no absolute server URL. Set `server_url`.');
  return url.replace(/\/+$/, '');
}

interface Parameter {
  readonly name: string;
  readonly in: string;
  readonly required: boolean;
  readonly schema: Record<string, unknown>;
}

/** Parameters of the path item and of the operation, which takes precedence. Header parameters are left to `headers` of the tool. */
function readParameters({ document, schemas, item, operation, path }: Where): Parameter[] {
  const both = [item.parameters, operation.parameters].flatMap((list) =>
    Array.isArray(list) ? list : [],
  );
  if (both.length > maxParameters)
    throw new UnfitDocument(`The operation has more than ${maxParameters} parameters.`);
  const byPlace = new Map(
    both
      .map((one) => follow(document, one))
      .map((one) => [`${text(one.in)} ${text(one.name)}`, one]),
  );
  const parameters = [...byPlace.values()].flatMap((one) => readParameter(schemas, one));
  const unknown = [...path.matchAll(/\{([^}]*)\}/g)].find(
    ([, name]) => !parameters.some((one) => one.in === 'path' && one.name === name),
  );
  if (unknown !== undefined)
    throw new UnfitDocument(
      `The path contains {${unknown[0]}}, which is not declared as a parameter.`,
    );
  const names = parameters.map(({ name }) => name);
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined) throw new UnfitDocument(`Two parameters have the name ${twice}.`);
  return parameters;
}

function readParameter(schemas: Unfolder, one: Node): Parameter[] {
  const { in: place, required } = one;
  const name = text(one.name);
  if (place !== 'path' && place !== 'query') return [];
  if (!/^[A-Za-z_][A-Za-z0-9_.-]{0,63}$/.test(name)) {
    if (required !== true) return [];
    throw new UnfitDocument(
      `The parameter ${JSON.stringify(name)} has a name that an argument cannot have.`,
    );
  }
  const schema = schemas.unfold(one.schema ?? {});
  if (schema.type === 'object' || one.content !== undefined) {
    if (required !== true) return [];
    throw new UnfitDocument(`The parameter ${name} is an object, which is not supported in a URL.`);
  }
  const description = text(one.description) || text(schema.description);
  return [
    {
      name,
      in: place,
      required: place === 'path' || required === true,
      schema: { ...schema, ...(description === '' ? {} : { description }) },
    },
  ];
}

function readRequestBody({ document, schemas, operation }: Where, taken: ReadonlySet<string>) {
  if (operation.requestBody === undefined) return null;
  const body = follow(document, operation.requestBody);
  const content = isNode(body.content) ? body.content : {};
  const json = Object.entries(content).find(([type]) =>
    /^application\/([\w.+-]+\+)?json\b/i.test(type),
  )?.[1];
  const form = content['application/x-www-form-urlencoded'];
  const media = json ?? form;
  if (!isNode(media))
    throw new UnfitDocument(
      `The body is ${Object.keys(content).join(', ') || 'of no type'}: only JSON and forms can be sent.`,
    );
  const schema = schemas.unfold(media.schema ?? {});
  const description =
    text(body.description) || text(schema.description) || 'The body of the request';
  const name = taken.has('body') ? 'request_body' : 'body';
  const type = json === undefined ? ('form' as const) : ('json' as const);
  return { name, type, required: body.required === true, schema: { ...schema, description } };
}
