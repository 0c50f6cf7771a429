import { property, xml } from '../../ooxml/build-xml.ts';
import type { XmlElement } from '../../ooxml/xml.ts';
import { type RowFormat, readRow } from './row-format.ts';
import { flagIn, type Sprm, sprms, sprmsOf } from './sprms.ts';

/** Formatting of a paragraph. */
export interface ParagraphFormat {
  /** Children of its `w:pPr`. */
  readonly properties: readonly XmlElement[];
  /** Number of tables around it. */
  readonly depth: number;
  readonly endsInnerCell: boolean;
  /** True for the mark at the end of a row, which has no text. */
  readonly endsRow: boolean;
  /** The row that it ends. */
  readonly row: RowFormat;
}

const maxDepth = 10;
/** Word's own limit is 32 KB. */
const maxGroup = 100_000;
const maxReferences = 4;

/** Reads the formatting of a paragraph from its style and groups of modifiers, of which the later ones win. */
export function readParagraphFormat(
  style: number,
  groups: readonly Uint8Array[],
  data: Uint8Array,
): ParagraphFormat {
  const elements = new Map([['w:pStyle', property('w:pStyle', style)]]);
  const list = new Map<string, XmlElement>();
  const flags = new Map<number, boolean>();
  const ofRow: Sprm[] = [];
  let depth: number | null = null;
  for (const sprm of withReferences(groups, data)) {
    const element = paragraphProperty(sprm);
    if (element?.name === 'w:numId' || element?.name === 'w:ilvl') list.set(element.name, element);
    else if (element !== null) elements.set(element.name, element);
    else if (sprm.code === sprms.depth) depth = sprm.operand.getInt32(0, true);
    else if (flagCodes.has(sprm.code)) flags.set(sprm.code, flagIn(sprm) === true);
    else ofRow.push(sprm);
  }
  if (list.size > 0) elements.set('w:numPr', xml('w:numPr', {}, [...list.values()]));
  const isOn = (code: number) => flags.get(code) === true;
  const isInTable = isOn(sprms.isInTable) || (depth ?? 0) > 0;
  const endsRow = isOn(sprms.endsRow) || isOn(sprms.endsInnerRow);
  return {
    properties: [...elements.values()],
    depth: isInTable ? Math.min(maxDepth, Math.max(1, depth ?? 1)) : 0,
    endsInnerCell: isOn(sprms.endsInnerCell),
    endsRow,
    row: readRow(endsRow ? ofRow : []),
  };
}

const flagCodes = new Set<number>([
  sprms.isInTable,
  sprms.endsRow,
  sprms.endsInnerCell,
  sprms.endsInnerRow,
]);

/** Returns the property of a paragraph that a modifier sets; null for other modifiers. */
function paragraphProperty({ code, operand }: Sprm): XmlElement | null {
  switch (code) {
    case sprms.paragraphStyle:
      return property('w:pStyle', operand.getUint16(0, true));
    case sprms.list:
      return property('w:numId', operand.getInt16(0, true));
    case sprms.listLevel:
      return property('w:ilvl', operand.getUint8(0));
    case sprms.outlineLevel:
      return property('w:outlineLvl', operand.getUint8(0));
    default:
      return null;
  }
}

/** Yields modifiers; groups that are too long for their place are in the data stream. */
function* withReferences(groups: readonly Uint8Array[], data: Uint8Array): Generator<Sprm> {
  let references = 0;
  for (const group of groups)
    for (const sprm of sprmsOf(group)) {
      const isReference =
        sprm.code === sprms.hugeParagraph ||
        sprm.code === sprms.hugeParagraph2 ||
        sprm.code === sprms.tableProperties;
      if (!isReference) yield sprm;
      else if (references++ < maxReferences)
        yield* sprmsOf(groupAt(data, sprm.operand.getUint32(0, true)));
    }
}

function groupAt(data: Uint8Array, at: number): Uint8Array {
  const size = (data[at] ?? 0) | ((data[at + 1] ?? 0) << 8);
  return data.subarray(at + 2, at + 2 + Math.min(size, maxGroup));
}
