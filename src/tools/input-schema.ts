import { z } from '@hono/zod-openapi';

type Node = Readonly<Record<string, unknown>>;

const types = ['string', 'number', 'integer', 'boolean', 'object', 'array', 'null'];
const maxCharacters = 64 * 1024;
const maxDepth = 16;
const maxProperties = 100;

/** Keywords that hold one schema, a list of them, or one a name. */
const single = [
  'items',
  'additionalProperties',
  'not',
  'if',
  'then',
  'else',
  'contains',
  'propertyNames',
  'unevaluatedProperties',
  'unevaluatedItems',
];
const lists = ['anyOf', 'oneOf', 'allOf', 'prefixItems'];
const named = ['properties', 'dependentSchemas'];
/** References could run in circles, and patterns of users' could run for hours. */
const refused = [
  '$ref',
  '$dynamicRef',
  '$recursiveRef',
  '$id',
  '$anchor',
  '$dynamicAnchor',
  '$defs',
  'definitions',
  'pattern',
  'patternProperties',
  'dependencies',
  'dependentRequired',
];
const counts = ['minLength', 'maxLength', 'minItems', 'maxItems', 'minProperties', 'maxProperties'];
const numbers = ['minimum', 'maximum', 'exclusiveMinimum', 'exclusiveMaximum', 'multipleOf'];

export const isNode = (value: unknown): value is Node =>
  value !== null && typeof value === 'object' && !Array.isArray(value);
const isNames = (value: unknown): value is string[] =>
  Array.isArray(value) && value.every((name) => typeof name === 'string');

/** What is wrong with one schema and those inside it: keyword by keyword, so that validating never throws later. */
export function schemaProblem(schema: unknown, at = '', depth = 0): string | null {
  if (typeof schema === 'boolean') return null;
  if (!isNode(schema)) return `${at || '/'} must be a schema.`;
  if (depth > maxDepth) return `Schemas may be nested at most ${maxDepth} deep.`;
  const wrong = refused.find((keyword) => keyword in schema);
  if (wrong !== undefined)
    return `${at}/${wrong} is not supported: write schemas in place, and limit text by enum, format or maxLength.`;
  return keywordProblem(schema, at) ?? innerProblem(schema, at, depth);
}

function keywordProblem(schema: Node, at: string): string | null {
  const given = (keyword: string) => schema[keyword] !== undefined;
  const type = Array.isArray(schema.type) ? schema.type : given('type') ? [schema.type] : [];
  if (!type.every((one) => types.includes(one as string)))
    return `${at}/type must be of ${types.join(', ')}.`;
  if (given('required') && !isNames(schema.required))
    return `${at}/required must be a list of names.`;
  if (given('enum') && !Array.isArray(schema.enum)) return `${at}/enum must be a list.`;
  if (given('format') && typeof schema.format !== 'string') return `${at}/format must be a text.`;
  const count = counts.find(
    (keyword) =>
      given(keyword) && !(Number.isInteger(schema[keyword]) && (schema[keyword] as number) >= 0),
  );
  if (count !== undefined) return `${at}/${count} must be a whole number.`;
  const number = numbers.find((keyword) => given(keyword) && typeof schema[keyword] !== 'number');
  if (number !== undefined) return `${at}/${number} must be a number.`;
  if (given('multipleOf') && (schema.multipleOf as number) <= 0)
    return `${at}/multipleOf must be above 0.`;
  return null;
}

function innerProblem(schema: Node, at: string, depth: number): string | null {
  const inner: [string, unknown][] = [];
  for (const keyword of single)
    if (schema[keyword] !== undefined) inner.push([keyword, schema[keyword]]);
  for (const keyword of lists) {
    const list = schema[keyword];
    if (list === undefined) continue;
    if (!Array.isArray(list) || list.length === 0)
      return `${at}/${keyword} must be a list of schemas.`;
    inner.push(...list.map((one, index): [string, unknown] => [`${keyword}/${index}`, one]));
  }
  for (const keyword of named) {
    const members = schema[keyword];
    if (members === undefined) continue;
    if (!isNode(members)) return `${at}/${keyword} must be schemas by name.`;
    inner.push(
      ...Object.entries(members).map(([name, one]): [string, unknown] => [
        `${keyword}/${name}`,
        one,
      ]),
    );
  }
  for (const [place, one] of inner) {
    const problem = schemaProblem(one, `${at}/${place}`, depth + 1);
    if (problem !== null) return problem;
  }
  return null;
}

function rootProblem(schema: Node): string | null {
  if (JSON.stringify(schema).length > maxCharacters) return `At most ${maxCharacters} characters.`;
  if (schema.type !== 'object') return 'The schema of arguments must be of `type: "object"`.';
  if (schema.additionalProperties !== undefined && schema.additionalProperties !== false)
    return '`additionalProperties` must be false: arguments that are not declared are never passed on.';
  const problem = schemaProblem(schema);
  if (problem !== null) return problem;
  const names = Object.keys((schema.properties as Node | undefined) ?? {});
  if (names.length > maxProperties) return `At most ${maxProperties} arguments.`;
  const odd = names.find((name) => !/^[A-Za-z_][A-Za-z0-9_.-]{0,63}$/.test(name));
  if (odd !== undefined)
    return `An argument is named by a letter or underscore, then letters, digits, \`_\`, \`-\` and \`.\`; not ${JSON.stringify(odd)}.`;
  const undeclared = ((schema.required as string[] | undefined) ?? []).find(
    (name) => !names.includes(name),
  );
  return undeclared === undefined
    ? null
    : `${undeclared} is required but not declared in \`properties\`.`;
}

/** JSON Schema (draft 2020-12) of a tool's arguments, closed: what is not declared is refused (R39). */
export const InputSchema = z
  .record(z.string(), z.unknown())
  .superRefine((schema, check) => {
    const message = rootProblem(schema);
    if (message !== null) check.addIssue({ code: 'custom', message });
  })
  .describe('JSON Schema of the arguments; `additionalProperties` is false')
  .openapi({
    example: {
      type: 'object',
      properties: { city: { type: 'string', description: 'Name of a city' } },
      required: ['city'],
    },
  });

export const argumentNames = (schema: Node): string[] =>
  Object.keys((schema.properties as Node | undefined) ?? {});
export const requiredNames = (schema: Node): string[] =>
  (schema.required as string[] | undefined) ?? [];
export const closed = (schema: Node): Record<string, unknown> => ({
  properties: {},
  ...schema,
  additionalProperties: false,
});
