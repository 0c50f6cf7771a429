import { cleanText } from '../../clean-text.ts';
import type { ExtractedDocument } from '../../document.ts';
import { decodeHtml } from '../../encoding/decode.ts';
import { DocumentFault } from '../../fault.ts';
import { writeMarkdown } from '../../markup/write-markdown.ts';
import { readPage } from '../html/visible-page.ts';
import { readFeed } from './feed.ts';
import { fromFictionBook } from './fiction-book.ts';
import { childOf, isXmlElement, parseXml, type XmlElement } from './parse.ts';
import { readDocument } from './read-document.ts';
import { writeData } from './write-data.ts';

/**
 * Extracts an XML file by what it is: a document (DocBook, JATS, TEI, DITA and others), a feed, an XHTML page, or
 * data, whose records become tables and nested lists. Throws `DocumentFault`.
 */
export async function extractXml(
  bytes: Uint8Array<ArrayBuffer>,
  encoding: string | null,
): Promise<ExtractedDocument> {
  return {
    text: xmlToMarkdown(await decodeHtml(bytes, encoding)),
    pages: null,
    isMarkdown: true,
  };
}

/** `baseUrl` keeps the addresses of links; null drops them. */
export function xmlToMarkdown(source: string, baseUrl: string | null = null): string {
  try {
    const root = parseXml(source);
    if (root.name === 'html') return writeMarkdown(readPage(source).body, baseUrl);
    if (/^(?:rss|RDF|feed)$/.test(root.name)) return writeMarkdown(readFeed(root), baseUrl);
    if (root.name === 'FictionBook')
      return writeMarkdown(readDocument(fromFictionBook(root)), baseUrl);
    return isDocumentRoot(root) || isDocument(root)
      ? writeMarkdown(readDocument(root), baseUrl)
      : cleanText(writeData(root));
  } catch (error) {
    if (error instanceof RangeError)
      throw new DocumentFault('too_large', 'The document is nested too deeply.', error);
    throw error;
  }
}

const documentRoots =
  /^(?:TEI|TEI\.2|teiCorpus|topic|concept|task|reference|troubleshooting|glossentry|glossgroup|bookmap|map|refentry|us-patent-grant|us-patent-application)$/;
const paragraphs = /^(?:p|para|simpara|ab|lg|shortdesc|claim-text)$/;

/** `map` is a name of data, too. */
const isDocumentRoot = (root: XmlElement) =>
  documentRoots.test(root.name) &&
  (root.name !== 'map' || childOf(root, 'topicref', 'topichead', 'topicgroup') !== undefined);

/** True for an element that has paragraphs, or text beside elements: data has neither. */
function isDocument(node: XmlElement): boolean {
  const hasText = node.children.some((child) => !isXmlElement(child) && child.trim() !== '');
  return node.children.some(
    (child) => isXmlElement(child) && (hasText || paragraphs.test(child.name) || isDocument(child)),
  );
}
