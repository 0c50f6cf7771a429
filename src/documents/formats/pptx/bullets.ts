import { alphabeticNumeral, romanNumeral } from '../../markup/numerals.ts';
import { childOf, elementsOf, type XmlElement } from '../../ooxml/xml.ts';

/** Mark of a list item: none, a bullet, or a number of this type. */
type Bullet =
  | { readonly kind: 'none' | 'bullet' }
  | { readonly kind: 'number'; readonly type: string; readonly start: number };

/**
 * Returns the bullet of a paragraph, from the first of its properties that has one (ECMA-376, 21.1.2.4):
 * its own, then those of its level in the lists of styles.
 */
function bulletOf(
  properties: XmlElement | undefined,
  level: number,
  styles: readonly XmlElement[],
): Bullet {
  const sources = [properties, ...styles.map((style) => childOf(style, `a:lvl${level + 1}pPr`))];
  for (const source of sources) {
    for (const { name, attributes } of elementsOf(source)) {
      if (name === 'a:buNone') return { kind: 'none' };
      if (name === 'a:buChar' || name === 'a:buBlip') return { kind: 'bullet' };
      if (name === 'a:buAutoNum') {
        const start = Number(attributes.startAt ?? 1);
        return { kind: 'number', type: attributes.type ?? 'arabicPeriod', start };
      }
    }
  }
  return { kind: 'none' };
}

/** Numbers the list items of one text. */
export class BulletCounter {
  readonly #styles: readonly XmlElement[];
  readonly #numbers: { type: string; next: number }[] = [];

  /** `styles` are the lists of styles that apply to the text, nearest first. */
  constructor(styles: readonly XmlElement[]) {
    this.#styles = styles;
  }

  /** Returns the label of the next paragraph; null for a plain paragraph. */
  next(properties: XmlElement | undefined, level: number): string | null {
    const bullet = bulletOf(properties, level, this.#styles);
    this.#numbers.length = Math.min(this.#numbers.length, level + 1);
    if (bullet.kind !== 'number') {
      delete this.#numbers[level];
      return bullet.kind === 'bullet' ? '-' : null;
    }
    const known = this.#numbers[level];
    const counter = known?.type === bullet.type ? known : { type: bullet.type, next: bullet.start };
    this.#numbers[level] = counter;
    counter.next += 1;
    return numbered(counter.next - 1, bullet.type);
  }
}

/** Writes a number in a scheme such as `romanUcParenBoth` (ECMA-376, 20.1.10.61). */
function numbered(number: number, scheme: string): string {
  const numeral = numeralOf(number, scheme);
  if (/ParenBoth$/.test(scheme)) return `(${numeral})`;
  if (/ParenR$/.test(scheme)) return `${numeral})`;
  return /Plain$/.test(scheme) ? numeral : `${numeral}.`;
}

function numeralOf(number: number, scheme: string): string {
  if (/^alphaLc/.test(scheme)) return alphabeticNumeral(number);
  if (/^alphaUc/.test(scheme)) return alphabeticNumeral(number).toUpperCase();
  if (/^romanLc/.test(scheme)) return romanNumeral(number);
  return /^romanUc/.test(scheme) ? romanNumeral(number).toUpperCase() : String(number);
}
