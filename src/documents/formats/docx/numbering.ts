import { repeatedLetter, romanNumeral } from '../../markup/numerals.ts';
import {
  childOf,
  descendants,
  elementsOf,
  flagOf,
  integerOf,
  propertyOf,
  type XmlElement,
} from '../../ooxml/xml.ts';
import type { Styles } from './styles.ts';

export interface ListLabel {
  /** Visible label; empty for a level without one. A bullet is `-`. */
  readonly text: string;
  /** Level from 0. */
  readonly level: number;
}

interface Level {
  readonly start: number;
  readonly format: string;
  readonly text: string;
  readonly isLegal: boolean;
  readonly isHidden: boolean;
  /** Level whose next number restarts this one; 0 for never, null for every level above. */
  readonly restartsAfter: number | null;
  readonly style: string | null;
}

interface Instance {
  readonly abstract: string;
  readonly levels: ReadonlyMap<number, Level>;
  readonly starts: ReadonlyMap<number, number>;
}

const maxLevel = 8;

function readLevel(node: XmlElement): Level {
  return {
    start: integerOf(node, 'w:start') ?? 0,
    format: propertyOf(node, 'w:numFmt') ?? 'decimal',
    text: propertyOf(node, 'w:lvlText') ?? '',
    isLegal: flagOf(node, 'w:isLgl') === true,
    isHidden: flagOf(childOf(node, 'w:rPr'), 'w:vanish') === true,
    restartsAfter: integerOf(node, 'w:lvlRestart'),
    style: propertyOf(node, 'w:pStyle'),
  };
}

const readLevels = (node: XmlElement): Map<number, Level> =>
  new Map(
    [...descendants(node, 'w:lvl')].map((level) => [
      Number(level.attributes['w:ilvl'] ?? 0),
      readLevel(level),
    ]),
  );

/** Counts the list labels of a document, in the order of its paragraphs (ECMA-376, 17.9). */
export class Numbering {
  readonly #instances = new Map<string, Instance>();
  readonly #abstracts = new Map<string, ReadonlyMap<number, Level>>();
  /** Counters per abstract definition: lists that share one continue its count. */
  readonly #counts = new Map<string, (number | undefined)[]>();
  readonly #started = new Set<string>();

