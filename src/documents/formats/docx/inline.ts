import { codePoint } from 'dingbat-to-unicode';
import { element, type Node, textOf } from '../../markup/tree.ts';
import { alternative } from '../../ooxml/alternative.ts';
import { readMath } from '../../ooxml/math.ts';
import {
  childOf,
  descendants,
  elementsOf,
  flagOf,
  propertyOf,
  textIn,
  type XmlElement,
} from '../../ooxml/xml.ts';
import { showsPrompt } from './prompt.ts';
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

/** An open field. Fields may span paragraphs. */
interface Field {
  isCode: boolean;
  code: string;
}

/** Reads the runs of consecutive paragraphs, since a field may begin in one and end in another. */
export class InlineReader {
  readonly #context: InlineContext;
  readonly #fields: Field[] = [];
  #stretches: Stretch[] = [];
  #asides: Node[] = [];
  #paragraph: readonly Style[] = [];

  constructor(context: InlineContext) {
    this.#context = context;
  }

  read(paragraph: XmlElement, styles: readonly Style[]): InlineResult {
    const outer = [this.#stretches, this.#asides, this.#paragraph] as const;
    this.#stretches = [];
    this.#asides = [];
    this.#paragraph = styles;
    this.#children(paragraph);
    // Field codes end with their paragraph, so that an unclosed one hides no further text.
    while (this.#fields.at(-1)?.isCode) this.#fields.pop();
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
    else if (node.name === 'w:fldSimple' && this.#isSkipped(node.attributes['w:instr'] ?? ''))
      return;
    else if (wrappers.has(node.name)) this.#children(node);
    else if (node.name === 'w:sdt') this.#control(node);
    else if (node.name === 'mc:AlternateContent') this.#children(alternative(node));
    else if (node.name === 'm:oMath' || node.name === 'm:oMathPara')
      this.#add([readMath(node)], plainFormat);
  }

  /** Reads a content control. */
  #control(node: XmlElement): void {
    if (showsPrompt(node)) return;
    for (const content of elementsOf(node))
      if (content.name === 'w:sdtContent') this.#children(content);
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
      this.#fieldCharacter(node, format);
      return;
    }
    if (node.name === 'w:instrText') {
      const field = this.#fields.at(-1);
      if (field?.isCode) field.code += textIn(node);
      return;
    }
    if (
      format.isHidden === true ||
      this.#fields.some(({ isCode, code }) => isCode || this.#isSkipped(code))
    )
      return;
    if (node.name === 'mc:AlternateContent') {
      for (const inner of elementsOf(alternative(node))) this.#runContent(inner, format);
    } else if (node.name === 'w:drawing' || node.name === 'w:pict' || node.name === 'w:object') {
      if (isUnseen(node)) return;
      this.#asides.push(...this.#context.aside(node));
      this.#add([pictureText(node)], format);
    } else this.#add(this.#text(node), format);
  }

  #text(node: XmlElement): Node[] {
    switch (node.name) {
      case 'w:t':
        return [textIn(node)];
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

  #fieldCharacter(node: XmlElement, format: RunFormat): void {
    const type = node.attributes['w:fldCharType'];
    if (type === 'begin') {
      this.#fields.push({ isCode: true, code: '' });
      const box = childOf(childOf(node, 'w:ffData'), 'w:checkBox');
      const isChecked = flagOf(box, 'w:checked') ?? flagOf(box, 'w:default') ?? false;
      if (box !== undefined && format.isHidden !== true)
        this.#add([isChecked ? '[x]' : '[ ]'], format);
    } else if (type === 'separate') {
      const field = this.#fields.at(-1);
      if (field !== undefined) field.isCode = false;
    } else if (type === 'end') this.#fields.pop();
  }

  #isSkipped = (code: string) =>
    this.#context.skipsPageFields && /^\s*(?:PAGE|NUMPAGES|SECTIONPAGES|SECTION)\b/i.test(code);

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
  if (!Number.isInteger(code) || code < 0x20 || code > 0x10ffff) return '';
  const font = node.attributes['w:font'] ?? '';
  const known = codePoint(font, code) ?? codePoint(font, code & 0xff);
  if (known !== undefined) return known.string;
  return code >= 0xe000 && code <= 0xf8ff ? '' : String.fromCodePoint(code);
}

export const isBlank = (nodes: readonly Node[]): boolean =>
  nodes.every((node) => textOf(node).trim() === '');
