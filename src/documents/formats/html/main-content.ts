import {
  type Element,
  element,
  findElement,
  isElement,
  type Node,
  textOf,
} from '../../markup/tree.ts';

const aroundRoles = new Set(['navigation', 'banner', 'contentinfo', 'complementary', 'search']);
const aroundTags = new Set(['nav', 'aside', 'dialog']);

/**
 * Returns the main content of a page: its `main` element, else its only `article`, else the page
 * without navigation, headers, footers and dialogs.
 */
export function mainContent(page: Element): Element {
  const left = withoutSurroundings(page, null);
  const main = findElement(
    left,
    ({ tag, attributes }) => tag === 'main' || attributes.role === 'main',
  );
  if (main !== null && textOf(main).trim() !== '') return main;
  const articles = articlesIn(left);
  const [article] = articles;
  return articles.length === 1 && article !== undefined && textOf(article).trim() !== ''
    ? article
    : left;
}

function withoutSurroundings(node: Element, parent: Element | null): Element {
  const children = node.children.flatMap((child): Node[] => {
    if (!isElement(child)) return [child];
    return surrounds(child, node, parent) ? [] : [withoutSurroundings(child, node)];
  });
  return element(node.tag, children, node.attributes);
}

/**
 * True for elements around the content. A header or footer counts if it belongs to the page, and a
 * footer also if it belongs to `main`.
 */
function surrounds(
  { tag, attributes }: Element,
  parent: Element,
  grandparent: Element | null,
): boolean {
  if (aroundTags.has(tag) || aroundRoles.has(attributes.role ?? '')) return true;
  if (tag === 'footer' && parent.tag === 'main') return true;
  return (
    (tag === 'header' || tag === 'footer') &&
    parent.tag === 'body' &&
    (grandparent === null || grandparent.tag === 'html')
  );
}

const articlesIn = (node: Element): Element[] =>
  node.children
    .filter(isElement)
    .flatMap((child) =>
      child.tag === 'article' ? [child, ...articlesIn(child)] : articlesIn(child),
    );
