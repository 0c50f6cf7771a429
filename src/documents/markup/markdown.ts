import { type InlineOptions, inlineText, lineText, struck } from './inline.ts';
import { listMarkers } from './list-markers.ts';
import { readTable } from './read-table.ts';
import { tableToMarkdown } from './table.ts';
import {
  type Element,
  findElement,
  holdsBlock,
  isBlock,
  isElement,
  type Node,
  textOf,
} from './tree.ts';

/** A block of Markdown. `isClose` omits the empty line before it. */
interface Piece {
  readonly text: string;
  readonly isClose: boolean;
}

/**
 * Writes a tree as Markdown for reading and quoting: no emphasis, and nothing escaped except the
 * pipes of tables. Links keep their addresses if `base_url` is given.
 */
export function toMarkdown(root: Element, base_url: string | null = null): string {
  const options: InlineOptions = {
    base_url,
    tableLines: (table) => readTable(table, options).lines,
  };
  return new Writer(options).write(root.children);
}

const headingLevel = (tag: string) => Number(/^h([1-6])$/.exec(tag)?.[1] ?? 0);

class Writer {
  readonly #options: InlineOptions;
  #isStruck = false;

  constructor(options: InlineOptions) {
    this.#options = options;
  }

  write(nodes: readonly Node[]): string {
    return this.#blocks(nodes)
      .map(({ text, isClose }, index) => (index === 0 ? text : `${isClose ? '\n' : '\n\n'}${text}`))
      .join('');
  }

