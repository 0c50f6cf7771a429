import { z } from '@hono/zod-openapi';
import { pageQuery } from '../http/openapi.ts';
import { Id, Time } from '../http/schema.ts';
import { toWireTime } from '../shared/time.ts';
import {
  type Definition,
  definitionDefaults,
  definitionFields,
  effects,
  SecretHeaders,
} from './definition.ts';
import type { ToolRow } from './store.ts';

const {
  name,
  description,
  effect,
  method,
  url,
  input_schema,
  headers,
  body,
  response,
  timeout_ms,
  max_bytes,
} = definitionFields;

export const CreateTool = z
  .strictObject({
    type: z.literal('http').default('http'),
    name,
    description,
    effect,
    method: method.default('GET'),
    url,
    input_schema,
    headers: headers.default(definitionDefaults.headers),
    secret_headers: SecretHeaders.default({}),
    body: body
      .optional()
      .describe(
        'Encoding of arguments that are not in the URL; defaults to JSON for POST, PUT and PATCH, and to none for other methods',
      ),
    response: response.default(definitionDefaults.response),
    timeout_ms: timeout_ms.default(definitionDefaults.timeout_ms),
    max_bytes: max_bytes.default(definitionDefaults.max_bytes),
  })
  .openapi('CreateTool', {
    example: {
      name: 'get_weather',
      description: 'The weather in a city now.',
      effect: 'read',
      url: 'https://api.example.com/weather?city={city}',
      input_schema: {
        type: 'object',
        properties: { city: { type: 'string' } },
        required: ['city'],
      },
    } as never,
  });
export type CreateTool = z.output<typeof CreateTool>;

export const UpdateTool = z
  .strictObject({
    ...definitionFields,
    secret_headers: z
      .record(z.string().min(1).max(100), z.string().min(1).max(4096).nullable())
      .describe(
        'Merged: absent headers are kept, null removes a header. A change of origin removes headers that are not set again',
      ),
  })
  .partial()
  .openapi('UpdateTool', { example: { description: 'The weather in a city now, in Celsius.' } });
export type UpdateTool = z.output<typeof UpdateTool>;

const SecretHeader = z.object({
  last_four: z.string().nullable().describe('null for values shorter than 16 characters'),
  fingerprint: z.string().describe('Equal values have equal fingerprints'),
  updated_at: Time,
});

export const Tool = z
  .object({
    id: Id('tool'),
    type: z.literal('http'),
    revision: z.int().min(1).describe('Incremented with every change of behavior; the `ETag`'),
    ...definitionFields,
    input_schema: z.record(z.string(), z.unknown()),
    secret_headers: z.record(z.string(), SecretHeader),
    created_by: z.string().nullable(),
    created_at: Time,
    updated_at: Time,
  })
  .openapi('Tool');
export type Tool = z.output<typeof Tool>;

export const ToolQuery = z.strictObject({
  ...pageQuery,
  q: z.string().min(1).max(100).optional().describe('Filter by a part of the name'),
  effect: z.enum(effects).optional().describe('Effect of a call outside the platform'),
});
export type ToolQuery = z.output<typeof ToolQuery>;

export const toTool = (row: ToolRow): Tool => {
  const { secret_headers, ...definition } = row.definition as unknown as Definition;
  return {
    id: row.id,
    type: 'http',
    name: row.name,
    revision: row.revision,
    effect: row.effect,
    ...definition,
    secret_headers: Object.fromEntries(
      Object.entries(secret_headers).flatMap(([header, id]) => {
        const secret = row.secrets[id];
        return secret === undefined
          ? []
          : [[header, { ...secret, updated_at: toWireTime(secret.updated_at) }]];
      }),
    ),
    created_by: row.created_by,
    created_at: toWireTime(row.created_at),
    updated_at: toWireTime(row.updated_at),
  };
};

export const TestTool = z
  .strictObject({
    input: z.record(z.string(), z.unknown()).default({}).describe('Arguments of the call'),
  })
  .openapi('TestTool', { example: { input: { city: 'Bern' } } });
export type TestTool = z.output<typeof TestTool>;

export const ToolResult = z
  .object({
    ok: z.boolean(),
    status: z.int().nullable().describe('HTTP status; null when there was no response'),
    output: z.unknown().describe('The result as the model reads it'),
    error: z.string().nullable(),
    latency_ms: z.int(),
  })
  .openapi('ToolResult');
export type ToolResult = z.output<typeof ToolResult>;
