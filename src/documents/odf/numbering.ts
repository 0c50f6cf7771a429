import { alphabeticNumeral, repeatedLetter, romanNumeral } from '../markup/numerals.ts';
import { elementsOf, type XmlElement } from '../ooxml/xml.ts';
import type { OdfStyles } from './styles.ts';

/** Numbers of a list by level from 0. Continued lists share them. */
export interface ListCounter {
  readonly style: XmlElement | null;
  readonly counts: (number | undefined)[];
}

const maxLevel = 10;

const levelOf = (style: XmlElement | null, level: number): XmlElement | undefined =>
  elementsOf(style ?? undefined).find(
    ({ attributes }) => attributes['text:level'] === String(level + 1),
  );

const integer = (text: string | undefined): number | null =>
  /^-?\d{1,9}$/.test(text ?? '') ? Number(text) : null;

/** Finds the numbers that each list of a document continues (OpenDocument 1.4, part 3, 5.3). */
export class Numbering {
  readonly #styles: OdfStyles;
  readonly #byId = new Map<string, ListCounter>();
  readonly #byStyle = new Map<string, ListCounter>();
  readonly #outline: ListCounter;

  constructor(styles: OdfStyles) {
    this.#styles = styles;
    this.#outline = { style: styles.outline, counts: [] };
  }

  /** Begins or continues a list that is not nested in another. */
  open({ attributes }: XmlElement): ListCounter {
    const name = attributes['text:style-name'] ?? '';
    const continued =
      this.#byId.get(attributes['text:continue-list'] ?? '') ??
      (attributes['text:continue-numbering'] === 'true' ? this.#byStyle.get(name) : undefined);
    const counter = continued ?? { style: this.#styles.list(name), counts: [] };
    const id = attributes['xml:id'] ?? attributes['text:id'];
    if (id !== undefined) this.#byId.set(id, counter);
    this.#byStyle.set(name, counter);
    return counter;
  }

  /** Returns the style of a nested list: its own, else that of the list around it. */
  styleOf({ attributes }: XmlElement, outer: ListCounter): ListCounter {
    const own = this.#styles.list(attributes['text:style-name'] ?? '');
    return own === null ? outer : { ...outer, style: own };
  }

  /** Returns the number of a heading outside of lists; empty for none. */
  heading(node: XmlElement, level: number): string {
    const definition = levelOf(this.#outline.style, level);
    const format = definition?.attributes['style:num-format'] ?? '';
    if (format === '' || node.attributes['text:is-list-header'] === 'true') return '';
    const isRestarted = node.attributes['text:restart-numbering'] === 'true';
    const start = integer(node.attributes['text:start-value']);
    return nextLabel(this.#outline, level, isRestarted ? (start ?? 1) : null);
  }
}

/** Counts an item and returns its visible label: `-` for a bullet, empty for a level without one. */
export function nextLabel(counter: ListCounter, level: number, start: number | null): string {
  const at = Math.min(level, maxLevel - 1);
  const { counts, style } = counter;
  for (let above = 0; above < at; above += 1) counts[above] ??= startOf(style, above);
  const before = counts[at];
  counts[at] = start ?? (before === undefined ? startOf(style, at) : before + 1);
  counts.length = at + 1;
  const label = labelOf(style, at, counts);
  return label === '' || /[\p{L}\p{N}]/u.test(label) ? label : '-';
}

export const startValueOf = ({ attributes }: XmlElement): number | null =>
  integer(attributes['text:start-value']);

const startOf = (style: XmlElement | null, level: number) =>
  integer(levelOf(style, level)?.attributes['text:start-value']) ?? 1;

function labelOf(
  style: XmlElement | null,
  level: number,
  counts: readonly (number | undefined)[],
): string {
  const own = levelOf(style, level);
  if (own === undefined) return style === null ? '-' : '';
  if (!own.name.endsWith('-number') && own.name !== 'text:outline-level-style')
    return own.name.endsWith('-bullet') && (own.attributes['text:bullet-char'] ?? '').trim() === ''
      ? ''
      : '-';
  const number = (index: number) => formatted(counts[index] ?? 1, levelOf(style, index));
  const pattern =
    own.attributes['style:num-list-format'] ?? own.attributes['loext:num-list-format'] ?? null;
  if (pattern !== null)
    return pattern
      .replaceAll(/%(\d{1,2})%/g, (_, digits: string) => number(Number(digits) - 1))
      .trim();
  if ((own.attributes['style:num-format'] ?? '') === '') return '';
  const shown = integer(own.attributes['text:display-levels']) ?? 1;
  const numbers = Array.from({ length: level + 1 }, (_, index) => number(index))
    .slice(-Math.max(1, shown))
    .filter((text) => text !== '');
  const { 'style:num-prefix': prefix = '', 'style:num-suffix': suffix = '' } = own.attributes;
  return `${prefix}${numbers.join('.')}${suffix}`.trim();
}

function formatted(number: number, level: XmlElement | undefined): string {
  const { 'style:num-format': format = '', 'style:num-letter-sync': sync } =
    level?.attributes ?? {};
  const letters = sync === 'true' ? repeatedLetter : alphabeticNumeral;
  switch (format) {
    case '':
      return '';
    case 'a':
      return letters(number);
    case 'A':
      return letters(number).toUpperCase();
    case 'i':
      return romanNumeral(number);
    case 'I':
      return romanNumeral(number).toUpperCase();
    default:
      return String(number);
  }
}
