import { builtInFormat } from '../../ooxml/number-format.ts';
import { childOf, descendants, elementsOf, type XmlElement } from '../../ooxml/xml.ts';

/** Style of a cell, as far as it changes text or meaning. */
export interface CellStyle {
  /** Code of the number format. */
  readonly code: string;
  /** True for bold or shaded cells, such as headers. */
  readonly isSetOff: boolean;
  readonly isStruck: boolean;
}

export const plainStyle: CellStyle = { code: 'General', isSetOff: false, isStruck: false };

/** Reads the styles of cells, in the order of their indices (ECMA-376, 18.8.10). */
export function readStyles(root: XmlElement | null): CellStyle[] {
  const [sheet] = elementsOf(root ?? undefined);
  const codes = new Map(
    elementsOf(childOf(sheet, 'x:numFmts')).map(({ attributes }) => [
      Number(attributes.numFmtId),
      attributes.formatCode ?? 'General',
    ]),
  );
  const fonts = elementsOf(childOf(sheet, 'x:fonts')).map((font) => ({
    isBold: isOn(font, 'x:b'),
    isStruck: isOn(font, 'x:strike'),
  }));
  const fills = elementsOf(childOf(sheet, 'x:fills')).map(isShaded);
  return elementsOf(childOf(sheet, 'x:cellXfs')).map(({ attributes }) => {
    const id = Number(attributes.numFmtId ?? 0);
    const font = fonts[Number(attributes.fontId ?? 0)];
    return {
      code: codes.get(id) ?? builtInFormat(id),
      isSetOff: font?.isBold === true || fills[Number(attributes.fillId ?? 0)] === true,
      isStruck: font?.isStruck === true,
    };
  });
}

const isOn = (node: XmlElement, name: string): boolean => {
  const found = childOf(node, name);
  return found !== undefined && !/^(?:0|false)$/.test(found.attributes.val ?? '1');
};

const isShaded = (fill: XmlElement): boolean => {
  const [pattern] = descendants(fill, 'x:patternFill');
  const kind = pattern?.attributes.patternType ?? 'none';
  const isWhite =
    childOf(pattern, 'x:fgColor')?.attributes.rgb?.toUpperCase().endsWith('FFFFFF') === true;
  return kind !== 'none' && kind !== 'gray125' && !isWhite;
};
