import { createExecutionContext } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { dereference, type Schema as JsonSchema, validate } from '@cfworker/json-schema';
import { expect } from 'vitest';
import { app } from '../../src/app.ts';
import type { Access } from '../../src/http/permissions.ts';
import { type Answer, type Options, request } from './api.ts';

/** The part of a JSON Schema of the document that tests read. */
export interface Schema {
  readonly $ref?: string;
  readonly type?: string | readonly string[];
  readonly description?: string;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: boolean | Schema;
  readonly propertyNames?: Schema;
  readonly items?: Schema;
  readonly prefixItems?: readonly Schema[];
  readonly allOf?: readonly Schema[];
  readonly anyOf?: readonly Schema[];
  readonly oneOf?: readonly Schema[];
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly pattern?: string;
  readonly format?: string;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly exclusiveMinimum?: number;
  readonly exclusiveMaximum?: number;
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly example?: unknown;
  readonly examples?: readonly unknown[];
  readonly default?: unknown;
}

export interface Parameter {
  readonly name: string;
  readonly in: 'path' | 'query' | 'header';
  readonly required?: boolean;
  readonly description?: string;
  readonly schema: Schema;
}

interface Content {
  readonly [media: string]: { readonly schema?: Schema; readonly example?: unknown };
}

export interface Operation {
  /** `POST /api/v1/agents`, the name in test titles and seeding tables. */
  readonly name: string;
  readonly method: string;
  readonly path: string;
  readonly access: Access;
  readonly operationId: string;
  readonly summary?: string;
  readonly description?: string;
  readonly tags?: readonly string[];
  readonly security?: readonly Readonly<Record<string, unknown>>[];
  readonly parameters: readonly Parameter[];
  /** Bytes of a JSON body. */
  readonly 'x-body-limit'?: number;
  readonly requestBody?: { readonly required?: boolean; readonly content: Content };
  readonly responses: Readonly<
    Record<string, { readonly description: string; readonly content?: Content }>
  >;
}

interface Document {
  readonly openapi: string;
  readonly info: { readonly title: string; readonly version: string };
  readonly tags: readonly { readonly name: string; readonly description: string }[];
  readonly webhooks: Readonly<
    Record<string, { readonly post: Pick<Operation, 'description' | 'requestBody'> }>
  >;
  readonly paths: Readonly<
    Record<string, Readonly<Record<string, Omit<Operation, 'name' | 'method' | 'path' | 'access'>>>>
  >;
  readonly components: { readonly schemas: Readonly<Record<string, Schema>> };
}

/** The OpenAPI document that the Worker serves. */
export const document = await readDocument();

