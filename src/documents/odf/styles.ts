import { childOf, elementsOf, type XmlElement } from '../ooxml/xml.ts';

/** Formatting of text that affects its meaning; null for properties that are not set. */
export interface TextFormat {
  readonly isHidden: boolean | null;
  readonly isStruck: boolean | null;
  readonly isBold: boolean | null;
  readonly position: 'sup' | 'sub' | 'baseline' | null;
  readonly font: string | null;
}

const maxAncestors = 30;

/** Named and automatic styles with their inheritance (OpenDocument 1.4, part 3, 16). */
export class OdfStyles {
  readonly #styles = new Map<string, XmlElement>();
  readonly #lists = new Map<string, XmlElement>();
  readonly #formats = new Map<string, TextFormat>();
  /** Numbering of headings. */
  readonly outline: XmlElement | null;

  /** Automatic styles come before named ones of the same name. */
  constructor(...holders: readonly (XmlElement | undefined)[]) {
    const nodes = holders.flatMap((holder) => elementsOf(holder));
    for (const node of nodes.toReversed()) {
      const { 'style:name': name = '', 'style:family': family = '' } = node.attributes;
      if (node.name === 'style:style') this.#styles.set(`${family}/${name}`, node);
      if (node.name === 'text:list-style') this.#lists.set(name, node);
    }
    this.outline = nodes.find(({ name }) => name === 'text:outline-style') ?? null;
  }

  list(name: string): XmlElement | null {
    return this.#lists.get(name) ?? null;
  }

  /** Returns a style and those it inherits from, nearest first. */
  chain(family: string, name: string | undefined): XmlElement[] {
    const chain: XmlElement[] = [];
    let next = name;
    while (next !== undefined && chain.length < maxAncestors) {
      const style = this.#styles.get(`${family}/${next}`);
      if (style === undefined) break;
      chain.push(style);
      next = style.attributes['style:parent-style-name'];
    }
    return chain;
  }

  /** Returns a property of a style, own or inherited: `property('table', 'T1', 'table-properties', 'table:display')`. */
  property(
    family: string,
    name: string | undefined,
    group: string,
    property: string,
  ): string | null {
    for (const style of this.chain(family, name)) {
      const value = childOf(style, `style:${group}`)?.attributes[property];
      if (value !== undefined) return value;
    }
    return null;
  }

  /** Returns names of a style and its ancestors as a reader sees them, in lower case. */
  namesOf(family: string, name: string | undefined): string[] {
    const own = name === undefined ? [] : [name];
    const named = this.chain(family, name).map(
      ({ attributes }) => attributes['style:display-name'] ?? attributes['style:name'] ?? '',
    );
    return [...own, ...named].map((text) => text.replaceAll('_20_', ' ').toLowerCase());
  }

  format(family: string, name: string | undefined): TextFormat {
    const key = `${family}/${name}`;
    const format = this.#formats.get(key) ?? this.#readFormat(family, name);
    this.#formats.set(key, format);
    return format;
  }

  #readFormat(family: string, name: string | undefined): TextFormat {
    const property = (key: string) => this.property(family, name, 'text-properties', key);
    const [display, size] = [property('text:display'), property('fo:font-size')];
    const weight = property('fo:font-weight');
    const struck =
      property('style:text-line-through-type') ?? property('style:text-line-through-style');
    return {
      // Text of at most one point is invisible.
      isHidden: /^(?:0(?:\.\d+)?|1(?:\.0+)?)pt$/.test(size ?? '')
        ? true
        : display === null
          ? null
          : display === 'none',
      isStruck: struck === null ? null : struck !== 'none',
      isBold: weight === null ? null : /^(?:bold|[6-9]00)$/.test(weight),
      position: positionOf(property('style:text-position')),
      font: fontOf(property('fo:font-family') ?? property('style:font-name')),
    };
  }
}

/** Returns a font without quotes, and without the digit of a second declaration of a symbol font: `Wingdings1`. */
const fontOf = (name: string | null): string | null =>
  name?.replaceAll(/["']/g, '').replace(/^(symbol|webdings|wingdings(?: [23])?)\d$/i, '$1') ?? null;

/** Reads `super 58%`, `sub`, or an offset in percent of the font's height and the size of the letters. */
function positionOf(value: string | null): TextFormat['position'] {
  const [offset, size = '100%'] = value?.split(' ') ?? [];
  if (offset === undefined) return null;
  if (offset === 'super' || offset === 'sub') return offset === 'super' ? 'sup' : 'sub';
  const percent = Number.parseFloat(offset);
  const isMoved = Math.abs(percent) >= 10 || (percent !== 0 && Number.parseFloat(size) < 100);
  if (!isMoved) return 'baseline';
  return percent > 0 ? 'sup' : 'sub';
}

export const inheritFormat = (outer: TextFormat, inner: TextFormat): TextFormat => ({
  isHidden: inner.isHidden ?? outer.isHidden,
  isStruck: inner.isStruck ?? outer.isStruck,
  isBold: inner.isBold ?? outer.isBold,
  position: inner.position ?? outer.position,
  font: inner.font ?? outer.font,
});
