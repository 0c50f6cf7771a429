import { childOf, descendants, elementsOf, textIn, type XmlElement } from './xml.ts';

/** Returns the text of a paragraph of DrawingML, with line feeds for its breaks. */
const paragraphText = (paragraph: XmlElement): string =>
  elementsOf(paragraph)
    .map((node) => {
      if (node.name === 'a:br') return '\n';
      return node.name === 'a:r' || node.name === 'a:fld' ? textIn(childOf(node, 'a:t')) : '';
    })
    .join('');

/** Returns the non-empty paragraphs of a drawing. */
export const paragraphsOf = (node: XmlElement): string[] =>
  [...descendants(node, 'a:p')].map(paragraphText).filter((text) => text.trim() !== '');
