import {
  type DefaultTreeAdapterMap,
  type DefaultTreeAdapterTypes,
  defaultTreeAdapter,
  Parser,
  type TreeAdapter,
} from 'parse5';
import { DocumentFault } from '../../fault.ts';

/** Maximum nesting; browsers flatten deeper elements from 512 on. */
const maxDepth = 500;
/** Maximum number of elements. Unclosed formatting elements are reopened in every paragraph. */
const maxElements = 1_000_000;
const maxAttributes = 2000;
const pieceLength = 16_384;

/** The tag being tokenized. The tokenizer compares each new attribute with all previous ones. */
interface OpenTag {
  readonly currentToken: { readonly attrs?: readonly unknown[] } | null;
}

export type HtmlNode = DefaultTreeAdapterTypes.ChildNode;
export type HtmlElement = DefaultTreeAdapterTypes.Element;

/**
 * Parses a page as a browser does (HTML Standard, "Parsing HTML documents"), including omitted end
 * tags. Linear in its length. Throws `too_large`.
 */
export function parseHtml(html: string): DefaultTreeAdapterTypes.Document {
  const parser = new Parser<DefaultTreeAdapterMap>({ treeAdapter: boundedAdapter() });
  for (let at = 0; at < html.length; at += pieceLength) {
    parser.tokenizer.write(html.slice(at, at + pieceLength), at + pieceLength >= html.length);
    const attributes = (parser.tokenizer as unknown as OpenTag).currentToken?.attrs?.length ?? 0;
    if (attributes > maxAttributes) {
      throw new DocumentFault(
        'too_large',
        `An element of the page has more than ${maxAttributes} attributes.`,
      );
    }
  }
  return parser.document;
}

/**
 * Limits depth and number of elements, and searches children from the end, where new ones are
 * inserted.
 */
function boundedAdapter(): TreeAdapter<DefaultTreeAdapterMap> {
  let depth = 0;
  let elements = 0;
  const placeOf = (parent: DefaultTreeAdapterTypes.ParentNode, node: HtmlNode) =>
    (parent.childNodes as HtmlNode[]).lastIndexOf(node);
  return {
    ...defaultTreeAdapter,
    createElement(...args) {
      elements += 1;
      if (elements > maxElements)
        throw new DocumentFault('too_large', `The page has more than ${maxElements} elements.`);
      return defaultTreeAdapter.createElement(...args);
    },
    insertBefore(parent, node, reference) {
      parent.childNodes.splice(placeOf(parent, reference), 0, node);
      node.parentNode = parent;
    },
    insertTextBefore(parent, text, reference) {
      const before = parent.childNodes[placeOf(parent, reference) - 1];
      if (before !== undefined && defaultTreeAdapter.isTextNode(before)) before.value += text;
      else this.insertBefore(parent, defaultTreeAdapter.createTextNode(text), reference);
    },
    detachNode(node) {
      if (node.parentNode === null) return;
      node.parentNode.childNodes.splice(placeOf(node.parentNode, node), 1);
      node.parentNode = null;
    },
    onItemPush() {
      depth += 1;
      if (depth > maxDepth)
        throw new DocumentFault(
          'too_large',
          `The page is nested more than ${maxDepth} levels deep.`,
        );
    },
    onItemPop() {
      depth -= 1;
    },
  };
}
