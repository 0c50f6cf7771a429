import { z } from '@hono/zod-openapi';
import {
  definitionDefaults,
  definitionFields,
  effects,
  methods,
  SecretHeaders,
} from './definition.ts';
import { Tool } from './schema.ts';

const example = JSON.stringify({
  openapi: '3.1.0',
  info: { title: 'Weather', version: '1' },
  servers: [{ url: 'https://api.example.com' }],
  paths: {
    '/weather': {
      get: {
        operationId: 'getWeather',
        parameters: [{ name: 'city', in: 'query', required: true, schema: { type: 'string' } }],
      },
    },
  },
});

export const maxDocument = 4_000_000;

const source = {
  document: z
    .string()
    .min(2)
    .max(maxDocument)
    .describe('The text of an OpenAPI 3.0 or 3.1 document, in JSON')
    .openapi({ example }),
  server_url: z
    .string()
    .min(8)
    .max(2000)
    .optional()
    .describe('Overrides the server of the document')
    .openapi({ example: 'https://api.example.com' }),
};

export const PreviewImport = z
  .strictObject(source)
  .openapi('PreviewImport', { example: { document: example } });
export type PreviewImport = z.output<typeof PreviewImport>;

const Choice = z.strictObject({
  operation_id: z.string().min(1).max(500).optional(),
  method: z.enum(methods).optional(),
  path: z.string().min(1).max(2000).optional().describe('As in the document, with `method`'),
  name: definitionFields.name.optional().describe('Overrides the name derived from the operation'),
  effect: z
    .enum(effects)
    .optional()
    .describe('Defaults to `read` for GET, `destructive` for DELETE, `write` for others'),
});

export const ImportTools = z
  .strictObject({
    ...source,
    operations: z
      .array(Choice)
      .min(1)
      .max(50)
      .describe('By `operation_id`, or by `method` and `path`'),
    headers: definitionFields.headers.default(definitionDefaults.headers),
    secret_headers: SecretHeaders.default({}),
  })
  .openapi('ImportTools', {
    example: { document: example, operations: [{ operation_id: 'getWeather' }] } as never,
  });
export type ImportTools = z.output<typeof ImportTools>;

export const ImportPreview = z
  .object({
    title: z.string(),
    operations: z.array(
      z.object({
        operation_id: z.string().nullable(),
        method: z.enum(methods),
        path: z.string(),
        summary: z.string().nullable(),
        name: z.string().nullable().describe('Name of the tool'),
        effect: z.enum(effects).nullable(),
        url: z.string().nullable(),
        problem: z
          .string()
          .nullable()
          .describe('Reason why it cannot be imported; null when it can'),
      }),
    ),
  })
  .openapi('ImportPreview');
export type ImportPreview = z.output<typeof ImportPreview>;

export const ImportedTools = z.object({ data: z.array(Tool) }).openapi('ImportedTools');
export type ImportedTools = z.output<typeof ImportedTools>;
