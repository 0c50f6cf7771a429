import { OpenAPIHono } from '@hono/zod-openapi';
import { withClientForms } from './client-forms.ts';
import { withSharedComponents } from './shared-components.ts';
import { tags } from './tags.ts';

type Registry = OpenAPIHono['openAPIRegistry'];

/** Registers operations and webhooks; paths of operations start with `prefix`. */
export type Description = (registry: Registry, prefix: string) => void;

/** Builds the OpenAPI document. This takes much time and memory, so nothing of it happens at start-up. */
export function buildDocument(describe: Description, origin: string) {
  const { openAPIRegistry, getOpenAPI31Document } = new OpenAPIHono();
  describe(openAPIRegistry, '/');
  openAPIRegistry.registerComponent('securitySchemes', 'api_key', {
    type: 'http',
    scheme: 'bearer',
    description: 'API key of a workspace: `ag_…`',
  });
  openAPIRegistry.registerComponent('securitySchemes', 'end_user_token', {
    type: 'http',
    scheme: 'bearer',
    bearerFormat: 'JWT',
    description: 'Token of one end user, from `POST /end-user-tokens`',
  });
  openAPIRegistry.registerComponent('securitySchemes', 'session', {
    type: 'apiKey',
    in: 'cookie',
    name: '__Host-agentgrid_session',
    description:
      'The session of a person who has signed in. Requests that change something must come from the same origin (`Origin`, `Sec-Fetch-Site`). ' +
      'The header `AgentGrid-Workspace` names the workspace; without it, the last one is used.',
  });
  openAPIRegistry.registerComponent('securitySchemes', 'root_key', {
    type: 'http',
    scheme: 'bearer',
    description: 'The `ROOT_KEY` of the deployment; accepted for managing workspaces only',
  });
  const document = getOpenAPI31Document({
    ...openApiInfo,
    tags: [...openApiInfo.tags],
    servers: [{ url: origin }],
  });
  return withSharedComponents(withClientForms(withNullableReferences(document)));
}

/**
 * The generator omits null from the values of a nullable literal, and writes a nullable reference
 * as `allOf` of the reference and `[type, "null"]`, which null does not match. In JSON Schema this
 * is a choice between the reference and null.
 */
const withNullableReferences = <Document>(document: Document): Document =>
  JSON.parse(JSON.stringify(document), (_key, value: unknown) => {
    if (value === null || typeof value !== 'object') return value;
    if (isNullableChoice(value) && !value.enum.includes(null))
      return { ...value, enum: [...value.enum, null] };
    if (!('allOf' in value) || !Array.isArray(value.allOf)) return value;
    const { allOf, ...rest } = value;
    const [reference, { type, ...notes } = {}] = allOf;
    if (reference.$ref === undefined || !Array.isArray(type) || !type.includes('null'))
      return value;
    return { ...rest, ...notes, anyOf: [reference, { type: 'null' }] };
  });

const isNullableChoice = (value: object): value is { enum: unknown[] } =>
  'enum' in value &&
  Array.isArray(value.enum) &&
  'type' in value &&
  Array.isArray(value.type) &&
  value.type.includes('null');

const openApiInfo = {
  openapi: '3.1.0',
  info: {
    title: 'AgentGrid',
    version: '0.2.0',
    description:
      'Back end for AI agents: immutable agent versions, document retrieval with verified citations, sessions, and exact cost.\n\n' +
      'Errors are `application/problem+json` (RFC 9457) with a stable `code`; under `/v1`, the OpenAI-compatible API, they use OpenAI’s error object. Lists take `limit` and `cursor`. ' +
      'Timestamps are RFC 3339 UTC. A malformed id returns 404. Every response has an `X-Request-Id`.',
    license: { name: 'Apache-2.0', url: 'https://www.apache.org/licenses/LICENSE-2.0' },
  },
  tags,
} as const;
