/** Visible content of a document as a tree of HTML elements, whatever its format. */
export interface Element {
  readonly tag: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly children: readonly Node[];
}

export type Node = Element | string;

export const element = (
  tag: string,
  children: readonly Node[],
  attributes: Readonly<Record<string, string>> = {},
): Element => ({
  tag,
  attributes,
  children,
});

export const isElement = (node: Node): node is Element => typeof node !== 'string';

const blockTags = new Set(
  'address article aside blockquote body button caption center dd details dialog div dl dt fieldset figcaption figure footer form h1 h2 h3 h4 h5 h6 header hgroup hr html item legend li main menu nav ol p pre search section summary table tbody td tfoot th thead tr ul'.split(
    ' ',
  ),
);

export const isBlock = (node: Node): node is Element =>
  isElement(node) && (blockTags.has(node.tag) || node.attributes.block === 'true');

const holders = new WeakMap<Element, boolean>();

/** True when an element contains a block at any depth. Cached per element. */
export function holdsBlock(node: Element): boolean {
  let holds = holders.get(node);
  if (holds === undefined) {
    holds = node.children.some(
      (child) => isElement(child) && (isBlock(child) || holdsBlock(child)),
    );
    holders.set(node, holds);
  }
  return holds;
}

/** Returns the first descendant that matches, in document order; null for none. */
export function findElement(node: Element, is: (node: Element) => boolean): Element | null {
  for (const child of node.children) {
    if (!isElement(child)) continue;
    const found = is(child) ? child : findElement(child, is);
    if (found !== null) return found;
  }
  return null;
}

/** Returns the text of a node with its white space, and line feeds for `br`. */
export function textOf(node: Node): string {
  if (!isElement(node)) return node;
  return node.tag === 'br' ? '\n' : node.children.map(textOf).join('');
}
