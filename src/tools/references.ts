import { isNode } from './input-schema.ts';
import { readPointer } from './pointer.ts';

type Node = Readonly<Record<string, unknown>>;

/** A document that cannot be taken in; the message is for whoever sent it. */
export class UnfitDocument extends Error {
  override readonly name = 'UnfitDocument';
}

/** Schemas that one operation may unfold to: a few that refer to each other twice over double with every step. */
const maxNodes = 2_000;
const maxDepth = 14;

/** What these say, a validator of ours does not check or a model need not read. */
const dropped = new Set([
  'discriminator',
  'xml',
  'externalDocs',
  'example',
  'examples',
  'deprecated',
  'readOnly',
  'writeOnly',
  '$schema',
  '$comment',
]);

/** Follows local references of a document to what is no reference. Throws `UnfitDocument`. */
export function follow(document: Node, node: unknown): Node {
  let current = node;
  for (let hops = 0; isNode(current) && typeof current.$ref === 'string'; hops += 1) {
    if (hops > 20) throw new UnfitDocument(`${current.$ref} refers to itself.`);
    current = at(document, current.$ref);
  }
  if (!isNode(current)) throw new UnfitDocument('Something that should be an object is not.');
  return current;
}

function at(document: Node, reference: string): unknown {
  if (!reference.startsWith('#/')) throw new UnfitDocument(`${reference} is not in this document: only local references are followed.`);
  const pointer = decode(reference.slice(1));
  const found = readPointer(document, pointer);
  if (found === null) throw new UnfitDocument(`${reference} is not in this document.`);
  return found.value;
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/**
 * A schema of an OpenAPI 3.0 or 3.1 document as one that stands for itself: references in place, one that
 * runs in a circle open from there on, 3.0's `nullable` as a type. Throws `UnfitDocument`.
 */
export function unfold(document: Node, schema: unknown): Record<string, unknown> {
  const count = { nodes: 0 };
  const unfoldNode = (node: unknown, open: readonly string[]): unknown => {
    count.nodes += 1;
    if (count.nodes > maxNodes) throw new UnfitDocument('The schemas of this operation unfold to more than can be used.');
    if (typeof node === 'boolean' || !isNode(node)) return node === undefined ? {} : node;
    if (typeof node.$ref !== 'string')
      return open.length > maxDepth ? {} : unfoldMembers(node, (inner, name) => unfoldNode(inner, [...open, name]));
    if (open.includes(node.$ref) || open.length > maxDepth) return { description: 'Nested once more.' };
    return unfoldNode(at(document, node.$ref), [...open, node.$ref]);
  };
  const unfolded = unfoldNode(schema, []);
  return isNode(unfolded) ? { ...unfolded } : {};
}

const single = new Set(['items', 'additionalProperties', 'not', 'contains', 'propertyNames', 'if', 'then', 'else']);
const lists = new Set(['anyOf', 'oneOf', 'allOf', 'prefixItems']);

function unfoldMembers(node: Node, inner: (node: unknown, name: string) => unknown): Record<string, unknown> {
  const result: Record<string, unknown> = {};
  for (const [keyword, value] of Object.entries(node)) {
    if (dropped.has(keyword) || keyword.startsWith('x-')) continue;
    if (single.has(keyword)) result[keyword] = inner(value, keyword);
    else if (lists.has(keyword) && Array.isArray(value)) result[keyword] = value.map((one) => inner(one, keyword));
    else if (keyword === 'properties' && isNode(value)) result[keyword] = unfoldProperties(value, inner);
    else result[keyword] = value;
  }
  return modern(result);
}

/** What only answers have is left out: no argument can set it. */
const unfoldProperties = (members: Node, inner: (node: unknown, name: string) => unknown) =>
  Object.fromEntries(
    Object.entries(members)
      .filter(([, member]) => !(isNode(member) && member.readOnly === true))
      .map(([name, member]) => [name, inner(member, 'properties')]),
  );

/** OpenAPI 3.0's own keywords as JSON Schema; patterns as words, since they are not enforced. */
function modern({ nullable, exclusiveMinimum, exclusiveMaximum, pattern, patternProperties, ...schema }: Record<string, unknown>) {
  const note = typeof pattern === 'string' ? { description: [schema.description, `Pattern: ${pattern}`].filter(Boolean).join(' ') } : {};
  const bounds = {
    ...bound('minimum', 'exclusiveMinimum', schema.minimum, exclusiveMinimum),
    ...bound('maximum', 'exclusiveMaximum', schema.maximum, exclusiveMaximum),
  };
  const type = nullable === true && typeof schema.type === 'string' ? { type: [schema.type, 'null'] } : {};
  const choice = nullable === true && Array.isArray(schema.enum) && !schema.enum.includes(null) ? { enum: [...schema.enum, null] } : {};
  const known = new Set(Object.keys((schema.properties as Node | undefined) ?? {}));
  const required =
    Array.isArray(schema.required) && isNode(schema.properties) ? { required: schema.required.filter((name) => known.has(name)) } : {};
  return { ...schema, ...note, ...bounds, ...type, ...choice, ...required };
}

function bound(name: string, exclusive: string, value: unknown, flag: unknown): Record<string, unknown> {
  if (flag === undefined || flag === false) return {};
  return flag === true ? { [name]: undefined, [exclusive]: value } : { [exclusive]: flag };
}