const allOperations: readonly Operation[] = Object.entries(document.paths).flatMap(
  ([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({
      ...operation,
      name: `${method.toUpperCase()} ${path}`,
      method: method.toUpperCase(),
      path,
      access: (operation as unknown as Record<string, Access>)['x-access'] as Access,
      parameters: operation.parameters ?? [],
    })),
);

/** The operations for keys, the root key, tokens, or nobody. */
export const operations = allOperations.filter(({ access }) => access !== 'person');

/** The operations for a signed-in person only, apart from any workspace. */
export const personOperations = allOperations.filter(({ access }) => access === 'person');

/** Returns an operation by name; undefined if it does not exist. */
export const operationNamed = (name: string): Operation | undefined =>
  operations.find((operation) => operation.name === name);

async function readDocument(): Promise<Document> {
  const response = await app.fetch(
    new Request('http://agentgrid.test/openapi.json'),
    env,
    createExecutionContext(),
  );
  return response.json();
}

export const resolve = (schema: Schema): Schema => {
  if (schema.$ref === undefined) return schema;
  const target = document.components.schemas[schema.$ref.split('/').at(-1) ?? ''];
  if (target === undefined) throw new Error(`${schema.$ref} is not in the document`);
  return target;
};

/** Schemas of the document by URI: to collect them is most of a validation, so all share one collection. */
const schemasByUri = dereference({ components: { schemas: document.components.schemas } });
let inlineSchemas = 0;

/** Returns the violations of a value, one line each; empty if it matches. */
export function violationsOf(schema: Schema, value: unknown): string[] {
  const target = resolve(schema) as unknown as JsonSchema;
  if (!('__absolute_uri__' in target)) {
    inlineSchemas += 1;
    dereference(target, schemasByUri, undefined, `/inline/${inlineSchemas}`);
  }
  const { valid, errors } = validate(value, target, '2020-12', schemasByUri, false);
  return valid ? [] : errors.map((error) => `${error.instanceLocation}: ${error.error}`);
}

/** Somewhere in a body: `path` leads there from the root, array items by index 0, free keys by `some_key`. */
export interface Place {
  readonly path: readonly (string | number)[];
  readonly schema: Schema;
  /** Below an `anyOf` or `oneOf`, where an error may name the union instead. */
  readonly isInUnion: boolean;
}

/** Returns every place in a body that a schema describes, the root first. */
export function* placesIn(
  schema: Schema | undefined,
  path: Place['path'] = [],
  isInUnion = false,
): Generator<Place> {
  if (schema === undefined || path.length > 8) return;
  const target = resolve(schema);
  yield { path, schema: target, isInUnion };
  for (const [name, inner] of Object.entries(target.properties ?? {}))
    yield* placesIn(inner, [...path, name], isInUnion);
  if (target.items !== undefined) yield* placesIn(target.items, [...path, 0], isInUnion);
  if (typeof target.additionalProperties === 'object')
    yield* placesIn(target.additionalProperties, [...path, 'some_key'], isInUnion);
  for (const inner of target.allOf ?? []) yield* placesIn(inner, path, isInUnion);
  for (const inner of [...(target.anyOf ?? []), ...(target.oneOf ?? [])])
    yield* placesIn(inner, path, true);
}

export const pointerTo = (path: Place['path']): string => path.map((part) => `/${part}`).join('');

export const typesOf = ({ type }: Schema): readonly string[] =>
  type === undefined ? [] : typeof type === 'string' ? [type] : type;

export const jsonBodyOf = (operation: Operation): Schema | undefined =>
  operation.requestBody?.content['application/json']?.schema;

export const pathParameters = (operation: Operation): string[] =>
  [...operation.path.matchAll(/\{(\w+)\}/g)].map(([, name = '']) => name);

export const fillPath = (operation: Operation, values: Readonly<Record<string, string>>): string =>
  operation.path.replaceAll(/\{(\w+)\}/g, (_, name: string) =>
    encodeURIComponent(values[name] ?? `no-${name}`),
  );

/** Calls an operation and checks that the document allows the response. */
export async function call(
  operation: Operation,
  path: string,
  key: string | null,
  options: Options = {},
): Promise<Answer> {
  const answer = await request(operation.method, path, key, options);
  expectDocumented(
    operation,
    answer,
    `${operation.method} ${path} ${JSON.stringify(options.json)?.slice(0, 400) ?? ''}`,
  );
  return answer;
}

function expectDocumented(operation: Operation, answer: Answer, what = operation.name): void {
  const { status, headers, body } = answer;
  const context = `${what} -> ${status} ${JSON.stringify(body)?.slice(0, 400)}`;
  expect(headers.get('x-request-id'), context).toMatch(/^[\w-]{1,128}$/);
  expect(Object.keys(operation.responses), context).toContain(String(status));
  if (status >= 400) expectForm(operation, answer, context);
  else expectContent(operation, answer, context);
}

function expectContent(
  operation: Operation,
  { status, headers, body }: Answer,
  context: string,
): void {
  const content = operation.responses[String(status)]?.content;
  if (content === undefined) {
    expect(body, context).toBe('');
    return;
  }
  const media = headers.get('content-type')?.split(';')[0] ?? '';
  const schema = (content[media] ?? content['*/*'])?.schema;
  expect(schema, `${context}: ${media} is not documented`).toBeDefined();
  if (media === 'application/json' && schema !== undefined)
    expect(violationsOf(schema, body), context).toEqual([]);
}

/** Schemas of errors where they are not problem documents: OpenAI's under `/v1`, and those of JSON-RPC under `/mcp`. */
const errorSchema = ({ path }: Pick<Operation, 'path'>): string | null => {
  if (path.startsWith('/v1/')) return 'OpenAIError';
  return path.startsWith('/mcp') ? 'JsonRpcError' : null;
};

/** The other forms have 400 for what is 422 in a problem document. */
export const refusedWith = (operation: Pick<Operation, 'path'>, status: number): number =>
  status === 422 && errorSchema(operation) !== null ? 400 : status;

function expectForm(operation: Pick<Operation, 'path'>, answer: Answer, context: string): void {
  const name = errorSchema(operation);
  if (name === null) {
    expectProblem(answer, answer.status, context);
    return;
  }
  expect(answer.headers.get('content-type'), context).toBe('application/json');
  expect(violationsOf({ $ref: `#/components/schemas/${name}` }, answer.body), context).toEqual([]);
}

/** Expects an error in the format of the operation. */
export function expectRefusal(
  operation: Pick<Operation, 'path'>,
  answer: Answer,
  status: number,
  context = '',
): void {
  expect(answer.status, context || JSON.stringify(answer.body)).toBe(
    refusedWith(operation, status),
  );
  expectForm(operation, answer, context);
}

/** Returns the pointers of the errors of a refused body. */
export const pointersOf = ({ body }: Answer): string[] =>
  (
    (body.errors ?? body.error?.errors ?? body.error?.data?.errors ?? []) as { pointer: string }[]
  ).map(({ pointer }) => pointer);

/** Expects a problem document (RFC 9457) of this API. */
export function expectProblem(
  { status, headers, body }: Answer,
  expected: number,
  context = '',
): void {
  expect(status, context || JSON.stringify(body)).toBe(expected);
  expect(headers.get('content-type'), context).toBe('application/problem+json');
  expect(violationsOf({ $ref: '#/components/schemas/Problem' }, body), context).toEqual([]);
  expect(body.status, context).toBe(status);
  expect(body.type, context).toBe(`/docs/problems#${body.code}`);
  expect(body.request_id, context).toBe(headers.get('x-request-id'));
}

/** Removes the request id from an error, for comparison. */
export const withoutRequestId = ({ status, body }: Answer) => ({
  status,
  body: JSON.parse(JSON.stringify(body ?? null).replaceAll(/"req_\w{26}"/g, '""')),
});
