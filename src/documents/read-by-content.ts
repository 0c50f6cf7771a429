import type { ExtractedDocument } from './document.ts';
import { DocumentFault } from './fault.ts';
import type { ExtractContext } from './format.ts';
import { isZip } from './signature.ts';

/** Extensions of what a ZIP archive and a text without marks are read as. */
interface Assumptions {
  readonly archive: string;
  readonly text: string;
}

/**
 * Extracts a file that has the name of a legacy Office format and is none: a document of today, RTF, a page, a web
 * archive, XML or text. Throws `corrupt` when it is not that, either.
 */
export async function readByContent(
  bytes: Uint8Array<ArrayBuffer>,
  context: ExtractContext,
  assumed: Assumptions,
): Promise<ExtractedDocument> {
  const read = await context.readEmbedded({
    name: `content.${isZip(bytes) ? assumed.archive : extensionOfText(bytes, assumed.text)}`,
    media_type: '',
    encoding: context.encoding ?? null,
    read: async () => bytes,
  });
  if (read.document === null) throw new DocumentFault('corrupt', read.reason);
  return read.document;
}

function extensionOfText(bytes: Uint8Array, otherwise: string): string {
  const head = new TextDecoder('latin1').decode(bytes.subarray(0, 1000)).replaceAll('\0', '');
  if (/^[^{]{0,3}\{\\rtf/.test(head)) return 'rtf';
  if (/^(?:MIME-Version|Content-Type|From|Subject|Date|Snapshot-[\w-]+):/i.test(head)) return 'eml';
  if (!/^[^<]{0,3}\s*</.test(head)) return otherwise;
  return /^[^<]{0,3}\s*<\?xml/.test(head) && !/<html/i.test(head) ? 'xml' : 'html';
}
