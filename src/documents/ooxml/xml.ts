import { walkXml, type XmlVocabulary } from './walk-xml.ts';

/** An element. Names carry the usual prefix of their namespace, whatever the file declares: `w:p`. */
export interface XmlElement {
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly children: (XmlElement | string)[];
}

/** A vocabulary, with the elements whose own text has a meaning. */
export interface TreeVocabulary extends XmlVocabulary {
  readonly hasText: (name: string) => boolean;
  /** Receives each element when it ends, and the elements around it from the root on; true removes it from the tree. */
  readonly take?: (node: XmlElement, around: readonly XmlElement[]) => boolean;
  readonly maxElements?: number;
}

/** Elements of Office Open XML whose text counts. White space between elements has no meaning. */
const textual =
  /:t$|^(?:w:instrText|c:v|c:formatCode|cx:v|cx:pt|x:author|xtc:text|xdr:row|xdr:col|p:text)$/;

/**
 * Parses XML strictly, by default as Office Open XML. Throws `corrupt` for malformed XML, `unsafe_xml`
 * for a document type, and `too_large`.
 */
export function parseXml(source: Uint8Array | string, vocabulary?: TreeVocabulary): XmlElement {
  const root: XmlElement = { name: '', attributes: {}, children: [] };
  const open: XmlElement[] = [root];
  const hasText = vocabulary?.hasText ?? ((name) => textual.test(name));
  walkXml(
    source,
    {
      open: (name, attributes) => {
        const node = { name, attributes, children: [] };
        open.at(-1)?.children.push(node);
        open.push(node);
      },
      close: () => {
        const node = open.pop();
        if (node !== undefined && vocabulary?.take?.(node, open) === true)
          open.at(-1)?.children.pop();
      },
      text: (text) => {
        const node = open.at(-1);
        if (node !== undefined && hasText(node.name)) node.children.push(text);
      },
    },
    vocabulary?.maxElements,
    vocabulary,
  );
  return root;
}

export const elementsOf = (node: XmlElement | undefined): XmlElement[] =>
  (node?.children ?? []).filter((child) => typeof child !== 'string');

export const childOf = (node: XmlElement | undefined, name: string): XmlElement | undefined =>
  elementsOf(node).find((child) => child.name === name);

/** Returns the value of a property element: `<w:numFmt w:val="decimal"/>`. */
export const propertyOf = (node: XmlElement | undefined, name: string): string | null =>
  childOf(node, name)?.attributes['w:val'] ?? null;

export function integerOf(node: XmlElement | undefined, name: string): number | null {
  const value = propertyOf(node, name);
  return value !== null && /^-?\d{1,9}$/.test(value) ? Number(value) : null;
}

/** Returns a flag: present means on unless its value is off; null when absent. */
export function flagOf(node: XmlElement | undefined, name: string): boolean | null {
  const found = childOf(node, name);
  return found === undefined
    ? null
    : !/^(?:0|false|off|none)$/.test(found.attributes['w:val'] ?? '1');
}

/** Yields descendants by name in document order, without those nested in one another. */
export function* descendants(node: XmlElement, name: string): Generator<XmlElement> {
  for (const child of elementsOf(node)) {
    if (child.name === name) yield child;
    else yield* descendants(child, name);
  }
}

export const textIn = (node: XmlElement | undefined): string =>
  (node?.children ?? [])
    .map((child) => (typeof child === 'string' ? child : textIn(child)))
    .join('');
