import { isTelling } from '../markup/margins.ts';
import { element, type Node, textOf } from '../markup/tree.ts';
import { writeMarkdown } from '../markup/write-markdown.ts';
import { childOf, descendants, elementsOf, type XmlElement } from '../ooxml/xml.ts';
import { BodyReader } from './body.ts';
import type { OdfPackage } from './package.ts';
import { OdfStyles } from './styles.ts';

/** Writes a text document: its body, its notes, and each header and footer once. */
export function writeTextDocument(text: XmlElement, parts: OdfPackage, styles: OdfStyles): string {
  const reader = new BodyReader({ styles, parts, isMargin: false });
  const body = reader.read(text);
  return writeMarkdown(
    element('body', [...body, ...reader.notes(), ...readMargins(parts, styles)]),
  );
}

function readMargins(parts: OdfPackage, bodyStyles: OdfStyles): Node[] {
  const { styles: root } = parts;
  if (root === null) return [];
  const styles = new OdfStyles(
    childOf(root, 'office:automatic-styles'),
    childOf(root, 'office:styles'),
  );
  const seen = new Set<string>();
  return usedPages(parts, bodyStyles)
    .flatMap((page) => elementsOf(page))
    .filter(({ name }) => /^style:(?:header|footer)(?:-left|-first)?$/.test(name))
    .flatMap((margin) => {
      const reader = new BodyReader({ styles, parts, isMargin: true });
      const blocks = reader.read({ name: 'office:text', attributes: {}, children: [margin] });
      return [...blocks, ...reader.notes()];
    })
    .filter((node) => isTelling(textOf(node), seen));
}

/** Returns the master pages that the styles of paragraphs and tables begin, and those that follow them. */
function usedPages({ content, styles }: OdfPackage, bodyStyles: OdfStyles): XmlElement[] {
  const pages = elementsOf(childOf(styles ?? undefined, 'office:master-styles')).filter(
    ({ name }) => name === 'style:master-page',
  );
  const used = new Set(['Standard']);
  const [body] = descendants(content, 'office:text');
  for (const name of ['text:p', 'text:h', 'table:table'])
    for (const { attributes } of body === undefined ? [] : descendants(body, name)) {
      const style = attributes['text:style-name'] ?? attributes['table:style-name'];
      const family = name === 'table:table' ? 'table' : 'paragraph';
      for (const { attributes } of bodyStyles.chain(family, style))
        used.add(attributes['style:master-page-name'] ?? '');
    }
  for (const name of used) {
    const page = pages.find(({ attributes }) => attributes['style:name'] === name);
    used.add(page?.attributes['style:next-style-name'] ?? '');
  }
  return pages.filter(({ attributes }) => used.has(attributes['style:name'] ?? ''));
}
