import { isNode } from '../shared/json-schema/index.ts';
import { readPointer } from './pointer.ts';

type Node = Readonly<Record<string, unknown>>;

/** A document cannot be imported. The message is returned to the caller. */
export class UnfitDocument extends Error {
  override readonly name = 'UnfitDocument';
}

/** The schemas of a document cost more than a request may take, whichever operation is chosen. */
export class OversizedDocument extends UnfitDocument {}

/** Schemas that one schema may expand to. Schemas that refer to each other twice double with every level. */
const maxNodes = 2_000;
const maxCharacters = 256 * 1024;
/** Characters that all schemas of a document may take together: about half a second of work. */
const maxWork = 16_000_000;
const workOfNode = 64;
const maxDepth = 14;

/** Keywords that neither validation nor a model uses. */
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

/** Follows local references until the target is not a reference. Throws `UnfitDocument`. */
export function follow(document: Node, node: unknown): Node {
  let current = node;
  for (let hops = 0; isNode(current) && typeof current.$ref === 'string'; hops += 1) {
    if (hops > 20) throw new UnfitDocument(`Reference ${current.$ref} is recursive.`);
    current = at(document, current.$ref);
  }
  if (!isNode(current))
    throw new UnfitDocument('A part of the document must be an object and is not.');
  return current;
}

