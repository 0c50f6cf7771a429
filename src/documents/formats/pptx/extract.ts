import { type ExtractedDocument, maxCharacters } from '../../document.ts';
import { DocumentFault } from '../../fault.ts';
import { element, type Node, textOf } from '../../markup/tree.ts';
import { writeMarkdown } from '../../markup/write-markdown.ts';
import { type OfficePackage, type Part, readPackage, withFaults } from '../../ooxml/package.ts';
import { childOf, descendants, elementsOf } from '../../ooxml/xml.ts';
import { SlideComments } from './comments.ts';
import { slideParts } from './placeholder.ts';
import { SlideReader } from './slide.ts';

const presentation = {
  title: 'presentation',
  root: 'p:presentation',
  mainName: /(?:^|\/)presentation\d*\.xml$/i,
};

export const maxSlides = 5000;

/**
 * Extracts what the audience of a presentation sees, slide by slide, and the speaker's notes and comments of
 * each. Texts that many slides share are written once. Hidden slides have a page without text, so that the numbers
 * of pages are those of slides. Never fetches external parts.
 */
export const extractPptx = (bytes: Uint8Array<ArrayBuffer>): Promise<ExtractedDocument> =>
  readPackage(bytes, presentation, writeSlides);

/** Extracts a presentation that is translated from another format into the parts of a PPTX file. */
export const extractTranslated = (
  translate: () => { readonly parts: OfficePackage; readonly main: Part },
): Promise<ExtractedDocument> =>
  withFaults(presentation, () => {
    const { parts, main } = translate();
    return writeSlides(parts, main);
  });

function writeSlides(parts: OfficePackage, main: Part): ExtractedDocument {
  const reader = new SlideReader(parts, geometryOf(main));
  const comments = new SlideComments(parts, main.name);
  const seen = new Set<string>();
  const isNew = (node: Node) => {
    const words = textOf(node).replaceAll(/\s+/g, ' ').trim();
    return words !== '' && !seen.has(words) && seen.add(words);
  };
  const pages: number[] = [];
  let text = '';
  for (const slide of slidesOf(parts, main)) {
    pages.push(text === '' ? 0 : text.length + 2);
    if (slide === null) continue;
    const layers = slideParts(parts, slide);
    const nodes = [
      ...reader.slide(layers),
      ...reader.margins(layers).filter(isNew),
      ...titled('Notes:', reader.notes(layers)),
      ...titled('Comments:', comments.read(slide.name)),
    ];
    const written = writeMarkdown(element('body', nodes));
    if (written !== '') text += (text === '' ? '' : '\n\n') + written;
    if (text.length > maxCharacters)
      throw new DocumentFault(
        'too_large',
        `The presentation has more than ${maxCharacters} characters of text.`,
      );
  }
  return {
    text,
    pages: pages.map((start) => Math.min(start, text.length)),
    isMarkdown: true,
    properties: parts.properties(),
  };
}

const titled = (title: string, nodes: readonly Node[]): Node[] =>
  nodes.length === 0 ? [] : [element('p', [title]), ...nodes];

/** Returns the slides in their order; null for one that is hidden. */
function slidesOf(parts: OfficePackage, main: Part): (Part | null)[] {
  const [list] = descendants(main.root, 'p:sldIdLst');
  const entries = elementsOf(list);
  if (entries.length > maxSlides)
    throw new DocumentFault('too_many_pages', `At most ${maxSlides} slides are supported.`);
  return entries.map(({ attributes }) => {
    const slide = parts.targetPart(main.name, attributes['r:id']);
    if (slide === null)
      throw new DocumentFault('corrupt', 'A slide of the presentation is missing.');
    const [root] = elementsOf(slide.root);
    return root?.name !== 'p:sld' || /^(?:0|false)$/.test(root.attributes.show ?? '1')
      ? null
      : slide;
  });
}

function geometryOf(main: Part) {
  const [root] = elementsOf(main.root);
  const size = childOf(root, 'p:sldSz')?.attributes ?? {};
  return {
    width: Number(size.cx ?? 0) || Number.POSITIVE_INFINITY,
    height: Number(size.cy ?? 0) || Number.POSITIVE_INFINITY,
    isRightToLeft: /^(?:1|true)$/.test(root?.attributes.rtl ?? ''),
  };
}
