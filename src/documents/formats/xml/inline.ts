import { element, type Node } from '../../markup/tree.ts';
import { personName } from './citation.ts';
import { readFormula } from './formula.ts';
import { labelledItem } from './lists.ts';
import {
  attributeOf,
  childOf,
  elementsOf,
  isXmlElement,
  rawTextOf,
  textOf,
  type XmlElement,
} from './parse.ts';
import type { Reader } from './reader.ts';
import { type Role, roleOf } from './vocabulary.ts';

/** Reads an element that is part of a line; null for a block. */
export function readInline(
  reader: Reader,
  node: XmlElement,
  level: number,
  parent: XmlElement,
): Node[] | null {
  const children = (isInline = true) => reader.children(node, level, isInline);
  const rendered = renderedAs(node);
  if (rendered !== null) return [element(rendered, children())];
  switch (roleOf(node.name)) {
    case 'inline-code':
      return isListing(node, parent) ? null : [element('code', children())];
    case 'inline-quotation':
      return elementsOf(node).some(({ name }) => /^(?:p|lg|l|sp|ab)$/.test(name))
        ? [element('blockquote', children(false))]
        : [element('q', children())];
    case 'link':
      return parent.name === 'ref-list'
        ? [
            labelledItem(
              reader,
              node,
              level,
              elementsOf(parent).find(({ name }) => name === 'ref') === node,
            ),
          ]
        : link(reader, node, children());
    case 'footnote':
    case 'admonition':
      return note(reader, node, level, parent);
    case 'formula':
      return /^(?:inline-formula|inlineequation|equation-inline|math|tex-math|formula|mathml)$/.test(
        node.name,
      )
        ? readFormula(reader, node, level, false)
        : null;
    case 'break':
      return lineBreak(reader, node, parent);
    case 'joined':
      return joined(reader, node, level, parent);
    case 'person':
      return childOf(node, 'surname', 'firstname', 'personname', 'forename') === undefined
        ? children()
        : [personName(node)];
    case 'line':
      return parent.name === 'lg' || parent.name === 'verse-group' || parent.name === 'sp'
        ? [...children(), element('br', [])]
        : null;
    default:
      return readVariant(reader, node, level);
  }
}

/** A note in the text moves to the end of the document, one in a list of notes stays there. */
function note(reader: Reader, node: XmlElement, level: number, parent: XmlElement): Node[] | null {
  if (roleOf(node.name) === 'admonition' && !(reader.isTei && node.name === 'note')) return null;
  return parent.name === 'fn-group' || parent.name === 'table-wrap-foot'
    ? [
        labelledItem(
          reader,
          node,
          level,
          elementsOf(parent).find(({ name }) => name === 'fn') === node,
        ),
      ]
    : [reader.addNote(reader.children(node, level))];
}

/** A choice of readings: TEI's corrected, regularized and expanded ones; JATS's formula, else its text. */
function readVariant(reader: Reader, node: XmlElement, level: number): Node[] | null {
  const only = (...names: string[]) => {
    const chosen = childOf(node, ...names) ?? elementsOf(node)[0];
    return chosen === undefined ? [] : reader.node(chosen, level, false, node);
  };
  if (node.name === 'alternatives')
    return only('tex-math', 'math', 'table', 'textual-form', 'mixed-citation');
  if (node.name === 'citation-alternatives') return only('mixed-citation');
  if (
    node.name === 'choice' &&
    childOf(node, 'corr', 'reg', 'expan', 'sic', 'orig', 'abbr') !== undefined
  ) {
    const chosen = childOf(node, 'corr', 'reg', 'expan') ?? elementsOf(node)[0];
    return chosen === undefined ? [] : reader.children(chosen, level);
  }
  if (node.name === 'app' && childOf(node, 'lem', 'rdg') !== undefined) {
    const chosen = childOf(node, 'lem', 'rdg');
    return chosen === undefined ? [] : reader.children(chosen, level);
  }
  if (node.name === 'gap') return ['[…]'];
  if (node.name === 'inlinemediaobject' || node.name === 'image')
    return [textOf(childOf(node, 'alt', 'textobject'))];
  return node.name === 'alt' || node.name === 'alt-text' ? [textOf(node)] : null;
}

const marks: Readonly<Partial<Record<Role, string>>> = {
  superscript: 'sup',
  subscript: 'sub',
  struck: 'del',
};

/** Marks have elements of their own, or attributes of TEI's `hi` and DocBook's `emphasis`. */
function renderedAs({ name, attributes }: XmlElement): string | null {
  const mark = marks[roleOf(name) ?? 'paragraph'];
  if (mark !== undefined) return mark;
  const look = `${attributes.rend ?? ''} ${attributes.rendition ?? ''} ${attributes.role ?? ''}`;
  if (name !== 'hi' && name !== 'emphasis') return null;
  if (/\bsup(?:erscript)?\b/i.test(look)) return 'sup';
  if (/\bsub(?:script)?\b/i.test(look)) return 'sub';
  return /\bstrike/i.test(look) ? 'del' : 'span';
}

/** True for code on lines of its own, which JATS and TEI write with the element of code in a line. */
const isListing = (node: XmlElement, parent: XmlElement) =>
  node.name === 'code' &&
  rawTextOf(node).trim().includes('\n') &&
  parent.children.every((child) => isXmlElement(child) || child.trim() === '');

/** A link keeps its text, or takes the title of what it refers to, or its address. */
function link(reader: Reader, node: XmlElement, children: Node[]): Node[] {
  const href = attributeOf(node, 'href') ?? node.attributes.url ?? node.attributes.target ?? '';
  if (textOf(node) !== '') return [element('a', children, { href })];
  const id = node.attributes.linkend ?? node.attributes.rid ?? href.replace(/^#(?:[^/]*\/)?/, '');
  return [reader.titleOf(id) || (/^https?:/.test(href) ? href : '')];
}

function lineBreak(reader: Reader, node: XmlElement, parent: XmlElement): Node[] {
  if (!reader.isTei || /^(?:l|cell|head|titlePart|docImprint|address)$/.test(parent.name))
    return [element('br', [])];
  return node.attributes.break === 'no' ? [] : [' '];
}

/** Parts that style sheets separate: menus, keys, names. */
function joined(reader: Reader, node: XmlElement, level: number, parent: XmlElement): Node[] {
  const separator = /^menu/.test(node.name)
    ? ' > '
    : node.name === 'keycombo'
      ? '+'
      : node.name === 'refnamediv'
        ? ' — '
        : ' ';
  if (node.children.some((child) => !isXmlElement(child) && child.trim() !== '')) {
    const content = reader.children(node, level);
    return roleOf(parent.name) === 'paragraph' ? content : [element('p', content)];
  }
  const parts = elementsOf(node).flatMap((child, index) => [
    ...(index === 0 ? [] : [separator]),
    ...reader.node(
      { ...child, name: roleOf(child.name) === 'paragraph' ? 'phrase' : child.name },
      level,
      true,
      node,
    ),
  ]);
  return /^(?:menucascade|menuchoice|keycombo|personname)$/.test(node.name)
    ? parts
    : [element('p', parts)];
}
