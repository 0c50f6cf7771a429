import {
  childOf,
  descendants,
  flagOf,
  integerOf,
  propertyOf,
  type XmlElement,
} from '../../ooxml/xml.ts';

/** Formatting of a run that affects its text or meaning; null for properties that are not set. */
export interface RunFormat {
  readonly isHidden: boolean | null;
  readonly isStruck: boolean | null;
  readonly isBold: boolean | null;
  readonly position: 'sup' | 'sub' | 'baseline' | null;
  readonly isMonospaced: boolean | null;
  readonly font: string | null;
}

export interface Style {
  readonly id: string;
  readonly name: string;
  readonly basedOn: string | null;
  readonly run: RunFormat;
  readonly paragraph: XmlElement | undefined;
  /** True when tables of this style format their first row differently. */
  readonly hasFirstRow: boolean;
}

const monospaced =
  /courier|consolas|\bmono|menlo|monaco|lucida console|fixedsys|source code|cascadia|inconsolata|typewriter/i;

export function readRunFormat(properties: XmlElement | undefined): RunFormat {
  const struck = flagOf(properties, 'w:strike');
  const fonts = childOf(properties, 'w:rFonts')?.attributes;
  const font = fonts?.['w:ascii'] ?? fonts?.['w:hAnsi'] ?? null;
  const align = propertyOf(properties, 'w:vertAlign');
  const size = integerOf(properties, 'w:sz');
  // In half points: smaller offsets are no superscript or subscript, unless the text is set in a size of its own.
  const raised = integerOf(properties, 'w:position') ?? 0;
  const isMoved = Math.abs(raised) >= (size === null ? 4 : 2);
  const moved = isMoved ? (raised > 0 ? 'sup' : 'sub') : null;
  // In half points: text of at most one point is invisible.
  const isTiny = size !== null && size <= 2;
  return {
    isHidden: isTiny ? true : flagOf(properties, 'w:vanish'),
    isStruck: struck === true ? true : (flagOf(properties, 'w:dstrike') ?? struck),
    isBold: flagOf(properties, 'w:b'),
    position:
      align === 'superscript'
        ? 'sup'
        : align === 'subscript'
          ? 'sub'
          : align === null
            ? moved
            : 'baseline',
    isMonospaced: font === null ? null : monospaced.test(font),
    font: fonts?.['w:hAnsi'] ?? font,
  };
}

/** Styles of a document with their inheritance. */
export class Styles {
  readonly #styles = new Map<string, Style>();
  readonly #defaults: RunFormat;
  readonly #defaultParagraph: string | null = null;

  constructor(root: XmlElement | null) {
    const defaults = root === null ? undefined : [...descendants(root, 'w:rPrDefault')][0];
    this.#defaults = readRunFormat(childOf(defaults, 'w:rPr'));
    for (const node of root === null ? [] : descendants(root, 'w:style')) {
      const id = node.attributes['w:styleId'] ?? '';
      const firstRow = [...descendants(node, 'w:tblStylePr')].find(
        ({ attributes }) => attributes['w:type'] === 'firstRow',
      );
      this.#styles.set(id, {
        id,
        name: (propertyOf(node, 'w:name') ?? id).toLowerCase(),
        basedOn: propertyOf(node, 'w:basedOn'),
        run: readRunFormat(childOf(node, 'w:rPr')),
        paragraph: childOf(node, 'w:pPr'),
        hasFirstRow: firstRow !== undefined && firstRow.children.length > 0,
      });
      const isDefault = /^(?:1|true|on)$/.test(node.attributes['w:default'] ?? '');
      if (isDefault && node.attributes['w:type'] === 'paragraph') this.#defaultParagraph = id;
    }
  }

  /** Returns a style and the styles it is based on, nearest first. */
  chain(id: string | null): Style[] {
    const chain: Style[] = [];
    for (
      let style = this.#styles.get(id ?? '');
      style !== undefined && chain.length < 30;
      style = this.#styles.get(style.basedOn ?? '')
    ) {
      if (chain.includes(style)) break;
      chain.push(style);
    }
    return chain;
  }

  paragraphChain = (id: string | null): Style[] => this.chain(id ?? this.#defaultParagraph);

  /**
   * Resolves the format of a run: direct formatting, else its styles, whose toggle properties
   * cancel each other (ECMA-376, 17.7.3), else the defaults.
   */
  resolve(direct: RunFormat, paragraph: readonly Style[], character: readonly Style[]): RunFormat {
    const nearest = <Key extends keyof RunFormat>(
      chain: readonly Style[],
      key: Key,
    ): RunFormat[Key] | null => chain.find(({ run }) => run[key] !== null)?.run[key] ?? null;
    const toggle = (key: 'isHidden' | 'isStruck' | 'isBold'): boolean => {
      if (direct[key] !== null) return direct[key];
      const [ofParagraph, ofCharacter] = [nearest(paragraph, key), nearest(character, key)];
      if (ofParagraph === null && ofCharacter === null) return this.#defaults[key] ?? false;
      return (ofParagraph ?? false) !== (ofCharacter ?? false);
    };
    return {
      isHidden: toggle('isHidden'),
      isStruck: toggle('isStruck'),
      isBold: toggle('isBold'),
      position: direct.position ?? nearest(character, 'position') ?? nearest(paragraph, 'position'),
      isMonospaced:
        direct.isMonospaced ??
        nearest(character, 'isMonospaced') ??
        nearest(paragraph, 'isMonospaced') ??
        this.#defaults.isMonospaced,
      font:
        direct.font ??
        nearest(character, 'font') ??
        nearest(paragraph, 'font') ??
        this.#defaults.font,
    };
  }
}