  #blocks(nodes: readonly Node[]): Piece[] {
    const pieces: Piece[] = [];
    let line: Node[] = [];
    const endLine = () => {
      const text = inlineText(line, this.#options);
      line = [];
      if (text !== '') pieces.push({ text: this.#isStruck ? struck(text) : text, isClose: false });
    };
    for (const node of nodes) {
      if (!isElement(node) || !(isBlock(node) || holdsBlock(node))) {
        line.push(node);
        continue;
      }
      endLine();
      for (const piece of this.#block(node)) pieces.push(piece);
    }
    endLine();
    return pieces;
  }

  #block(node: Element): Piece[] {
    if (headingLevel(node.tag) > 0) return this.#heading(node);
    switch (node.tag) {
      case 'ul':
      case 'ol':
      case 'menu':
        return this.#list(node);
      case 'table':
        return this.#table(node);
      case 'pre':
        return piece(fenced(node));
      case 'hr':
        return piece('---');
      case 'blockquote':
        return piece(prefixed(this.write(node.children), '> ', '> '));
      case 'dt':
        return piece(this.write(node.children));
      case 'dd':
        return [{ text: prefixed(this.write(node.children), ': ', '  '), isClose: true }].filter(
          ({ text }) => text !== '',
        );
      case 'item':
        return [
          {
            text: prefixed(
              this.write(node.children),
              marker(node),
              ' '.repeat(marker(node).length),
            ),
            isClose: isCloseItem(node),
          },
        ];
      case 'a':
        return this.#blocks(linkFirst(node));
      case 'del':
      case 's':
      case 'strike':
        return this.#struck(node);
      default:
        return this.#blocks(node.children);
    }
  }

  #heading(node: Element): Piece[] {
    const text = lineText(node.children, this.#options);
    return text === ''
      ? []
      : piece(`${'#'.repeat(headingLevel(node.tag))} ${this.#isStruck ? struck(text) : text}`);
  }

  #struck(node: Element): Piece[] {
    const before = this.#isStruck;
    this.#isStruck = true;
    const pieces = this.#blocks(node.children);
    this.#isStruck = before;
    return pieces;
  }

  /** Writes a list. Items with headings are sections and get no markers. */
  #list(node: Element): Piece[] {
    const isSections = findElement(node, (inner) => headingLevel(inner.tag) > 0) !== null;
    const markers = isSections ? [] : listMarkers(node);
    const isNested = node.attributes.nested === 'true';
    let index = 0;
    let isFirst = true;
    const pieces: Piece[] = [];
    for (const child of node.children) {
      if (!isElement(child) || child.tag !== 'li' || isSections) {
        for (const inner of this.#blocks([child])) pieces.push(inner);
        continue;
      }
      const mark = markers[index] ?? '- ';
      index += 1;
      const text = prefixed(this.write(child.children.map(nested)), mark, ' '.repeat(mark.length));
      if (text.trim() === '') continue;
      pieces.push({ text, isClose: isFirst ? isNested : true });
      isFirst = false;
    }
    return pieces;
  }

  #table(node: Element): Piece[] {
    const { table, caption, isLayout } = readTable(node, this.#options);
    if (isLayout) return this.#blocks(node.children);
    const text = tableToMarkdown(table);
    return [...piece(caption), ...piece(this.#isStruck ? struck(text) : text)];
  }
}

const nested = (node: Node): Node =>
  isElement(node) && /^(?:ul|ol|menu)$/.test(node.tag)
    ? { ...node, attributes: { ...node.attributes, nested: 'true' } }
    : node;

/** Moves a link around blocks, such as a card, to the first block that has text. */
function linkFirst(link: Element): readonly Node[] {
  const at = link.children.findIndex((node) => textOf(node).trim() !== '');
  const first = link.children[at];
  if (first === undefined) return link.children;
  const isBox = isElement(first) && (isBlock(first) || holdsBlock(first));
  const inner = isBox
    ? { ...first, children: linkFirst({ ...link, children: first.children }) }
    : { ...link, children: [first] };
  return link.children.with(at, inner);
}

const piece = (text: string): Piece[] => (text === '' ? [] : [{ text, isClose: false }]);

const marker = (node: Element) => `${node.attributes.indent ?? ''}${node.attributes.label ?? '-'} `;
const isCloseItem = (node: Element) => node.attributes.close === 'true';

/**
 * Prefixes the first line with `first` and others with `others`. Code and tables stay at the
 * margin, where Markdown recognizes them.
 */
function prefixed(text: string, first: string, others: string): string {
  if (text === '') return '';
  let fence = '';
  return text
    .split('\n')
    .map((line, index) => {
      const isCode = fence !== '';
      if (isCode ? line === fence : /^`{3,}/.test(line))
        fence = isCode ? '' : (/^`+/.exec(line)?.[0] ?? '');
      if (index === 0) return isCode || fence !== '' ? `${first.trimEnd()}\n${line}` : first + line;
      const isAtMargin =
        others.trim() === '' && (isCode || fence !== '' || line.startsWith('|') || line === '');
      return isAtMargin ? line : (others + line).trimEnd();
    })
    .join('\n');
}

/** Writes code in a fence that is longer than any run of backticks in it. */
function fenced(node: Element): string {
  const text = codeText(node)
    .replace(/^(?:[^\S\n]*\n)+/, '')
    .trimEnd();
  if (text.trim() === '') return '';
  const longest = Math.max(2, ...[...text.matchAll(/`+/g)].map(([run]) => run.length));
  const fence = '`'.repeat(longest + 1);
  return `${fence}${languageOf(node)}\n${text}\n${fence}`;
}

/** Returns code with its white space, each nested block on its own lines. */
function codeText(node: Node): string {
  if (!isElement(node)) return node.replaceAll(/\r\n?/g, '\n');
  if (node.tag === 'br') return '\n';
  let text = '';
  for (const child of node.children) {
    const isLine = isBlock(child);
    if (isLine && text !== '' && !text.endsWith('\n')) text += '\n';
    text += codeText(child);
    if (isLine && !text.endsWith('\n')) text += '\n';
  }
  return text;
}

function languageOf(node: Element): string {
  const code = [node, ...node.children].filter(isElement);
  return (
    code
      .map(
        ({ attributes }) =>
          /(?:^|\s)lang(?:uage)?-([\w+#.-]{1,30})/.exec(attributes.class ?? '')?.[1],
      )
      .find(Boolean) ?? ''
  );
}
