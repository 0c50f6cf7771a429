import { symbolField } from '../../markup/symbol-font.ts';
import {
  childOf,
  elementsOf,
  flagOf,
  integerOf,
  textIn,
  type XmlElement,
} from '../../ooxml/xml.ts';

/** An open field. Fields may span paragraphs. */
interface Field {
  /** True while nothing of the field is shown: in its code, and in a result that repeats what `isShown`. */
  isUnseen: boolean;
  isShown: boolean;
  code: string;
}

/** Fields that are open at a place of a document (ECMA-376, 17.16). */
export class Fields {
  readonly #open: Field[] = [];
  readonly #skipsPageFields: boolean;

  constructor(skipsPageFields: boolean) {
    this.#skipsPageFields = skipsPageFields;
  }

  /** True where the text belongs to the code of a field or to a field that is skipped. */
  get isUnseen(): boolean {
    return this.#open.some(({ isUnseen, code }) => isUnseen || this.isSkipped(code));
  }

  isSkipped = (code: string): boolean =>
    this.#skipsPageFields && /^\s*(?:PAGE|NUMPAGES|SECTIONPAGES|SECTION)\b/i.test(code);

  /** Follows a field character. Returns what the field shows in place of a result; null for nothing. */
  enter(node: XmlElement): string | null {
    const type = node.attributes['w:fldCharType'];
    if (type === 'begin') return this.#begin(formState(childOf(node, 'w:ffData')));
    const field = type === 'end' ? this.#open.pop() : this.#open.at(-1);
    if (field === undefined || field.isShown || !field.isUnseen) return null;
    const symbol = symbolField(field.code);
    field.isShown = symbol !== null;
    field.isUnseen = field.isShown;
    return this.#open.some((outer) => outer !== field && outer.isUnseen) ? null : symbol;
  }

  #begin(state: string | null): string | null {
    const isSeen = !this.isUnseen;
    this.#open.push({ isUnseen: true, isShown: state !== null, code: '' });
    return isSeen ? state : null;
  }

  addCode(node: XmlElement): void {
    const field = this.#open.at(-1);
    if (field?.isUnseen) field.code += textIn(node);
  }

  /** Field codes end with their paragraph, so that an unclosed one hides no further text. */
  endParagraph(): void {
    while (this.#open.at(-1)?.isUnseen) this.#open.pop();
  }
}

/** Returns what a check box or a drop-down list shows, which the result of the field repeats at most. */
function formState(data: XmlElement | undefined): string | null {
  const box = childOf(data, 'w:checkBox');
  if (box !== undefined)
    return (flagOf(box, 'w:checked') ?? flagOf(box, 'w:default')) === true ? '[x]' : '[ ]';
  const list = childOf(data, 'w:ddList');
  const entries = elementsOf(list)
    .filter(({ name }) => name === 'w:listEntry')
    .map(({ attributes }) => attributes['w:val'] ?? '');
  const chosen = integerOf(list, 'w:result') ?? integerOf(list, 'w:default') ?? 0;
  return entries[chosen] ?? entries[0] ?? null;
}
