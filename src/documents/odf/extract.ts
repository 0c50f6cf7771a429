import { cleanText } from '../clean-text.ts';
import type { ExtractedDocument } from '../document.ts';
import { DocumentFault } from '../fault.ts';
import { childOf, elementsOf } from '../ooxml/xml.ts';
import { type OdfPackage, openOdf } from './package.ts';
import { writeSlides } from './slides.ts';
import { Spreadsheet } from './spreadsheet.ts';
import { OdfStyles } from './styles.ts';
import { writeTextDocument } from './text-document.ts';

/**
 * Extracts what a reader of an OpenDocument file sees: text, sheets or slides, with notes and
 * comments, and tracked changes accepted. Skips hidden content. Never fetches linked objects. Throws
 * `DocumentFault`.
 */
export async function extractOdf(bytes: Uint8Array<ArrayBuffer>): Promise<ExtractedDocument> {
  try {
    const spreadsheet = new Spreadsheet();
    const parts = await openOdf(bytes, spreadsheet);
    return { ...extract(parts, spreadsheet), properties: parts.properties };
  } catch (error) {
    if (error instanceof DocumentFault) throw error;
    if (error instanceof RangeError)
      throw new DocumentFault('too_large', 'The document is nested too deeply.', error);
    throw new DocumentFault('corrupt', 'The document is damaged.', error);
  }
}

function extract(parts: OdfPackage, spreadsheet: Spreadsheet): ExtractedDocument {
  const { content, styles: named } = parts;
  const styles = new OdfStyles(
    childOf(content, 'office:automatic-styles'),
    childOf(named ?? undefined, 'office:styles'),
  );
  const body = childOf(content, 'office:body');
  const [kind] = elementsOf(body).filter(({ name }) =>
    /^office:(?:text|spreadsheet|presentation|drawing)$/.test(name),
  );
  if (kind === undefined)
    throw new DocumentFault(
      'unsupported',
      'The file is not an OpenDocument text, spreadsheet, presentation or drawing.',
    );
  if (kind.name === 'office:text')
    return { text: writeTextDocument(kind, parts, styles), pages: null, isMarkdown: true };
  if (kind.name !== 'office:spreadsheet')
    return { ...writeSlides(kind, parts, styles), isMarkdown: true };
  const text = cleanText(spreadsheet.write(elementsOf(kind), [content]));
  return { text: text.trim(), pages: null, isMarkdown: true };
}
