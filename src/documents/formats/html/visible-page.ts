import { type Element, element, type Node } from '../../markup/tree.ts';
import { type HtmlElement, type HtmlNode, parseHtml } from './parse.ts';
import {
  attributeOf,
  type Inherited,
  inherit,
  isSeen,
  isUnseen,
  nothingInherited,
  openableElements,
  type Style,
  styleOf,
} from './visibility.ts';

export interface VisiblePage {
  readonly title: string;
  /** `href` of the page's `base` element; null for none. */
  readonly base: string | null;
  readonly body: Element;
}

/**
 * Returns the visible content of a page. Runs no script and fetches nothing. Throws `too_large`.
 */
export const readPage = (html: string): VisiblePage => visiblePage(parseHtml(html).childNodes);

/** As `readPage`, of a page that has been parsed. */
export function visiblePage(nodes: readonly HtmlNode[]): VisiblePage {
  const elements = [...elementsIn(nodes)];
  const titleElement = elements.find(({ tagName }) => tagName === 'title');
  const baseElement = elements.find(
    (node) => node.tagName === 'base' && attributeOf(node, 'href') !== null,
  );
  const reader = new Reader(openableElements(elements));
  return {
    title:
      titleElement?.childNodes.map((node) => ('value' in node ? node.value : '')).join('') ?? '',
    base: baseElement === undefined ? null : attributeOf(baseElement, 'href'),
    body: element('body', reader.read(nodes, nothingInherited)),
  };
}

/** Yields all elements in document order. */
export function* elementsIn(nodes: readonly HtmlNode[]): Generator<HtmlElement> {
  const waiting = [...nodes].reverse();
  for (let node = waiting.pop(); node !== undefined; node = waiting.pop()) {
    if (!('tagName' in node)) continue;
    yield node;
    for (const child of node.childNodes.toReversed()) waiting.push(child);
  }
}

/** Attributes that the Markdown writer uses. */
const keptAttributes = [
  'alt',
  'href',
  'role',
  'epub:type',
  'start',
  'reversed',
  'type',
  'value',
  'colspan',
  'rowspan',
  'class',
];
const blockDisplay = /^(?:block|flex|grid|list-item|table|flow-root)$/;
const listTypes: Readonly<Record<string, string>> = {
  'lower-alpha': 'a',
  'lower-latin': 'a',
  'upper-alpha': 'A',
  'upper-latin': 'A',
  'lower-roman': 'i',
  'upper-roman': 'I',
  decimal: '1',
};

class Reader {
  readonly #openable: ReadonlySet<HtmlElement>;

  constructor(openable: ReadonlySet<HtmlElement>) {
    this.#openable = openable;
  }

  read(nodes: readonly HtmlNode[], inherited: Inherited): Node[] {
    return nodes.flatMap((node): Node[] => {
      if ('value' in node) return isSeen(inherited) ? [node.value] : [];
      return 'tagName' in node ? this.#readElement(node, inherited) : [];
    });
  }

  #readElement(node: HtmlElement, inherited: Inherited): Node[] {
    const style = styleOf(node);
    if (isUnseen(node, style, this.#openable)) return [];
    const own = inherit(inherited, style);
    switch (node.tagName) {
      case 'svg':
        return isSeen(own) ? drawnText(node) : [];
      case 'math':
      case 'annotation':
      case 'annotation-xml':
        return node.tagName === 'math' ? [element('math', this.read(node.childNodes, own))] : [];
      case 'input':
        return isSeen(own) ? checkMark(node) : [];
      case 'img':
        return isSeen(own) ? [attributeOf(node, 'alt') ?? ''] : [];
      default:
        return [
          dressed(
            element(node.tagName, this.read(node.childNodes, own), attributesOf(node, style)),
            style,
          ),
        ];
    }
  }
}

function attributesOf(node: HtmlElement, style: Style): Record<string, string> {
  const attributes = Object.fromEntries(
    node.attrs
      .filter(({ name }) => keptAttributes.includes(name))
      .map(({ name, value }) => [name, value]),
  );
  const listType =
    listTypes[style.get('list-style-type') ?? style.get('list-style')?.split(' ')[0] ?? ''];
  if (node.tagName === 'ol' && listType !== undefined) attributes.type = listType;
  if (blockDisplay.test(style.get('display') ?? '')) attributes.block = 'true';
  return attributes;
}

/** Wraps an element whose style has the meaning of another element, such as `del` or `pre`. */
function dressed(node: Element, style: Style): Element {
  if (style.size === 0) return node;
  const decoration = `${style.get('text-decoration') ?? ''} ${style.get('text-decoration-line') ?? ''}`;
  const align = style.get('vertical-align');
  if (
    /^(?:pre|pre-wrap|break-spaces)$/.test(style.get('white-space') ?? '') &&
    !/^(?:pre|td|th|body)$/.test(node.tag) &&
    node.children.length > 0
  )
    return element(
      node.attributes.block === 'true' || node.tag === 'div' || node.tag === 'p' ? 'pre' : node.tag,
      node.children,
      node.attributes,
    );
  if (decoration.includes('line-through')) return wrapped(node, 'del');
  if (align === 'super') return wrapped(node, 'sup');
  return align === 'sub' ? wrapped(node, 'sub') : node;
}

const wrapped = (node: Element, tag: string) =>
  element(node.tag, [element(tag, node.children)], node.attributes);

/** Returns each text of an SVG drawing as a block. */
function drawnText(svg: HtmlElement): Node[] {
  const texts = [...elementsIn(svg.childNodes)].filter(
    ({ tagName }) => tagName === 'text' || tagName === 'foreignObject',
  );
  return texts.map((node) => element('div', [textIn(node)]));
}

const textIn = (node: HtmlElement): string =>
  [...node.childNodes]
    .map((child) => ('value' in child ? child.value : 'tagName' in child ? textIn(child) : ''))
    .join(' ');

function checkMark(node: HtmlElement): Node[] {
  if (!/^(?:checkbox|radio)$/i.test(attributeOf(node, 'type') ?? '')) return [];
  return [attributeOf(node, 'checked') === null ? '[ ] ' : '[x] '];
}
