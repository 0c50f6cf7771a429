import { type Element, element, type Node } from '../../markup/tree.ts';
import { readCitation } from './citation.ts';
import { readFormula } from './formula.ts';
import { readFrontMatter } from './front-matter.ts';
import { readInline } from './inline.ts';
import { readDefinitions, readList } from './lists.ts';
import {
  attributeOf,
  childOf,
  childrenOf,
  elementsOf,
  isXmlElement,
  rawTextOf,
  textOf,
  type XmlElement,
  type XmlNode,
} from './parse.ts';
import type { Reader } from './reader.ts';
import { readTables } from './tables.ts';
import { titleHolderOf, titleIn } from './titles.ts';
import { admonitionLabels, impliedTitles, type Role, roleOf } from './vocabulary.ts';

/** Reads a document (DocBook, JATS, TEI, DITA, patents) as the tree of what a reader sees. */
export const readDocument = (root: XmlElement): Element => new DocumentReader(root).read(root);

const ditaRoots = /^(?:topic|concept|task|reference|troubleshooting|glossgroup|dita|map|bookmap)$/;
const lineRoles: ReadonlySet<Role | null> = new Set(['paragraph', 'title', 'line']);
const cellNames = /^(?:td|th|entry|cell|stentry)$/;

class DocumentReader implements Reader {
  readonly #titles = new Map<string, string>();
  readonly #notes: Node[] = [];
  readonly isTei: boolean;
  readonly isDita: boolean;

  constructor(root: XmlElement) {
    this.isTei = /^(?:TEI|TEI\.2|teiCorpus)$/.test(root.name);
    this.isDita =
      ditaRoots.test(root.name) && childOf(root, 'title', 'topic', 'concept') !== undefined;
    this.#collectTitles(root);
  }

