import { describe, expect, it } from 'vitest';
import manifest from '../../package.json' with { type: 'json' };
import { app } from '../../src/app.ts';
import { permissions } from '../../src/http/permissions.ts';
import { eventTypes } from '../../src/notifications/events/registry.ts';
import {
  document,
  type Operation,
  operations,
  pathParameters,
  personOperations,
  placesIn,
  resolve,
  type Schema,
  violationsOf,
} from '../support/document.ts';

/** Served outside the document: the document itself, pages for people, and addresses of OAuth. */
const undocumented = [
  'GET /account',
  'GET /console/*',
  ...['GET /auth/oidc/{provider}', 'GET /auth/oidc/{provider}/callback'],
  ...['GET /', 'GET /docs', 'GET /docs/problems', 'GET /openapi.json'],
  'GET /chat/{address}',
  ...['GET /oauth/mcp/callback', 'GET /oauth/mcp/client'],
  // A service sends its messages to a channel here, signed in its own way.
  ...['GET /api/v1/channels/{channel}/events', 'POST /api/v1/channels/{channel}/events'],
];

/** Everything that may be called without a credential. A new one is put here on purpose, or not at all. */
const publicOperations = [
  'GET /api/v1/workspace/exports/{workspace_export}/download',
  'GET /api/v1/erasure-keys',
  'GET /api/v1/end-user-exports/{export}/content',
  'GET /api/v1/generated-files/{generated_file}/download',
  'GET /api/v1/messages/{message}/citations/{citation}/document',
  'GET /healthz',
  'GET /api/v1/auth/methods',
  ...[
    'sign-up',
    'sign-up/complete',
    'sign-in',
    'passkey',
    'passkey/options',
    'second-factor',
    'link',
    'sign-out',
    'password-reset',
    'password-reset/complete',
    'email-change/complete',
    'email-change/revoke',
    'invitations/preview',
    'invitations/accept',
  ].map((path) => `POST /api/v1/auth/${path}`),
  'GET /api/v1/shared/{shared}',
  'POST /api/v1/shared/{shared}/codes',
  'POST /api/v1/shared/{shared}/visitors',
];

const schemasOf = (operation: Operation): Schema[] => [
  ...operation.parameters.map(({ schema }) => schema),
  ...[operation.requestBody, ...Object.values(operation.responses)].flatMap((part) =>
    Object.values(part?.content ?? {}).flatMap(({ schema }) =>
      schema === undefined ? [] : [schema],
    ),
  ),
];

/** Every schema there is, in components, parameters and bodies. */
function* everySchema(value: unknown): Generator<Schema> {
  if (value === null || typeof value !== 'object') return;
  if (!Array.isArray(value)) yield value as Schema;
  for (const [key, inner] of Object.entries(value))
    if (key !== 'example' && key !== 'examples') yield* everySchema(inner);
}

