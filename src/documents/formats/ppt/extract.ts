import { readCompoundFile } from '../../compound-file.ts';
import type { ExtractedDocument } from '../../document.ts';
import { DocumentFault } from '../../fault.ts';
import type { ExtractContext } from '../../format.ts';
import { readByContent } from '../../read-by-content.ts';
import { isCompoundFile } from '../../signature.ts';
import { extractTranslated } from '../pptx/extract.ts';
import { translatePresentation } from './parts.ts';
import { PresentationFile } from './presentation-file.ts';

/**
 * Extracts a presentation of PowerPoint 97 to 2003: its slides are translated into those of PPTX, and read as such.
 * What programs save under the same name is read by its content. Throws `DocumentFault`.
 */
export async function extractPpt(
  bytes: Uint8Array<ArrayBuffer>,
  context: ExtractContext,
): Promise<ExtractedDocument> {
  if (!isCompoundFile(bytes))
    return readByContent(bytes, context, { archive: 'pptx', text: 'txt' });
  return extractTranslated(() => {
    try {
      return translatePresentation(new PresentationFile(readCompoundFile(bytes)));
    } catch (error) {
      throw error instanceof RangeError
        ? new DocumentFault('corrupt', 'The presentation is damaged.', error)
        : error;
    }
  });
}
