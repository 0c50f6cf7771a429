import { z } from '@hono/zod-openapi';
import { type Effect, effects } from '../db/schema/effects.ts';
import { InputSchema } from './input-schema.ts';

export { type Effect, effects };

export const methods = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'] as const;
export type Method = (typeof methods)[number];

/** Names that all providers accept for functions. */
export const toolName = /^[a-zA-Z][a-zA-Z0-9_-]{0,63}$/;

const Body = z
  .strictObject({
    type: z.enum(['json', 'form']),
    argument: z
      .string()
      .min(1)
      .max(64)
      .nullable()
      .default(null)
      .describe(
        'The argument that is the whole body; null to send an object of all arguments that are not in the URL',
      ),
  })
  .nullable();

const Response = z.strictObject({
  format: z
    .enum(['auto', 'json', 'text'])
    .default('auto')
    .describe('`auto` parses JSON and passes anything else as text'),
  pointer: z
    .string()
    .max(500)
    .regex(/^(\/([^~/]|~[01])*)*$/, 'Must be a JSON Pointer (RFC 6901).')
    .nullable()
    .default(null)
    .describe('The part of a JSON response that is passed to the model'),
  fields: z
    .array(z.string().min(1).max(200))
    .min(1)
    .max(50)
    .nullable()
    .default(null)
    .describe('Members of an object, or of each object in a list, to keep'),
});

const defaultResponse = { format: 'auto', pointer: null, fields: null } as const;

const HeaderName = z.string().min(1).max(100);

/** Fields of a tool besides its secrets. */
export const definitionFields = {
  name: z
    .string()
    .regex(toolName, 'A letter, then letters, digits, `_` and `-`; at most 64.')
    .openapi({ example: 'get_weather' }),
  description: z
    .string()
    .trim()
    .min(1)
    .max(4000)
    .describe('Purpose of the tool and when to use it; read by the model')
    .openapi({ example: 'The weather in a city now.' }),
  effect: z
    .enum(effects)
    .describe('Effect of a call: `read` changes nothing, `destructive` cannot be undone'),
  method: z.enum(methods),
  url: z
    .string()
    .min(1)
    .max(4000)
    .describe(
      'Absolute URL; `{name}` in path segments and query values is replaced by an argument. A query part whose argument is missing is omitted',
    )
    .openapi({ example: 'https://api.example.com/weather?city={city}' }),
  input_schema: InputSchema,
  headers: z
    .record(HeaderName, z.string().max(4096))
    .describe('Sent unchanged. Use `secret_headers` for secrets')
    .openapi({ example: { Accept: 'application/json' } }),
  body: Body.describe('Encoding of arguments that are not in the URL; null sends no body'),
  response: Response,
  timeout_ms: z
    .int()
    .min(100)
    .max(60_000)
    .describe('Time limit of the whole call, redirects included'),
  max_bytes: z.int().min(1).max(2_000_000).describe('Maximum size of the decompressed response'),
};

export const definitionDefaults = {
  headers: {} as Record<string, string>,
  response: defaultResponse as z.output<typeof Response>,
  timeout_ms: 15_000,
  max_bytes: 200_000,
};

export const SecretHeaders = z
  .record(HeaderName, z.string().min(1).max(4096))
  .describe('Write-only: encrypted, and sent to the origin of the URL only')
  .openapi({ example: { Authorization: 'Bearer 3f9a…' } });

/** A stored revision: everything a call needs besides secret values, which `secret_headers` refers to by id. */
export interface Definition {
  readonly description: string;
  readonly method: Method;
  readonly url: string;
  readonly input_schema: Record<string, unknown>;
  readonly headers: Record<string, string>;
  readonly secret_headers: Record<string, string>;
  readonly body: z.output<typeof Body>;
  readonly response: z.output<typeof Response>;
  readonly timeout_ms: number;
  readonly max_bytes: number;
}
