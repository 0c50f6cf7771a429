import { z } from '@hono/zod-openapi';
import { schemaProblem } from '../shared/json-schema/index.ts';

/** Returns why a JSON Schema cannot be used for structured answers, or null (R24). */
function problemOf(schema: Readonly<Record<string, unknown>>): string | null {
  if (schema.type !== 'object') return 'The schema of an answer must have `type: "object"`.';
  return schemaProblem(schema);
}

/** JSON Schema (draft 2020-12) of an object. */
export const OutputSchema = z
  .record(z.string(), z.unknown())
  .superRefine((schema, check) => {
    const message = problemOf(schema);
    if (message !== null) check.addIssue({ code: 'custom', message });
  })
  .describe(
    'JSON Schema that answers follow; null for free text. References within the schema must not be recursive',
  )
  .openapi({
    example: { type: 'object', properties: { answer: { type: 'string' } }, required: ['answer'] },
  });
