import { z } from '@hono/zod-openapi';
import { schemaProblem } from '../tools/index.ts';

const maxBytes = 64 * 1024;

/** Returns why a JSON Schema cannot be used for structured answers; null when it can. */
function problemOf(schema: Readonly<Record<string, unknown>>): string | null {
  if (JSON.stringify(schema).length > maxBytes) return `At most ${maxBytes} characters.`;
  const { type, properties, required } = schema;
  if (type !== 'object') return 'The schema of an answer must be of `type: "object"`.';
  if (properties !== undefined && !isObject(properties)) return '`properties` must be an object.';
  if (
    required !== undefined &&
    !(Array.isArray(required) && required.every((name) => typeof name === 'string'))
  )
    return '`required` must be an array of names.';
  // As for tools: a pattern could take hours, and a reference could be circular, for every answer (R24).
  const unsafe = schemaProblem(schema);
  if (unsafe !== null) return unsafe;
  try {
    z.fromJSONSchema(schema as Parameters<typeof z.fromJSONSchema>[0]);
    return null;
  } catch (error) {
    return `Invalid JSON Schema: ${error instanceof Error ? error.message : 'it cannot be parsed'}.`;
  }
}

const isObject = (value: unknown) =>
  value !== null && typeof value === 'object' && !Array.isArray(value);

/** A JSON Schema (draft 2020-12) of an object. */
export const OutputSchema = z
  .record(z.string(), z.unknown())
  .superRefine((schema, check) => {
    const message = problemOf(schema);
    if (message !== null) check.addIssue({ code: 'custom', message });
  })
  .describe('JSON Schema that answers follow; null for free text')
  .openapi({
    example: { type: 'object', properties: { answer: { type: 'string' } }, required: ['answer'] },
  });
