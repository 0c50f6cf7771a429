import { isNode } from '../shared/json-schema/index.ts';
import { readPointer } from './pointer.ts';

type Node = Readonly<Record<string, unknown>>;

/** A document that cannot be taken in; the message is for whoever sent it. */
export class UnfitDocument extends Error {
  override readonly name = 'UnfitDocument';
}

/** A document whose schemas together cost more than a request may, whichever of its operations is wanted. */
export class OversizedDocument extends UnfitDocument {}

/** What one schema may unfold to: a few that refer to each other twice over double with every step. */
const maxNodes = 2_000;
const maxCharacters = 256 * 1024;
/** What all of a document may take, in characters read; a schema counts for some by itself. About half a second. */
const maxWork = 16_000_000;
const workOfNode = 64;
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
  if (!reference.startsWith('#/'))
    throw new UnfitDocument(
      `${reference} is not in this document: only local references are followed.`,
    );
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

/** A schema in place, and what it comes to. */
interface Unfolded {
  readonly value: unknown;
  readonly nodes: number;
  readonly characters: number;
  readonly depth: number;
  /** Nothing in it is cut off, so that it is the same wherever it stands. */
  readonly isWhole: boolean;
}

/** Unfolds the schemas of one document; what many operations refer to is unfolded once. */
export class Unfolder {
  readonly #document: Node;
  readonly #whole = new WeakMap<object, Unfolded>();
  #work = 0;

  constructor(document: Node) {
    this.#document = document;
  }

  /**
   * A schema of an OpenAPI 3.0 or 3.1 document as one that stands for itself: references in place, one that
   * runs in a circle open from there on, 3.0's `nullable` as a type. Throws `UnfitDocument`, and
   * `OversizedDocument` once all schemas of the document have taken too much.
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
      throw new UnfitDocument('The schemas of this operation unfold to more than can be used.');
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
        'The schemas of this document unfold to more than can be read at once. Split it, or leave out operations.',
      );
  }
}

/** Adds up what the schemas inside of one come to. */
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

/** What a schema says besides the schemas inside of it. */
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

/** What only answers have is left out: no argument can set it. */
const unfoldProperties = (members: Node, inner: (node: unknown, name: string) => unknown) =>
  Object.fromEntries(
    Object.entries(members)
      .filter(([, member]) => !(isNode(member) && member.readOnly === true))
      .map(([name, member]) => [name, inner(member, 'properties')]),
  );

/** OpenAPI 3.0's own keywords as JSON Schema; patterns as words, since they are not enforced. */
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
