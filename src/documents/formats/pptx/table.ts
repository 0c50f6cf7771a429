import { element, type Node } from '../../markup/tree.ts';
import { childOf, elementsOf, type XmlElement } from '../../ooxml/xml.ts';
import { readText } from './text.ts';

const isOn = (value: string | undefined) => value === '1' || value === 'true';

/** Converts a table of a slide to an HTML table, with merged cells as spans (ECMA-376, 21.1.3). */
export function readSlideTable(table: XmlElement): Node {
  const hasHeader = isOn(childOf(table, 'a:tblPr')?.attributes.firstRow);
  const rows = elementsOf(table).filter(({ name }) => name === 'a:tr');
  return element(
    'table',
    rows.map((row, index) =>
      element(
        'tr',
        elementsOf(row)
          .filter(({ name }) => name === 'a:tc')
          .filter(({ attributes }) => !isOn(attributes.hMerge) && !isOn(attributes.vMerge))
          .map((cell) =>
            element(
              hasHeader && index === 0 && rows.length > 1 ? 'th' : 'td',
              readText(childOf(cell, 'a:txBody')),
              {
                colspan: cell.attributes.gridSpan ?? '1',
                rowspan: cell.attributes.rowSpan ?? '1',
              },
            ),
          ),
      ),
    ),
    { data: 'true' },
  );
}