  constructor(root: XmlElement | null, styles: Styles) {
    if (root === null) return;
    const links = new Map<string, string>();
    for (const node of descendants(root, 'w:abstractNum')) {
      const id = node.attributes['w:abstractNumId'] ?? '';
      this.#abstracts.set(id, readLevels(node));
      const link = propertyOf(node, 'w:numStyleLink');
      if (link !== null) links.set(id, link);
    }
    const numbers = [...descendants(root, 'w:num')];
    const abstractOf = new Map(
      numbers.map((node) => [
        node.attributes['w:numId'] ?? '',
        propertyOf(node, 'w:abstractNumId') ?? '',
      ]),
    );
    for (const node of numbers) {
      const id = node.attributes['w:numId'] ?? '';
      const own = abstractOf.get(id) ?? '';
      const linked = propertyOf(
        childOf(styles.chain(links.get(own) ?? null)[0]?.paragraph, 'w:numPr'),
        'w:numId',
      );
      const overrides = elementsOf(node).filter(({ name }) => name === 'w:lvlOverride');
      const levelOf = (override: XmlElement) => Number(override.attributes['w:ilvl'] ?? 0);
      this.#instances.set(id, {
        abstract: abstractOf.get(linked ?? '') ?? own,
        levels: new Map(overrides.flatMap((override) => [...readLevels(override)])),
        starts: new Map(
          overrides.flatMap((override): [number, number][] => {
            const start = integerOf(override, 'w:startOverride');
            return start === null ? [] : [[levelOf(override), start]];
          }),
        ),
      });
    }
  }

  /** Returns the level that a paragraph style is linked to; null for none. */
  levelOfStyle(num_id: string, style_ids: readonly string[]): number | null {
    const levels =
      this.#abstracts.get(this.#instances.get(num_id)?.abstract ?? '') ?? new Map<number, Level>();
    return (
      [...levels].find(([, { style }]) => style !== null && style_ids.includes(style))?.[0] ?? null
    );
  }

  /** Counts a paragraph and returns its label; null for an unknown list. */
  next(num_id: string, wanted: number): ListLabel | null {
    const instance = this.#instances.get(num_id);
    if (instance === undefined) return null;
    const level = Math.min(maxLevel, Math.max(0, wanted));
    const levels = new Map([...(this.#abstracts.get(instance.abstract) ?? []), ...instance.levels]);
    const own = levels.get(level);
    if (own === undefined) return null;
    const counts = this.#count(num_id, instance, levels, level, own);
    if (own.format === 'bullet') return { text: '-', level };
    if (own.isHidden) return { text: '', level };
    const text = own.text.replaceAll(/%([1-9])/g, (_, digit: string) => {
      const shown = levels.get(Number(digit) - 1);
      const number = counts[Number(digit) - 1] ?? startOf(instance, Number(digit) - 1, shown);
      return formatNumber(
        number,
        own.isLegal && shown?.format !== 'decimalZero' ? 'decimal' : (shown?.format ?? 'decimal'),
      );
    });
    return { text: text.trim(), level };
  }

  #count(
    num_id: string,
    instance: Instance,
    levels: ReadonlyMap<number, Level>,
    level: number,
    own: Level,
  ): (number | undefined)[] {
    const counts = this.#counts.get(instance.abstract) ?? [];
    this.#counts.set(instance.abstract, counts);
    const key = `${num_id}:${level}`;
    const isOverridden = instance.starts.has(level) && !this.#started.has(key);
    this.#started.add(key);
    const before = counts[level];
    counts[level] =
      before === undefined || isOverridden ? startOf(instance, level, own) : before + 1;
    for (let deeper = level + 1; deeper <= maxLevel; deeper += 1) {
      const after = levels.get(deeper)?.restartsAfter ?? null;
      if (after === null || (after > 0 && level < after)) counts[deeper] = undefined;
    }
    return counts;
  }
}

const startOf = (instance: Instance, level: number, definition: Level | undefined) =>
  instance.starts.get(level) ?? definition?.start ?? 1;

const digitsOfHan = '〇一二三四五六七八九';
const russian = 'абвгдежзиклмнопрстуфхцчшщыэюя';

/** Formats a number (ECMA-376, 17.18.59). Unknown formats use digits. */
function formatNumber(number: number, format: string): string {
  switch (format) {
    case 'lowerLetter':
      return repeatedLetter(number);
    case 'upperLetter':
      return repeatedLetter(number).toUpperCase();
    case 'lowerRoman':
      return romanNumeral(number);
    case 'upperRoman':
      return romanNumeral(number).toUpperCase();
    case 'decimalZero':
      return String(number).padStart(2, '0');
    case 'ordinal':
      return `${number}${ordinalSuffix(number)}`;
    case 'decimalEnclosedCircle':
      return number >= 1 && number <= 20 ? String.fromCharCode(0x245f + number) : String(number);
    case 'russianLower':
      return russian[number - 1] ?? String(number);
    case 'russianUpper':
      return russian[number - 1]?.toUpperCase() ?? String(number);
    case 'chineseCounting':
    case 'chineseCountingThousand':
    case 'japaneseCounting':
    case 'taiwaneseCounting':
    case 'taiwaneseCountingThousand':
      return countInHan(number);
    case 'none':
      return '';
    default:
      return String(number);
  }
}

function ordinalSuffix(number: number): string {
  if (number % 100 >= 11 && number % 100 <= 13) return 'th';
  return ['th', 'st', 'nd', 'rd'][number % 10] ?? 'th';
}

function countInHan(number: number): string {
  if (number < 1 || number > 99) return String(number);
  const [tens, ones] = [Math.floor(number / 10), number % 10];
  const head = tens === 0 ? '' : `${tens === 1 ? '' : digitsOfHan[tens]}十`;
  return head + (ones === 0 ? '' : digitsOfHan[ones]);
}
