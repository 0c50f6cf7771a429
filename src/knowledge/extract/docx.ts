import { Buffer } from 'node:buffer';
import mammoth from 'mammoth';
import { DocumentFault, type ExtractedDocument } from './document.ts';
import { htmlToMarkdown } from './html.ts';
import { readZip } from './zip.ts';

const limits = { entries: 5000, inflated: 200 * 1024 * 1024, ratio: 100 };

const styles = [
  "p[style-name='Title'] => h1:fresh",
  "p[style-name='Subtitle'] => h2:fresh",
  "p[style-name='Code'] => pre:separator('\n')",
  "p[style-name='Source Code'] => pre:separator('\n')",
  "p[style-name='HTML Preformatted'] => pre:separator('\n')",
  "p[style-name='Quote'] => blockquote > p:fresh",
  "p[style-name='Caption'] => p:fresh",
];

/** Headings, lists and tables of a Word document. Pictures are left out and external parts never fetched. */
export async function extractDocx(bytes: Uint8Array<ArrayBuffer>): Promise<ExtractedDocument> {
  await checkArchive(bytes);
  try {
    // The build for browsers, which the bundler takes, reads `arrayBuffer`; the one for Node reads `buffer`.
    const { value } = await mammoth.convertToHtml({ arrayBuffer: bytes.buffer, buffer: Buffer.from(bytes.buffer) } as { buffer: Buffer }, {
      styleMap: styles,
      convertImage: mammoth.images.imgElement(async () => ({ src: '' })),
      externalFileAccess: false,
    });
    return { text: await htmlToMarkdown(value), pages: null, isMarkdown: true };
  } catch (error) {
    throw error instanceof DocumentFault ? error : new DocumentFault('corrupt', 'The Word document is damaged.', error);
  }
}

/** Before the parser sees it: bounded when inflated, a Word document at all, and no entity in its XML. */
async function checkArchive(bytes: Uint8Array<ArrayBuffer>): Promise<void> {
  const parts = await readZip(bytes, limits, (name) => /\.(xml|rels)$/i.test(name));
  if (!parts.has('word/document.xml') && ![...parts.keys()].some((name) => /^word\/document\d*\.xml$/.test(name))) {
    throw new DocumentFault('unsupported', 'The file is not a Word document.');
  }
  for (const content of parts.values()) {
    if (/<!(DOCTYPE|ENTITY)/i.test(new TextDecoder('latin1').decode(content.subarray(0, 4096)))) {
      throw new DocumentFault('unsafe_xml', 'The document declares XML entities, which are not read.');
    }
  }
}
