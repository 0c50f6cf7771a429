import { z } from '@hono/zod-openapi';
import { isNode, type SchemaNode, schemaProblem } from '../shared/json-schema/index.ts';

const maxProperties = 100;

function rootProblem(schema: SchemaNode): string | null {
  if (schema.type !== 'object') return 'The schema of arguments must have `type: "object"`.';
  if (schema.additionalProperties !== undefined && schema.additionalProperties !== false)
    return '`additionalProperties` must be false: undeclared arguments are never sent.';
  const problem = schemaProblem(schema);
  if (problem !== null) return problem;
  const names = argumentNames(schema);
  if (names.length > maxProperties) return `At most ${maxProperties} arguments.`;
  const odd = names.find((name) => !/^[A-Za-z_][A-Za-z0-9_.-]{0,63}$/.test(name));
  if (odd !== undefined)
    return `Invalid argument name: ${JSON.stringify(odd)}. A name has a letter or underscore, then letters, digits, \`_\`, \`-\` and \`.\`.`;
  const undeclared = requiredNames(schema).find((name) => !names.includes(name));
  return undeclared === undefined
    ? null
    : `${undeclared} is required but not declared in \`properties\`.`;
}

/** JSON Schema (draft 2020-12) of the arguments of an HTTP tool. Closed: undeclared arguments are refused (R39). */
export const InputSchema = z
  .record(z.string(), z.unknown())
  .superRefine((schema, check) => {
    const message = rootProblem(schema);
    if (message !== null) check.addIssue({ code: 'custom', message });
  })
  .describe(
    'JSON Schema of the arguments; `additionalProperties` is false. References within the schema must not be recursive, and a string that a `pattern` applies to can have at most 2,000 characters, or fewer where the pattern is costly',
  )
  .openapi({
    example: {
      type: 'object',
      properties: { city: { type: 'string', description: 'Name of a city' } },
      required: ['city'],
    },
  });

export const argumentNames = ({ properties }: SchemaNode): string[] =>
  isNode(properties) ? Object.keys(properties) : [];
export const requiredNames = (schema: SchemaNode): string[] =>
  (schema.required as string[] | undefined) ?? [];
export const closed = (schema: SchemaNode): Record<string, unknown> => ({
  properties: {},
  ...schema,
  additionalProperties: false,
});
