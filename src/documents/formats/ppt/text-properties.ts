import { recordsIn } from '../../office-art.ts';
import { types, viewOf } from './records.ts';

interface ParagraphProperties {
  /** Null where it follows the master. */
  readonly hasBullet: boolean | null;
}

interface CharacterProperties {
  /** Percentage by which text is raised; negative for lowered text. */
  readonly raised: number;
  /** Number of a font of symbols; null for none. */
  readonly symbolFont: number | null;
  readonly font: number | null;
  readonly isBold: boolean;
  /** Position of its paragraph's number in the list of the shape. */
  readonly number: number;
}

interface ParagraphRun extends ParagraphProperties {
  readonly length: number;
  readonly level: number;
}

export interface CharacterRun extends CharacterProperties {
  readonly length: number;
}

export interface TextProperties {
  readonly paragraphs: readonly ParagraphRun[];
  readonly characters: readonly CharacterRun[];
}

/** Reads numbers from front to back; what is cut off throws `RangeError`. */
class Reader {
  readonly #view: DataView;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#view = viewOf(bytes);
  }

  get hasMore(): boolean {
    return this.#at < this.#view.byteLength;
  }

  short(): number {
    this.#at += 2;
    return this.#view.getInt16(this.#at - 2, true);
  }

  long(): number {
    this.#at += 4;
    return this.#view.getUint32(this.#at - 4, true);
  }

  skip(bytes: number): void {
    this.#at += bytes;
  }
}

/** Runs `read`, and ignores that its record is cut off. */
function leniently(read: () => void): void {
  try {
    read();
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
  }
}

/** Reads the formatting of a text of `length` characters ([MS-PPT], 2.9.44). */
export function readTextProperties(bytes: Uint8Array, length: number): TextProperties {
  const paragraphs: ParagraphRun[] = [];
  const characters: CharacterRun[] = [];
  const reader = new Reader(bytes);
  leniently(() => {
    // Both lists cover the mark at the end of the text, too.
    for (let left = length + 1; left > 0 && reader.hasMore; ) {
      const run = { length: reader.long(), level: reader.short(), ...readParagraph(reader) };
      paragraphs.push(run);
      left -= Math.max(1, run.length);
    }
    for (let left = length + 1; left > 0 && reader.hasMore; ) {
      const run = { length: reader.long(), ...readCharacters(reader) };
      characters.push(run);
      left -= Math.max(1, run.length);
    }
  });
  return { paragraphs, characters };
}

/** Sizes of the properties of a paragraph that follow its bullet, by the bits that announce them ([MS-PPT], 2.9.20). */
const paragraphSizes: readonly (readonly [number, number])[] = [
  [0x80, 2],
  [0x10, 2],
  [0x40, 2],
  [0x20, 4],
  [0x800, 2],
  [0x1000, 2],
  [0x2000, 2],
  [0x4000, 2],
  [0x100, 2],
  [0x400, 2],
  [0x8000, 2],
];

function readParagraph(reader: Reader): ParagraphProperties {
  const mask = reader.long();
  const flags = (mask & 0xf) === 0 ? 0 : reader.short();
  for (const [bit, size] of paragraphSizes) if ((mask & bit) !== 0) reader.skip(size);
  if ((mask & 0x10_0000) !== 0) reader.skip((reader.short() & 0xffff) * 4);
  if ((mask & 0x1_0000) !== 0) reader.skip(2);
  if ((mask & 0xe_0000) !== 0) reader.skip(2);
  if ((mask & 0x20_0000) !== 0) reader.skip(2);
  return { hasBullet: (mask & 1) === 0 ? null : (flags & 1) !== 0 };
}

/** [MS-PPT], 2.9.13. */
function readCharacters(reader: Reader): CharacterProperties {
  const mask = reader.long();
  const has = (bit: number) => (mask & bit) !== 0;
  const style = (mask & 0xffff) === 0 ? 0 : reader.short();
  const font = has(0x1_0000) ? reader.short() : null;
  if (has(0x20_0000)) reader.skip(2);
  if (has(0x40_0000)) reader.skip(2);
  const symbolFont = has(0x80_0000) ? reader.short() : null;
  if (has(0x2_0000)) reader.skip(2);
  if (has(0x4_0000)) reader.skip(4);
  const raised = has(0x8_0000) ? reader.short() : 0;
  return { raised, symbolFont, font, isBold: (style & 1) !== 0, number: (style >> 10) & 0xf };
}

/** True for each level of a type of text whose paragraphs have bullets. */
export type MasterBullets = ReadonlyMap<number, readonly (boolean | null)[]>;

/** Types of text from which another one inherits. */
const baseOf: Readonly<Record<number, number>> = { 5: 1, 6: 0, 7: 1, 8: 1 };
/** From this type on, each level states its number. */
const firstNumbered = 5;

/** Reads which texts of a master have bullets ([MS-PPT], 2.9.35). */
export function readMasterBullets(master: Uint8Array): MasterBullets {
  const bullets = new Map<number, (boolean | null)[]>();
  for (const { type, instance, content } of recordsIn(master)) {
    if (type !== types.masterText) continue;
    const levels: (boolean | null)[] = [];
    bullets.set(instance, levels);
    leniently(() => {
      const reader = new Reader(content);
      for (let count = reader.short(); count > 0; count -= 1) {
        if (instance >= firstNumbered) reader.skip(2);
        levels.push(readParagraph(reader).hasBullet);
        readCharacters(reader);
      }
    });
  }
  return bullets;
}

export function hasMasterBullet(bullets: MasterBullets, type: number, level: number): boolean {
  const own = bullets.get(type)?.[level] ?? null;
  if (own !== null) return own;
  const base = baseOf[type];
  return base === undefined ? false : hasMasterBullet(bullets, base, level);
}
