import { readCompoundFile } from '../../compound-file.ts';
import type { ExtractedDocument } from '../../document.ts';
import { DocumentFault } from '../../fault.ts';
import type { ExtractContext } from '../../format.ts';
import { readByContent } from '../../read-by-content.ts';
import { isCompoundFile } from '../../signature.ts';
import { extractTranslated } from '../docx/extract.ts';
import { WordFile } from './file-information.ts';
import { translateDocument } from './parts.ts';

/**
 * Extracts a Word document of 1997 to 2003: its structure is translated into that of DOCX, and read as such. What
 * programs save under the same name is read by its content. Throws `DocumentFault`.
 */
export async function extractDoc(
  bytes: Uint8Array<ArrayBuffer>,
  context: ExtractContext,
): Promise<ExtractedDocument> {
  if (!isCompoundFile(bytes))
    return readByContent(bytes, context, { archive: 'docx', text: 'txt' });
  return extractTranslated(() => translated(bytes));
}

function translated(bytes: Uint8Array<ArrayBuffer>) {
  try {
    return translateDocument(new WordFile(readCompoundFile(bytes)));
  } catch (error) {
    throw error instanceof RangeError
      ? new DocumentFault('corrupt', 'The Word document is damaged.', error)
      : error;
  }
}
