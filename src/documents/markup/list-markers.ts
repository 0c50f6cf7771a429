import { alphabeticNumeral, romanNumeral } from './numerals.ts';
import { type Element, isElement } from './tree.ts';

/** Returns the markers of list items as a browser shows them (HTML Standard, "The ol element"). */
export function listMarkers(list: Element): string[] {
  const items = list.children.filter(isElement).filter(({ tag }) => tag === 'li');
  if (list.tag !== 'ol') return items.map(() => '- ');
  const isReversed = list.attributes.reversed !== undefined;
  let next = integer(list.attributes.start) ?? (isReversed ? items.length : 1);
  return items.map((item) => {
    const ordinal = integer(item.attributes.value) ?? next;
    next = ordinal + (isReversed ? -1 : 1);
    return `${numeral(ordinal, item.attributes.type ?? list.attributes.type ?? '1')}. `;
  });
}

function integer(text: string | undefined): number | null {
  const match = /^\s*[+-]?\d{1,9}/.exec(text ?? '');
  return match === null ? null : Number(match[0]);
}

function numeral(ordinal: number, type: string): string {
  switch (type) {
    case 'a':
      return alphabeticNumeral(ordinal);
    case 'A':
      return alphabeticNumeral(ordinal).toUpperCase();
    case 'i':
      return romanNumeral(ordinal);
    case 'I':
      return romanNumeral(ordinal).toUpperCase();
    default:
      return String(ordinal);
  }
}
