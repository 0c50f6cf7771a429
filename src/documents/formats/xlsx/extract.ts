import { cleanText } from '../../clean-text.ts';
import { type ExtractedDocument, maxCharacters } from '../../document.ts';
import { DocumentFault } from '../../fault.ts';
import { type OfficePackage, readPackage } from '../../ooxml/package.ts';
import { descendants } from '../../ooxml/xml.ts';
import { readDrawings } from './drawings.ts';
import { readCellValues, visibleSheets } from './workbook.ts';
import { readWorksheet } from './worksheet.ts';

const spreadsheet = {
  title: 'spreadsheet',
  root: 'x:workbook',
  mainName: /(?:^|\/)workbook\d*\.xml$/i,
};

/** Maximum number of cells with content in a workbook. */
export const maxCells = 1_000_000;

/**
 * Extracts what a reader of a workbook sees: each visible sheet with its tables, charts, text boxes and
 * comments. Values are written as their number formats show them; formulas show their last result.
 * Leaves out hidden sheets, rows and columns. Never fetches external parts.
 */
export const extractXlsx = (bytes: Uint8Array<ArrayBuffer>): Promise<ExtractedDocument> =>
  readPackage(bytes, spreadsheet, (parts, workbook) => {
    const values = readCellValues(parts, workbook);
    const budget = { cells: maxCells, characters: maxCharacters };
    const sections: string[] = [];
    let length = 0;
    for (const { name, part, isChart } of visibleSheets(parts, workbook)) {
      const blocks = isChart
        ? readChartSheet(parts, part)
        : readWorksheet({ parts, workbook: workbook.name, values, budget }, part);
      if (blocks.length === 0) continue;
      const section = [`## ${name}`, ...blocks].join('\n\n');
      length += section.length;
      if (length > maxCharacters)
        throw new DocumentFault(
          'too_large',
          `The workbook has more than ${maxCharacters} characters of text.`,
        );
      sections.push(section);
    }
    return {
      text: cleanText(sections.join('\n\n')).trim(),
      pages: null,
      isMarkdown: true,
      properties: parts.properties(),
    };
  });

function readChartSheet(parts: OfficePackage, part: string): string[] {
  const root = parts.part(part)?.root;
  const [drawing] = root === undefined ? [] : [...descendants(root, 'x:drawing')];
  const target = parts.target(part, drawing?.attributes['r:id']);
  return readDrawings(parts, target).map(({ text }) => text);
}
