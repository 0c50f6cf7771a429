/** A property modifier: what it changes, and its operand without a length ([MS-DOC], 2.6). */
export interface Sprm {
  readonly code: number;
  readonly operand: DataView;
}

export const sprms = {
  isDeleted: 0x0800,
  pictureAt: 0x6a03,
  symbol: 0x6a09,
  characterStyle: 0x4a30,
  isBold: 0x0835,
  isStruck: 0x0837,
  isDoubleStruck: 0x2a53,
  isHidden: 0x083c,
  size: 0x4a43,
  raised: 0x4845,
  script: 0x2a48,
  font: 0x4a4f,
  otherFont: 0x4a51,
  paragraphStyle: 0x4600,
  listLevel: 0x260a,
  list: 0x460b,
  outlineLevel: 0x2640,
  isInTable: 0x2416,
  endsRow: 0x2417,
  depth: 0x6649,
  endsInnerCell: 0x244b,
  endsInnerRow: 0x244c,
  hugeParagraph: 0x6646,
  hugeParagraph2: 0x6645,
  tableProperties: 0x646b,
  tableDefinition: 0xd608,
  isTableHeader: 0x3404,
  shading: 0xd612,
  verticalMerge: 0xd62b,
  horizontalMerge: 0x5624,
  hasTitlePage: 0x300a,
} as const;

const sizes = [1, 1, 2, 4, 2, 2, null, 3];
const tabs = 0xc615;

/** Yields the modifiers of a group; one that is cut off ends it. */
export function* sprmsOf(group: Uint8Array): Generator<Sprm> {
  const view = new DataView(group.buffer, group.byteOffset, group.byteLength);
  for (let at = 0; at + 3 <= group.length; ) {
    const code = view.getUint16(at, true);
    const [from, size] = extent(view, at + 2, code);
    if (from + size > group.length) return;
    yield { code, operand: new DataView(group.buffer, group.byteOffset + from, size) };
    at = from + size;
  }
}

/** Returns where an operand begins and its size. */
function extent(view: DataView, at: number, code: number): readonly [number, number] {
  const size = sizes[code >> 13] ?? null;
  if (size !== null) return [at, size];
  if (code === sprms.tableDefinition && at + 2 <= view.byteLength)
    return [at + 2, Math.max(0, view.getUint16(at, true) - 1)];
  const length = view.getUint8(at);
  // A change of tabs that is too long for its length states two counts.
  if (code !== tabs || length !== 255) return [at + 1, length];
  const deleted = view.getUint8(at + 1);
  const added = at + 2 + deleted * 4 < view.byteLength ? view.getUint8(at + 2 + deleted * 4) : 0;
  return [at + 1, 2 + deleted * 4 + added * 3];
}

/** Returns the value of a flag: null where it follows the style. */
export function flagIn({ operand }: Sprm): boolean | null {
  const value = operand.getUint8(0);
  return value === 0x80 ? null : value !== 0;
}
