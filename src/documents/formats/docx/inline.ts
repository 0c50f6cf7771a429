import { symbolOf, withSymbols } from '../../markup/symbol-font.ts';
import { element, type Node, textOf } from '../../markup/tree.ts';
import { alternative } from '../../ooxml/alternative.ts';
import { readMath } from '../../ooxml/math.ts';
import {
  childOf,
  descendants,
  elementsOf,
  propertyOf,
  textIn,
  type XmlElement,
} from '../../ooxml/xml.ts';
import { contentOfControl } from './control.ts';
import { Fields } from './fields.ts';
import { type RunFormat, readRunFormat, type Style, type Styles } from './styles.ts';

/** Adjacent nodes with the same format. */
interface Stretch {
  readonly marks: readonly string[];
  readonly nodes: Node[];
  readonly format: RunFormat;
}

export interface InlineContext {
  readonly styles: Styles;
  /** Reads content anchored in a line but laid out apart from it: text boxes and drawings. */
  readonly aside: (drawing: XmlElement) => Node[];
  /** Returns the reference mark of a note. */
  readonly noteMark: (kind: 'footnote' | 'endnote', id: string) => string;
  /** Receives the id of a comment on visible text. */
  readonly comment: (id: string) => void;
  /** Skips page number fields, which have no meaning outside of their page. */
  readonly skipsPageFields: boolean;
}

export interface InlineResult {
  readonly nodes: Node[];
  readonly asides: Node[];
  readonly isMonospaced: boolean;
  readonly isBold: boolean;
  readonly isEmpty: boolean;
}

/** Elements that may wrap runs without changing their meaning. */
const wrappers = new Set([
  'w:hyperlink',
  'w:fldSimple',
  'w:smartTag',
  'w:customXml',
  'w:ins',
  'w:moveTo',
  'w:bdo',
  'w:dir',
  'w:sdtContent',
]);

/** Reads the runs of consecutive paragraphs, since a field may begin in one and end in another. */
export class InlineReader {
  readonly #context: InlineContext;
  readonly #fields: Fields;
  #stretches: Stretch[] = [];
  #asides: Node[] = [];
  #paragraph: readonly Style[] = [];

  constructor(context: InlineContext) {
    this.#context = context;
    this.#fields = new Fields(context.skipsPageFields);
  }

  read(paragraph: XmlElement, styles: readonly Style[]): InlineResult {
    const outer = [this.#stretches, this.#asides, this.#paragraph] as const;
    this.#stretches = [];
    this.#asides = [];
    this.#paragraph = styles;
    this.#children(paragraph);
    this.#fields.endParagraph();
    const stretches = this.#stretches;
    const asides = this.#asides;
    [this.#stretches, this.#asides, this.#paragraph] = outer;
    const seen = stretches.filter(({ nodes }) => nodes.some((node) => textOf(node).trim() !== ''));
    return {
      nodes: merged(stretches),
      asides,
      isMonospaced: seen.length > 0 && seen.every(({ format }) => format.isMonospaced === true),
      isBold: seen.length > 0 && seen.every(({ format }) => format.isBold === true),
      isEmpty: seen.length === 0,
    };
  }

  #children(node: XmlElement): void {
    for (const child of elementsOf(node)) this.#child(child);
  }

  #child(node: XmlElement): void {
    if (node.name === 'w:r') this.#run(node);
    else if (
      node.name === 'w:fldSimple' &&
      this.#fields.isSkipped(node.attributes['w:instr'] ?? '')
    )
      return;
    else if (wrappers.has(node.name)) this.#children(node);
    else if (node.name === 'w:sdt')
      for (const content of contentOfControl(node)) this.#children(content);
    else if (node.name === 'mc:AlternateContent') this.#children(alternative(node));
    else if (node.name === 'm:oMath' || node.name === 'm:oMathPara')
      this.#add([readMath(node)], plainFormat);
  }