describe('the document', () => {
  it('has exactly the routes of the router (R1)', () => {
    const served = app.routes
      .filter(({ method }) => method !== 'ALL')
      .map(({ method, path }) => `${method} ${path.replaceAll(/:(\w+)(?:\{\.\+\})?/g, '{$1}')}`);
    expect(new Set(served)).toEqual(
      new Set([...[...operations, ...personOperations].map(({ name }) => name), ...undocumented]),
    );
    expect(served).toHaveLength(new Set(served).size);
  });

  it('names every public operation, and only those lack a credential (R1)', () => {
    expect(
      operations
        .filter(({ access }) => access === 'public')
        .map(({ name }) => name)
        .sort(),
    ).toEqual(publicOperations.sort());
    for (const { name, access, security = [] } of operations) {
      const scheme = access === 'root' ? 'root_key' : 'api_key';
      const [first, ...others] = security;
      expect(first, name).toEqual(access === 'public' ? undefined : { [scheme]: [] });
      // Every route that takes a key takes a member's session.
      if (scheme === 'root_key' || access === 'public') expect(others, name).toEqual([]);
      else {
        expect(others[0], name).toEqual({ session: [] });
        expect([[], [{ end_user_token: [] }]], name).toContainEqual(others.slice(1));
      }
    }
    for (const { name, security } of personOperations)
      expect(security, name).toEqual([{ session: [] }]);
  });

  it('gives every operation a permission of the role table (R9)', () => {
    for (const { name, access } of operations)
      expect([...Object.keys(permissions), 'public', 'root'], name).toContain(access);
  });

  it('has one operationId for each operation', () => {
    const ids = operations.map(({ operationId }) => operationId);
    expect(ids.filter((id, index) => ids.indexOf(id) !== index)).toEqual([]);
    for (const id of ids) expect(id).toMatch(/^[a-z][A-Za-z0-9]+$/);
  });

  it('names operations by a verb and a noun, without articles and prepositions', () => {
    for (const { operationId } of operations) {
      expect(operationId).toMatch(/^[a-z]+(?:[A-Z][a-z0-9]+)+$/);
      expect(operationId).not.toMatch(/(?:A|An|The|Of|For|Two|That)(?=[A-Z]|$)/);
    }
    const ids = operations.map(({ operationId }) => operationId);
    for (const id of [
      'createAgent',
      'getAgent',
      'listAgents',
      'listKnowledgeBaseFiles',
      'getCurrentKey',
      'setAlertWebhook',
      'runAgent',
    ])
      expect(ids).toContain(id);
  });

  it('describes every tag once, in order', () => {
    const names = document.tags.map(({ name }) => name);
    expect(new Set(names)).toEqual(
      new Set([...operations, ...personOperations].flatMap(({ tags }) => tags ?? [])),
    );
    expect(names).toHaveLength(new Set(names).size);
    for (const { name, description } of document.tags) expect(description, name).toMatch(/\S{3}/);
  });

  it('lists null among the values of everything nullable', () => {
    const nullable = [...everySchema(document)].filter(
      (schema) => Array.isArray(schema.type) && schema.type.includes('null'),
    );
    expect(nullable.length).toBeGreaterThan(50);
    for (const schema of nullable) {
      if (schema.enum !== undefined) expect(schema.enum, JSON.stringify(schema)).toContain(null);
      expect('const' in schema && schema.const !== null, JSON.stringify(schema)).toBe(false);
    }
  });

  it('has no defaults in bodies: omittable fields are optional, fields that are always present are required', () => {
    const bodies = operations.flatMap(({ requestBody, responses }) => [
      requestBody,
      ...Object.values(responses),
    ]);
    const schemas = bodies.flatMap((body) =>
      Object.values(body?.content ?? {}).flatMap(({ schema: one }) =>
        [...placesIn(one)].map(({ schema }) => schema),
      ),
    );
    expect([...new Set(schemas)].filter((schema) => 'default' in schema)).toEqual([]);
    const { CreateSession, RateLimits, RateLimitsInput } = document.components.schemas;
    expect(CreateSession?.required).toBeUndefined();
    expect(CreateSession?.properties?.on_busy?.description).toContain('Default: `"reject"`.');
    expect(RateLimitsInput?.required ?? []).not.toContain('api_key');
    expect(RateLimits?.required).toContain('api_key');
  });

  it('has a schema for the events of every stream', () => {
    const streams = operations.flatMap(({ name, responses }) =>
      Object.values(responses).flatMap(({ content }) =>
        content?.['text/event-stream'] === undefined
          ? []
          : ([[name, content['text/event-stream'].schema]] as const),
      ),
    );
    expect(streams.length).toBeGreaterThan(7);
    for (const [name, schema] of streams) {
      const events = [
        'ArchitectEvent',
        'ChatCompletionChunk',
        'McpResponse',
        'ResponseStreamEvent',
        'StreamEvent',
      ].map((one) => `#/components/schemas/${one}`);
      expect(events, name).toContain(schema?.$ref);
    }
  });

  it('describes its webhooks', () => {
    expect(Object.keys(document.webhooks).toSorted()).toEqual(
      ['anomaly.alert', 'budget.alert', ...eventTypes].toSorted(),
    );
    for (const [name, { post }] of Object.entries(document.webhooks)) {
      expect(post.description, name).toContain('agentgrid-signature');
      const schema = resolve(post.requestBody?.content['application/json']?.schema ?? {});
      expect(schema.properties?.type?.enum, name).toEqual([name]);
    }
  });

  it.each(operations.map((operation) => [operation.name, operation] as const))(
    'describes %s',
    (_name, operation) => {
      expect(operation.summary).toMatch(/\S{3}/);
      expect(operation.description).toMatch(/\S{3}/);
      expect(operation.tags).toHaveLength(1);
      for (const parameter of operation.parameters)
        expect(parameter.description, parameter.name).toMatch(/\S{3}/);
      const inPath = operation.parameters
        .filter((parameter) => parameter.in === 'path')
        .map(({ name }) => name);
      expect(new Set(inPath)).toEqual(new Set(pathParameters(operation)));
      for (const [status, { description }] of Object.entries(operation.responses))
        expect(description, status).toMatch(/\S{3}/);
    },
  );

  it.each(operations.map((operation) => [operation.name, operation] as const))(
    'has examples that match their schemas: %s',
    (_name, operation) => {
      const schemas = schemasOf(operation).flatMap((one) =>
        [...placesIn(one)].map((place) => place.schema),
      );
      for (const schema of new Set(schemas)) {
        for (const example of [schema.example, ...(schema.examples ?? [])].filter(
          (value) => value !== undefined,
        )) {
          expect(violationsOf(schema, example), JSON.stringify(example)).toEqual([]);
        }
        if (schema.default !== undefined)
          expect(violationsOf(schema, schema.default), JSON.stringify(schema.default)).toEqual([]);
      }
    },
  );

  // A conversation is the history of some client and some provider, with keys of theirs: protocols/openai/lenient-schema.ts.
  const isHistory = (name: string, [first]: readonly (string | number)[]) =>
    (name === 'POST /v1/chat/completions' && first === 'messages') ||
    (/^POST \/v1\/responses(\/input_tokens)?$/.test(name) && first === 'input') ||
    (name.startsWith('POST /v1/conversations') && first === 'items');

  it('closes every request object, so that unknown fields are rejected (R10)', () => {
    for (const { name, requestBody } of operations) {
      const schema = requestBody?.content['application/json']?.schema;
      for (const { schema: inner, path } of placesIn(schema)) {
        if (inner.properties === undefined) continue;
        expect(inner.additionalProperties, `${name}: ${Object.keys(inner.properties)}`).toBe(
          isHistory(name, path),
        );
      }
    }
  });

  it('is an OpenAPI 3.1 document', () => expect(document.openapi).toBe('3.1.0'));

  it('has the version of the package', () => expect(document.info.version).toBe(manifest.version));
});
