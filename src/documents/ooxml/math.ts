import { type Element, element, type Node } from '../markup/tree.ts';
import { childOf, elementsOf, textIn, type XmlElement } from './xml.ts';

/** Converts a Word formula (ECMA-376, 22.1) to equivalent MathML elements. */
export const readMath = (node: XmlElement): Element =>
  element('math', elementsOf(node).flatMap(readNode));

const part = (node: XmlElement, name: string): Element =>
  element('mrow', elementsOf(childOf(node, name)).flatMap(readNode));

const characterOf = (node: XmlElement, name: string, otherwise: string): string => {
  const found = childOf(childOf(node, `${node.name}Pr`), name);
  return found === undefined ? otherwise : (found.attributes['m:val'] ?? '');
};

const isHidden = (node: XmlElement, name: string) =>
  /^(?:1|true|on)$/.test(characterOf(node, name, '0') || '1');

function readNode(node: XmlElement): Node[] {
  const inner = (name: string) => part(node, name);
  switch (node.name) {
    case 'm:r':
      return [element('mtext', [textIn(node)])];
    case 'm:f':
      return characterOf(node, 'm:type', '') === 'noBar'
        ? [element('mrow', ['(', inner('m:num'), ' choose ', inner('m:den'), ')'].map(asText))]
        : [element('mfrac', [inner('m:num'), inner('m:den')])];
    case 'm:sSup':
      return [element('msup', [inner('m:e'), inner('m:sup')])];
    case 'm:sSub':
      return [element('msub', [inner('m:e'), inner('m:sub')])];
    case 'm:sSubSup':
    case 'm:sPre':
      return [element('msubsup', [inner('m:e'), inner('m:sub'), inner('m:sup')])];
    case 'm:rad':
      return isHidden(node, 'm:degHide') || childOf(node, 'm:deg') === undefined
        ? [element('msqrt', [inner('m:e')])]
        : [element('mroot', [inner('m:e'), inner('m:deg')])];
    case 'm:nary':
      return nary(node);
    case 'm:d':
      return [delimited(node)];
    case 'm:func':
      return [inner('m:fName'), element('mtext', [' ']), inner('m:e')];
    case 'm:limLow':
      return [element('munder', [inner('m:e'), inner('m:lim')])];
    case 'm:limUpp':
      return [element('mover', [inner('m:e'), inner('m:lim')])];
    case 'm:m':
      return [
        element(
          'mtable',
          elementsOf(node)
            .filter(({ name }) => name === 'm:mr')
            .map((row) => element('mtr', entries(row))),
        ),
      ];
    case 'm:eqArr':
      return [element('mtable', entries(node))];
    default:
      return /Pr$/.test(node.name) ? [] : elementsOf(node).flatMap(readNode);
  }
}

/** A sum, product or integral with its limits. */
const nary = (node: XmlElement): Node[] => [
  element('munderover', [
    element('mo', [characterOf(node, 'm:chr', '∫')]),
    part(node, 'm:sub'),
    part(node, 'm:sup'),
  ]),
  element('mtext', [' ']),
  part(node, 'm:e'),
];

const asText = (node: Node): Node => (typeof node === 'string' ? element('mtext', [node]) : node);

const entries = (node: XmlElement): Element[] =>
  elementsOf(node)
    .filter(({ name }) => name === 'm:e')
    .map((entry) => element('mrow', elementsOf(entry).flatMap(readNode)));

function delimited(node: XmlElement): Element {
  const separator = characterOf(node, 'm:sepChr', '|');
  const inner = entries(node).flatMap((entry, index): Node[] =>
    index === 0 ? [entry] : [element('mtext', [separator]), entry],
  );
  const [open, close] = [characterOf(node, 'm:begChr', '('), characterOf(node, 'm:endChr', ')')];
  return element('mrow', [element('mtext', [open]), ...inner, element('mtext', [close])]);
}
