import { cleanText } from '../../clean-text.ts';
import { readCompoundFile } from '../../compound-file.ts';
import { type ExtractedDocument, maxCharacters } from '../../document.ts';
import { DocumentFault } from '../../fault.ts';
import type { ExtractContext } from '../../format.ts';
import { readByContent } from '../../read-by-content.ts';
import { isCompoundFile } from '../../signature.ts';
import { maxCells } from '../xlsx/extract.ts';
import { writeSheet } from '../xlsx/worksheet.ts';
import { readBiffSheet } from './sheet.ts';
import { readBiffWorkbook } from './workbook.ts';

/**
 * Extracts a workbook of Excel 97 to 2003 as an XLSX workbook is. What programs save under the same name is read by its
 * content: XLSX, a page with tables, comma-separated values. Throws `DocumentFault`.
 */
export async function extractXls(
  bytes: Uint8Array<ArrayBuffer>,
  context: ExtractContext,
): Promise<ExtractedDocument> {
  if (!isCompoundFile(bytes))
    return readByContent(bytes, context, { archive: 'xlsx', text: 'csv' });
  const { streams } = readCompoundFile(bytes);
  if (streams.has('EncryptedPackage'))
    throw new DocumentFault('encrypted', 'The document is password-protected.');
  const stream = streams.get('Workbook') ?? streams.get('Book');
  if (stream === undefined)
    throw new DocumentFault('unsupported', 'The file is not a spreadsheet.');
  try {
    return { text: cleanText(readSheets(stream)).trim(), pages: null, isMarkdown: true };
  } catch (error) {
    throw error instanceof RangeError
      ? new DocumentFault('corrupt', 'The spreadsheet is damaged.', error)
      : error;
  }
}

function readSheets(stream: Uint8Array): string {
  const workbook = readBiffWorkbook(stream);
  const budget = { cells: maxCells, characters: maxCharacters };
  return workbook.sheets
    .map(({ name, at }) => ({
      name,
      blocks: writeSheet(readBiffSheet(stream, at, workbook, budget)),
    }))
    .filter(({ blocks }) => blocks.length > 0)
    .map(({ name, blocks }) => [`## ${name}`, ...blocks].join('\n\n'))
    .join('\n\n');
}
