import { formulaText } from './latex.ts';
import { script } from './script.ts';
import { type Element, isBlock, isElement, type Node, textOf } from './tree.ts';

export interface InlineOptions {
  /** Base of link addresses; null drops the addresses. */
  readonly base_url: string | null;
  /** Writes a nested table as one line per row. */
  readonly tableLines: (table: Element) => string[];
}

const maxAddress = 2000;

/**
 * Returns inline text with line feeds at visible line breaks, and white space collapsed as in a
 * browser.
 */
export function inlineText(nodes: readonly Node[], options: InlineOptions): string {
  return tidy(rawText(nodes, options));
}

const tidy = (text: string) =>
  text
    .replaceAll(/[ \t]+/g, ' ')
    .replaceAll(/ ?\n ?/g, '\n')
    .trim();

/** Returns `inlineText` on one line. */
export const lineText = (nodes: readonly Node[], options: InlineOptions): string =>
  inlineText(nodes, options).replaceAll(/\n+/g, ' ');

function rawText(nodes: readonly Node[], options: InlineOptions): string {
  let text = '';
  for (const node of nodes) {
    if (!isElement(node)) text += node.replaceAll(/[ \t\r\n\f]+/g, ' ');
    else if (node.tag === 'table') text += `\n${options.tableLines(node).join('\n')}\n`;
    else if (node.tag === 'pre') text += `\n${textOf(node).replaceAll(/[^\S\n]+/g, ' ')}\n`;
    else if (isBlock(node)) text += `\n${rawText(node.children, options)}\n`;
    else text += inlineElement(node, text, options);
  }
  return text;
}

function inlineElement(node: Element, before: string, options: InlineOptions): string {
  const inner = () => rawText(node.children, options);
  switch (node.tag) {
    case 'br':
      return '\n';
    case 'wbr':
      return '';
    case 'math':
      return formulaText(node);
    case 'sup':
      return raised(inner(), before);
    case 'sub':
      return script('_', tidy(inner()).replaceAll('\n', ' '));
    case 'del':
    case 's':
    case 'strike':
      return struck(inner());
    case 'code':
    case 'kbd':
    case 'samp':
    case 'tt':
      return asCode(inner());
    case 'q':
      return `“${inner()}”`;
    case 'rt':
      return `(${inner()})`;
    case 'a':
      return noteMark(node, inner()) ?? linked(node, inner(), options.base_url);
    default:
      return inner();
  }
}

/** Writes superscript text: ordinals, trademark signs and bracketed references without a mark. */
export function raised(inner: string, before: string): string {
  const text = tidy(inner).replaceAll('\n', ' ');
  const isOrdinal = /\d$/.test(before) && /^(?:st|nd|rd|th|er|ers|re|ère|e|ème|de|te)$/.test(text);
  if (/^(?:TM|SM)$/.test(text)) return text === 'TM' ? '™' : '℠';
  if (isOrdinal || /^(?:™|℠|®|©|º|ª|°)$/.test(text) || /^[[(].*[\])]$/.test(text)) return text;
  return script('^', text);
}

const aroundInner = /^(\s*)([\s\S]*?)(\s*)$/;

/** Strikes through each line of a text, without the white space around it. */
export function struck(inner: string): string {
  return inner
    .split('\n')
    .map((line) => {
      const [, lead = '', text = '', tail = ''] = aroundInner.exec(line) ?? [];
      return text === '' || /^~~.*~~$/.test(text)
        ? line
        : `${lead}~~${text.replaceAll('~~', '')}~~${tail}`;
    })
    .join('\n');
}

function asCode(inner: string): string {
  const [, lead = '', text = '', tail = ''] = aroundInner.exec(inner) ?? [];
  if (text === '' || text.includes('`') || text.includes('\n')) return inner;
  return `${lead}\`${text}\`${tail}`;
}

const noteAddress = /#(?:_?(?:ftn|edn)|fn|footnote|endnote|note)(?!.{0,3}ref|s)/i;

/** Returns the reference of a note, which a style may raise, as `[1]`; null for another link. */
function noteMark({ attributes }: Element, inner: string): string | null {
  const isReference =
    /\bnoteref\b/.test(`${attributes.role} ${attributes['epub:type']}`) ||
    noteAddress.test(attributes.href ?? '');
  const mark = tidy(inner).replace(/^\^/, '');
  return isReference && /^(?:\d{1,3}|[a-z*†‡]|[ivx]{1,5})$/.test(mark) ? `[${mark}]` : null;
}

/** Writes http and https links to other pages as Markdown; other links as their text. */
function linked(node: Element, inner: string, base_url: string | null): string {
  const href = (node.attributes.href ?? '').trim();
  const text = tidy(inner);
  const url =
    base_url === null || text === '' || href === '' || href.startsWith('#')
      ? null
      : URL.parse(href, base_url);
  if (
    url === null ||
    !/^https?:$/.test(url.protocol) ||
    url.username !== '' ||
    url.password !== '' ||
    url.href.length > maxAddress
  ) {
    return inner;
  }
  const [, lead = '', , tail = ''] = aroundInner.exec(inner) ?? [];
  return `${lead}[${text.replaceAll('\n', ' ')}](${url.href.replaceAll('(', '%28').replaceAll(')', '%29')})${tail}`;
}
