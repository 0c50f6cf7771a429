import { childOf, descendants, elementsOf, type XmlElement } from './xml.ts';

/** Elements with content that is read. */
const readable = [
  'w:t',
  'w:drawing',
  'w:pict',
  'm:oMath',
  'a:t',
  'c:chart',
  'cx:chart',
  'dgm:relIds',
];

/** Returns the first choice with content, else the fallback: they are equivalent (ECMA-376, part 3, 7.4). */
export function alternative(node: XmlElement): XmlElement {
  const choices = elementsOf(node).filter(({ name }) => name === 'mc:Choice');
  const isReadable = (choice: XmlElement) =>
    readable.some((name) => !descendants(choice, name).next().done);
  return choices.find(isReadable) ?? childOf(node, 'mc:Fallback') ?? choices[0] ?? node;
}
