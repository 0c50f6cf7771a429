import type { XmlElement } from './xml.ts';

/** An element that a reader of a binary format makes, to be read as Office Open XML. */
export const xml = (
  name: string,
  attributes: Readonly<Record<string, string>> = {},
  children: readonly (XmlElement | string)[] = [],
): XmlElement => ({ name, attributes, children: [...children] });

/** A property element: `<w:numFmt w:val="decimal"/>`. */
export const property = (name: string, value: string | number | boolean): XmlElement =>
  xml(name, { 'w:val': typeof value === 'boolean' ? String(Number(value)) : String(value) });
