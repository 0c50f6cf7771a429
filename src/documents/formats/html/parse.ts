import {
  type DefaultTreeAdapterMap,
  type DefaultTreeAdapterTypes,
  defaultTreeAdapter,
  Parser,
  type TreeAdapter,
} from 'parse5';
import { DocumentFault } from '../../fault.ts';

/** Browsers flatten what is nested deeper than 512. */
const maxDepth = 500;
/** Elements that a page may have; formatting that is never closed is opened again in every paragraph. */
const maxElements = 1_000_000;
const maxAttributes = 2000;
const pieceLength = 16_384;

/** The tag that is being read; the tokenizer looks through its attributes for each new one. */
interface OpenTag {
  readonly currentToken: { readonly attrs?: readonly unknown[] } | null;
}

export type HtmlNode = DefaultTreeAdapterTypes.ChildNode;
export type HtmlElement = DefaultTreeAdapterTypes.Element;

/**
 * The tree that a browser makes of a page (HTML Standard, "Parsing HTML documents"), with the end tags
 * that the page leaves out. In time linear to its length. Throws `too_large`.
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

/** Counts depth and elements, and looks for a child from the end, where new ones are. */
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
        throw new DocumentFault('too_large', `The page is nested more than ${maxDepth} deep.`);
    },
    onItemPop() {
      depth -= 1;
    },
  };
}