  read(root: XmlElement): Element {
    // The title of these documents stands in their front matter, outside the section.
    const hasFrontMatter =
      this.isTei || /^us-patent/.test(root.name) || childOf(root, 'front') !== undefined;
    const body = this.block(root, hasFrontMatter ? 1 : 0);
    const notes = this.#notes.map((note, index) =>
      element('item', [note], { label: `[${index + 1}]`, close: String(index > 0) }),
    );
    return element('body', [...body, ...notes]);
  }

  titleOf = (id: string): string => this.#titles.get(id) ?? '';

  addNote(content: readonly Node[]): string {
    this.#notes.push(element('div', content));
    return `[${this.#notes.length}]`;
  }

  children(node: XmlElement, level: number, isInline = false): Node[] {
    const isLine =
      isInline ||
      lineRoles.has(roleOf(node.name)) ||
      cellNames.test(node.name) ||
      node.children.some((child) => !isXmlElement(child) && child.trim() !== '');
    return node.children.flatMap((child) => this.node(child, level, isLine, node));
  }

  node(child: XmlNode, level: number, isInline: boolean, parent: XmlElement): Node[] {
    if (!isXmlElement(child)) return [child];
    if (child.name === 'info' && /^(?:sub)?step$/.test(parent.name))
      return [element('p', this.children(child, level))];
    if (isInline && roleOf(child.name) === 'title') return this.children(child, level, true);
    const inline = readInline(this, child, level, parent);
    if (inline !== null) return inline;
    if (roleOf(child.name) === null && isInline) return this.children(child, level, true);
    return this.block(child, level);
  }

  block(node: XmlElement, level: number): Node[] {
    switch (roleOf(node.name)) {
      case 'section':
        return this.#section(node, level);
      case 'paragraph':
        return [element('p', this.children(node, level))];
      case 'formal':
        return this.#formal(node, level);
      case 'title':
        // Patents have headings between paragraphs, without sections around them.
        return [
          element(
            node.name === 'heading' ? `h${Math.min(6, level + 1)}` : 'p',
            this.children(node, level),
          ),
        ];
      case 'bulleted':
      case 'numbered':
      case 'list':
        return readList(this, node, level);
      case 'definitions':
        return [element('dl', readDefinitions(this, node, level))];
      case 'table':
        return this.#table(node, level);
      case 'code':
        return [this.#code(node)];
      case 'quotation':
        return [element('blockquote', this.children(node, level))];
      case 'admonition':
        return this.#admonition(node, level);
      case 'citation':
        return [element('p', [readCitation(node)])];
      case 'front-matter':
        return readFrontMatter(this, node, level);
      case 'formula':
        return readFormula(this, node, level, true);
      case 'line':
        return [element('p', this.children(node, level))];
      case 'skipped':
        return [];
      default:
        return [element('div', this.children(node, level))];
    }
  }

  /** A section with a title is one level below the section around it. */
  #section(node: XmlElement, level: number): Node[] {
    const label = childOf(node, 'label');
    const holder = titleHolderOf(node);
    const title = titleIn(holder);
    const implied = this.#impliedTitle(node);
    const heading: Node[] =
      title === undefined
        ? implied === ''
          ? []
          : [implied]
        : [...(label === undefined ? [] : [`${textOf(label)} `]), ...this.children(title, level)];
    const inner = heading.length > 0 ? level + 1 : level;
    const content = node.children.flatMap((child) =>
      child === title || (child === label && title !== undefined)
        ? []
        : this.node(child, inner, false, node),
    );
    if (heading.length === 0) return [element('div', content)];
    return [element(`h${Math.min(6, inner)}`, heading), element('div', content)];
  }

  /** The heading that style sheets give a section without a title. In DITA an abstract has none. */
  #impliedTitle(node: XmlElement): string {
    if (this.isDita && node.name === 'abstract') return '';
    const navigation = textOf(childOf(childOf(node, 'topicmeta'), 'navtitle'));
    return impliedTitles[node.name] ?? node.attributes.navtitle ?? navigation;
  }

  /** A figure or table with its caption; its title is a line, not a heading. */
  #formal(node: XmlElement, level: number): Node[] {
    const label = childOf(node, 'label');
    const caption = childOf(node, 'caption', 'title', 'head') ?? titleIn(childOf(node, 'info'));
    const rest = {
      ...node,
      children: node.children.filter((child) => child !== label && child !== caption),
    };
    const title = [
      ...(label === undefined ? [] : [`${textOf(label)} `]),
      ...(caption === undefined ? [] : this.#caption(caption, level)),
    ];
    return [
      ...(title.length === 0 ? [] : [element('p', title)]),
      element('div', this.children(rest, level)),
    ];
  }

  /** The parts of a caption on one line. */
  #caption(caption: XmlElement, level: number): Node[] {
    const parts = elementsOf(caption).filter(({ name }) => /^(?:title|p|para)$/.test(name));
    return parts.length === 0
      ? this.children(caption, level)
      : parts.flatMap((part) => [element('span', this.children(part, level)), ' ']);
  }

  #table(node: XmlElement, level: number): Node[] {
    const label = childOf(node, 'label');
    const caption = childOf(node, 'title', 'caption', 'head') ?? titleIn(childOf(node, 'info'));
    const title = [
      ...(label === undefined ? [] : [`${textOf(label)} `]),
      ...(caption === undefined ? [] : this.#caption(caption, level)),
    ];
    const notes = elementsOf(node).filter(({ name }) =>
      /^(?:table-wrap-foot|tfootnote|note|textobject)$/.test(name),
    );
    return [
      ...readTables(node, title, (cell) => this.children(cell, level)),
      ...notes.flatMap((note) => this.node(note, level, false, node)),
    ];
  }

  #code(node: XmlElement): Element {
    const language =
      node.attributes.language ?? node.attributes.lang ?? node.attributes.outputclass;
    const name = /^(?:language-)?([\w+#.-]{1,30})$/.exec(language ?? '')?.[1];
    const lines = childrenOf(node, 'line').map(rawTextOf);
    const text = (lines.length > 0 ? lines.join('\n') : rawTextOf(node)).replace(/^[^\S\n]*\n/, '');
    return element('pre', [text], name === undefined ? {} : { class: `language-${name}` });
  }

  #admonition(node: XmlElement, level: number): Node[] {
    if (this.isTei) return [element('p', this.children(node, level))];
    const title = titleIn(node);
    const type = node.attributes.type ?? node.attributes.role ?? '';
    const label =
      title === undefined
        ? (admonitionLabels[type] ?? admonitionLabels[node.name] ?? 'Note')
        : textOf(title);
    const rest = { ...node, children: node.children.filter((child) => child !== title) };
    if (textOf(rest) === '') return [];
    const content = this.children(rest, level);
    const at = content.findIndex((child) => typeof child !== 'string' || child.trim() !== '');
    const first = content[at];
    const isParagraph = first !== undefined && typeof first !== 'string' && first.tag === 'p';
    return isParagraph
      ? [element('div', content.with(at, element('p', [`${label}: `, ...first.children])))]
      : [element('div', [element('p', [`${label}: `, ...content])])];
  }

  #collectTitles(root: XmlElement): void {
    for (const node of elementsOf(root)) {
      const id = attributeOf(node, 'id');
      const title = id === null ? undefined : titleIn(titleHolderOf(node));
      if (id !== null && title !== undefined && this.#titles.size < 100_000)
        this.#titles.set(id, textOf(title).slice(0, 300));
      this.#collectTitles(node);
    }
  }
}