  #run(run: XmlElement): void {
    const properties = childOf(run, 'w:rPr');
    const { styles } = this.#context;
    const format = styles.resolve(
      readRunFormat(properties),
      this.#paragraph,
      styles.chain(propertyOf(properties, 'w:rStyle')),
    );
    for (const node of elementsOf(run)) this.#runContent(node, format);
  }

  #runContent(node: XmlElement, format: RunFormat): void {
    if (node.name === 'w:fldChar') {
      const state = this.#fields.enter(node);
      if (state !== null && format.isHidden !== true) this.#add([state], format);
    } else if (node.name === 'w:instrText') this.#fields.addCode(node);
    else if (format.isHidden !== true && !this.#fields.isUnseen) this.#seen(node, format);
  }

  #seen(node: XmlElement, format: RunFormat): void {
    if (node.name === 'mc:AlternateContent') {
      for (const inner of elementsOf(alternative(node))) this.#runContent(inner, format);
    } else if (node.name === 'w:drawing' || node.name === 'w:pict' || node.name === 'w:object') {
      if (isUnseen(node)) return;
      this.#asides.push(...this.#context.aside(node));
      this.#add([pictureText(node)], format);
    } else this.#add(this.#text(node, format), format);
  }

  #text(node: XmlElement, { font }: RunFormat): Node[] {
    switch (node.name) {
      case 'w:t':
        return [withSymbols(textIn(node), font)];
      case 'w:tab':
      case 'w:ptab':
        return ['\t'];
      case 'w:br':
      case 'w:cr':
        return [element('br', [])];
      case 'w:noBreakHyphen':
        return ['-'];
      case 'w:sym':
        return [symbol(node)];
      case 'w:footnoteReference':
        return [this.#context.noteMark('footnote', node.attributes['w:id'] ?? '')];
      case 'w:endnoteReference':
        return [this.#context.noteMark('endnote', node.attributes['w:id'] ?? '')];
      case 'w:commentReference':
        this.#context.comment(node.attributes['w:id'] ?? '');
        return [];
      case 'w:ruby':
        return [rubyText(childOf(node, 'w:rubyBase')), `(${rubyText(childOf(node, 'w:rt'))})`];
      default:
        return [];
    }
  }

  #add(nodes: readonly Node[], format: RunFormat): void {
    const kept = nodes.filter((node) => node !== '');
    if (kept.length === 0) return;
    const marks = [
      format.isStruck === true ? 'del' : '',
      format.position === 'sup' || format.position === 'sub' ? format.position : '',
    ];
    const last = this.#stretches.at(-1);
    if (
      last !== undefined &&
      last.marks.join() === marks.join() &&
      last.format.isBold === format.isBold &&
      last.format.isMonospaced === format.isMonospaced
    )
      last.nodes.push(...kept);
    else this.#stretches.push({ marks, nodes: [...kept], format });
  }
}

const plainFormat: RunFormat = {
  isHidden: false,
  isStruck: false,
  isBold: null,
  position: null,
  isMonospaced: null,
  font: null,
};

/** Merges neighbours with the same marks: `10^12`, not `10^1^2`. */
function merged(stretches: readonly Stretch[]): Node[] {
  const groups: { marks: readonly string[]; nodes: Node[] }[] = [];
  for (const { marks, nodes } of stretches) {
    const last = groups.at(-1);
    if (last !== undefined && last.marks.join() === marks.join()) last.nodes.push(...nodes);
    else groups.push({ marks, nodes: [...nodes] });
  }
  return groups.flatMap(({ marks, nodes }) =>
    marks
      .toReversed()
      .reduce<Node[]>((inner, mark) => (mark === '' ? inner : [element(mark, inner)]), nodes),
  );
}

/** True for drawings hidden in the selection pane or by the style of a shape. */
const isUnseen = (node: XmlElement): boolean =>
  [...descendants(node, 'wp:docPr')].some(({ attributes }) =>
    /^(?:1|true|on)$/.test(attributes.hidden ?? ''),
  ) ||
  elementsOf(node).some(({ attributes }) =>
    /(?:visibility\s*:\s*hidden|display\s*:\s*none)/i.test(attributes.style ?? ''),
  );

/** Returns the alternative text of a picture. */
function pictureText(node: XmlElement): string {
  const [properties] = descendants(node, 'wp:docPr');
  const [shape] = descendants(node, 'v:shape');
  const [path] = descendants(node, 'v:textpath');
  const words = [
    properties?.attributes.descr,
    shape?.attributes.alt,
    path?.attributes.string,
  ].filter(Boolean);
  return words.length === 0 ? '' : ` ${words.join(' ')} `;
}

const rubyText = (node: XmlElement | undefined): string =>
  node === undefined ? '' : [...descendants(node, 'w:t')].map(textIn).join('');

function symbol(node: XmlElement): string {
  const code = Number.parseInt(node.attributes['w:char'] ?? '', 16);
  return Number.isInteger(code) ? symbolOf(node.attributes['w:font'] ?? '', code) : '';
}

export const isBlank = (nodes: readonly Node[]): boolean =>
  nodes.every((node) => textOf(node).trim() === '');