function at(document: Node, reference: string): unknown {
  if (!reference.startsWith('#/'))
    throw new UnfitDocument(
      `Reference ${reference} is not supported: only references within the document.`,
    );
  const pointer = decode(reference.slice(1));
  const found = readPointer(document, pointer);
  if (found === null)
    throw new UnfitDocument(`Reference ${reference} does not exist in the document.`);
  return found.value;
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** An expanded schema and its size. */
interface Unfolded {
  readonly value: unknown;
  readonly nodes: number;
  readonly characters: number;
  readonly depth: number;
  /** No recursion was cut off, so the result can be reused anywhere. */
  readonly isWhole: boolean;
}

/** Expands the schemas of one document. A schema that many operations share is expanded once. */
export class Unfolder {
  readonly #document: Node;
  readonly #whole = new WeakMap<object, Unfolded>();
  #work = 0;

  constructor(document: Node) {
    this.#document = document;
  }

  /**
   * Returns a self-contained schema: references replaced, recursive ones left open, `nullable` of 3.0 as a
   * type. Throws `UnfitDocument`, and `OversizedDocument` when the schemas of the document are too large.
   */
  unfold(schema: unknown): Record<string, unknown> {
    const { value } = this.#unfold(schema, []);
    return isNode(value) ? { ...value } : {};
  }

  #unfold(node: unknown, open: readonly string[]): Unfolded {
    if (!isNode(node))
      return {
        value: node === undefined ? {} : node,
        nodes: 1,
        characters: 0,
        depth: 0,
        isWhole: true,
      };
    const known = this.#whole.get(node);
    if (known !== undefined && open.length + known.depth <= maxDepth) return known;
    const unfolded = this.#unfoldNode(node, open);
    if (unfolded.nodes > maxNodes || unfolded.characters > maxCharacters)
      throw new UnfitDocument(
        'The schemas of this operation are too large when references are expanded.',
      );
    if (unfolded.isWhole) this.#whole.set(node, unfolded);
    return unfolded;
  }

  #unfoldNode(node: Node, open: readonly string[]): Unfolded {
    const { $ref: reference } = node;
    const isReference = typeof reference === 'string';
    this.#spend(workOfNode);
    if (open.length > maxDepth || (isReference && open.includes(reference)))
      return {
        value: isReference ? { description: 'Nested once more.' } : {},
        nodes: 1,
        characters: 0,
        depth: 0,
        isWhole: false,
      };
    const inner = new Members((one, name) => this.#unfold(one, [...open, name]));
    if (isReference) return inner.joined(inner.take(at(this.#document, reference), reference), 0);
    const own = JSON.stringify(ownKeywords(node)).length;
    this.#spend(own);
    return inner.joined(unfoldMembers(node, inner.take), own);
  }

  #spend(work: number): void {
    this.#work += work;
    if (this.#work > maxWork)
      throw new OversizedDocument(
        'The schemas of this document are too large when references are expanded. Split it, or leave out operations.',
      );
  }
}

/** Adds up the sizes of nested schemas. */
class Members {
  readonly #unfold: (node: unknown, name: string) => Unfolded;
  #nodes = 1;
  #characters = 0;
  #depth = 0;
  #isWhole = true;

  constructor(unfold: (node: unknown, name: string) => Unfolded) {
    this.#unfold = unfold;
  }

  readonly take = (node: unknown, name: string): unknown => {
    const { value, nodes, characters, depth, isWhole } = this.#unfold(node, name);
    this.#nodes += nodes;
    this.#characters += characters;
    this.#depth = Math.max(this.#depth, depth + 1);
    this.#isWhole &&= isWhole;
    return value;
  };

  joined = (value: unknown, own: number): Unfolded => ({
    value,
    nodes: this.#nodes,
    characters: this.#characters + own,
    depth: this.#depth,
    isWhole: this.#isWhole,
  });
}

/** Keywords of a schema that hold no schemas. */
const ownKeywords = (node: Node) =>
  Object.fromEntries(
    Object.entries(node).filter(
      ([keyword]) => !single.has(keyword) && !lists.has(keyword) && keyword !== 'properties',
    ),
  );

const single = new Set([
  'items',
  'additionalProperties',
  'not',
  'contains',
  'propertyNames',
  'if',
  'then',
  'else',
]);
const lists = new Set(['anyOf', 'oneOf', 'allOf', 'prefixItems']);

function unfoldMembers(
  node: Node,
  inner: (node: unknown, name: string) => unknown,
): Record<string, unknown> {
  const result: Record<string, unknown> = {};
  for (const [keyword, value] of Object.entries(node)) {
    if (dropped.has(keyword) || keyword.startsWith('x-')) continue;
    if (single.has(keyword)) result[keyword] = inner(value, keyword);
    else if (lists.has(keyword) && Array.isArray(value))
      result[keyword] = value.map((one) => inner(one, keyword));
    else if (keyword === 'properties' && isNode(value))
      result[keyword] = unfoldProperties(value, inner);
    else result[keyword] = value;
  }
  return modern(result);
}

/** Omits read-only properties: arguments cannot set them. */
const unfoldProperties = (members: Node, inner: (node: unknown, name: string) => unknown) =>
  Object.fromEntries(
    Object.entries(members)
      .filter(([, member]) => !(isNode(member) && member.readOnly === true))
      .map(([name, member]) => [name, inner(member, 'properties')]),
  );

/** Converts OpenAPI 3.0 keywords to JSON Schema. Patterns become part of the description and are not enforced. */
function modern({
  nullable,
  exclusiveMinimum,
  exclusiveMaximum,
  pattern,
  patternProperties,
  ...schema
}: Record<string, unknown>) {
  const note =
    typeof pattern === 'string'
      ? { description: [schema.description, `Pattern: ${pattern}`].filter(Boolean).join(' ') }
      : {};
  const bounds = {
    ...bound('minimum', 'exclusiveMinimum', schema.minimum, exclusiveMinimum),
    ...bound('maximum', 'exclusiveMaximum', schema.maximum, exclusiveMaximum),
  };
  const type =
    nullable === true && typeof schema.type === 'string' ? { type: [schema.type, 'null'] } : {};
  const choice =
    nullable === true && Array.isArray(schema.enum) && !schema.enum.includes(null)
      ? { enum: [...schema.enum, null] }
      : {};
  const known = new Set(Object.keys((schema.properties as Node | undefined) ?? {}));
  const required =
    Array.isArray(schema.required) && isNode(schema.properties)
      ? { required: schema.required.filter((name) => known.has(name)) }
      : {};
  return { ...schema, ...note, ...bounds, ...type, ...choice, ...required };
}

function bound(
  name: string,
  exclusive: string,
  value: unknown,
  flag: unknown,
): Record<string, unknown> {
  if (flag === undefined || flag === false) return {};
  return flag === true ? { [name]: undefined, [exclusive]: value } : { [exclusive]: flag };
}
