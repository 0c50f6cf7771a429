import type { OfficePackage, Part } from '../../ooxml/package.ts';
import { childOf, descendants, elementsOf } from '../../ooxml/xml.ts';
import type { CellValues } from './cell.ts';
import { readSharedStrings } from './strings.ts';
import { readStyles } from './styles.ts';

export interface VisibleSheet {
  readonly name: string;
  /** Name of its part. */
  readonly part: string;
  readonly isChart: boolean;
}

/** Returns the visible sheets of a workbook, in the order of their tabs (ECMA-376, 18.2.20). */
export function visibleSheets(parts: OfficePackage, workbook: Part): VisibleSheet[] {
  const [sheets] = descendants(workbook.root, 'x:sheets');
  return elementsOf(sheets).flatMap(({ attributes }) => {
    const part = parts.target(workbook.name, attributes['r:id']);
    const type = parts.targetType(workbook.name, attributes['r:id']);
    const isVisible = (attributes.state ?? 'visible') === 'visible';
    return part !== null && isVisible && (type === 'worksheet' || type === 'chartsheet')
      ? [{ name: attributes.name ?? '', part, isChart: type === 'chartsheet' }]
      : [];
  });
}

/** Reads what the cells of a workbook share. */
export function readCellValues(parts: OfficePackage, workbook: Part): CellValues {
  const [root] = elementsOf(workbook.root);
  const [strings] = parts.relatedNames(workbook.name, 'sharedStrings');
  const epoch = childOf(root, 'x:workbookPr')?.attributes.date1904 ?? '';
  return {
    strings: readSharedStrings(strings === undefined ? null : parts.bytes(strings)),
    styles: readStyles(parts.related(workbook.name, 'styles')?.root ?? null),
    is1904: /^(?:1|true)$/.test(epoch),
  };
}
