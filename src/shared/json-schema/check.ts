import { isNode, type SchemaNode, shapeOf, subschemas, toPointer } from './keywords.ts';
import { patternProblem } from './pattern.ts';
import { referenceProblem } from './references.ts';

const types = ['string', 'number', 'integer', 'boolean', 'object', 'array', 'null'];
const maxCharacters = 64 * 1024;
const maxDepth = 16;
const maxPatterns = 50;

/** Keywords that change what a reference means. */
const refused = [
  ...['$dynamicRef', '$dynamicAnchor', '$recursiveRef', '$recursiveAnchor', '$anchor'],
];
const counts = [
  ...['minLength', 'maxLength', 'minItems', 'maxItems', 'minProperties', 'maxProperties'],
  ...['minContains', 'maxContains'],
];
const numbers = ['minimum', 'maximum', 'exclusiveMinimum', 'exclusiveMaximum', 'multipleOf'];

const isNames = (value: unknown): value is string[] =>
  Array.isArray(value) && value.every((name) => typeof name === 'string');

/**
 * Returns the first reason not to accept a JSON Schema (draft 2020-12, and draft 7 where they agree), or
 * null. An accepted schema is bounded in size and depth, its references are local and not recursive, its
 * patterns take bounded time, and validating with it does not throw.
 */
export function schemaProblem(schema: unknown): string | null {
  if (isNode(schema) && JSON.stringify(schema).length > maxCharacters)
    return `At most ${maxCharacters} characters.`;
  const count = { patterns: 0 };
  return nodeProblem(schema, '', 0, count) ?? (isNode(schema) ? referenceProblem(schema) : null);
}

function nodeProblem(
  schema: unknown,
  at: string,
  depth: number,
  count: { patterns: number },
): string | null {
  if (typeof schema === 'boolean') return null;
  if (!isNode(schema)) return `${at || '/'} must be a schema.`;
  if (depth > maxDepth) return `Schemas can be nested at most ${maxDepth} levels deep.`;
  const wrong = refused.find((keyword) => keyword in schema);
  if (wrong !== undefined) return `${at}/${wrong} is not supported: refer to definitions by $ref.`;
  if (depth > 0 && schema.$id !== undefined)
    return `${at}/$id is not supported: only the whole schema can have an $id.`;
  const problem =
    keywordProblem(schema, at) ?? shapeProblem(schema, at) ?? patternsProblem(schema, at, count);
  if (problem !== null) return problem;
  for (const { path, schema: inner } of subschemas(schema)) {
    const found = nodeProblem(inner, `${at}${toPointer(path)}`, depth + 1, count);
    if (found !== null) return found;
  }
  return null;
}

function keywordProblem(schema: SchemaNode, at: string): string | null {
  const given = (keyword: string) => schema[keyword] !== undefined;
  const type = Array.isArray(schema.type) ? schema.type : given('type') ? [schema.type] : [];
  if (!type.every((one) => types.includes(one as string)))
    return `${at}/type must be one of ${types.join(', ')}.`;
  if (given('required') && !isNames(schema.required))
    return `${at}/required must be a list of names.`;
  if (given('enum') && !Array.isArray(schema.enum)) return `${at}/enum must be a list.`;
  if (given('format') && typeof schema.format !== 'string') return `${at}/format must be a string.`;
  const count = counts.find(
    (keyword) =>
      given(keyword) && !(Number.isInteger(schema[keyword]) && (schema[keyword] as number) >= 0),
  );
  if (count !== undefined) return `${at}/${count} must be an integer of at least 0.`;
  const number = numbers.find((keyword) => given(keyword) && typeof schema[keyword] !== 'number');
  if (number !== undefined) return `${at}/${number} must be a number.`;
  if (given('multipleOf') && (schema.multipleOf as number) <= 0)
    return `${at}/multipleOf must be greater than 0.`;
  return dependencyProblem(schema, at);
}

function dependencyProblem(schema: SchemaNode, at: string): string | null {
  const { dependentRequired, dependencies } = schema;
  if (
    dependentRequired !== undefined &&
    !(isNode(dependentRequired) && Object.values(dependentRequired).every(isNames))
  )
    return `${at}/dependentRequired must be lists of names by name.`;
  const lists = isNode(dependencies) ? Object.values(dependencies).filter(Array.isArray) : [];
  return lists.every(isNames) ? null : `${at}/dependencies must be schemas or lists of names.`;
}

/** Keywords that hold schemas hold them in the right form. */
function shapeProblem(schema: SchemaNode, at: string): string | null {
  for (const [keyword, value] of Object.entries(schema)) {
    const shape = shapeOf(keyword, value);
    if (shape === 'list' && (!Array.isArray(value) || value.length === 0))
      return `${at}/${keyword} must be a list of schemas.`;
    if (shape === 'named' && !isNode(value)) return `${at}/${keyword} must be schemas by name.`;
  }
  return null;
}

function patternsProblem(
  { pattern, patternProperties }: SchemaNode,
  at: string,
  count: { patterns: number },
): string | null {
  const patterns = [
    ...(pattern === undefined ? [] : [{ at: `${at}/pattern`, pattern }]),
    ...(isNode(patternProperties) ? Object.keys(patternProperties) : []).map((one) => ({
      at: `${at}/patternProperties`,
      pattern: one,
    })),
  ];
  count.patterns += patterns.length;
  if (count.patterns > maxPatterns) return `At most ${maxPatterns} uses of pattern.`;
  for (const one of patterns) {
    if (typeof one.pattern !== 'string') return `${one.at} must be a string.`;
    const problem = patternProblem(one.pattern);
    if (problem !== null) return `${one.at}: ${problem}`;
  }
  return null;
}
