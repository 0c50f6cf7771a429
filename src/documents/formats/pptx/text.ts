import { withSymbols } from '../../markup/symbol-font.ts';
import { element, type Node, textOf } from '../../markup/tree.ts';
import { alternative } from '../../ooxml/alternative.ts';
import { readMath } from '../../ooxml/math.ts';
import { childOf, elementsOf, textIn, type XmlElement } from '../../ooxml/xml.ts';
import { BulletCounter } from './bullets.ts';

/**
 * Reads a text body (ECMA-376, 21.1.2) into paragraphs and list items. `styles` are the lists of styles
 * that apply, nearest first.
 */
export function readText(body: XmlElement | undefined, styles: readonly XmlElement[] = []): Node[] {
  const bullets = new BulletCounter(
    [childOf(body, 'a:lstStyle'), ...styles].filter((style) => style !== undefined),
  );
  let isInList = false;
  return elementsOf(body).flatMap((paragraph): Node[] => {
    if (paragraph.name !== 'a:p') return [];
    const nodes = readLine(paragraph);
    if (nodes.every((node) => textOf(node).trim() === '')) {
      isInList = false;
      return [];
    }
    const properties = childOf(paragraph, 'a:pPr');
    const level = levelOf(properties);
    const label = bullets.next(properties, level);
    const close = String(isInList && label !== null);
    isInList = label !== null;
    return label === null
      ? [element('p', nodes)]
      : [element('item', nodes, { label, indent: '  '.repeat(level), close })];
  });
}

const levelOf = (properties: XmlElement | undefined): number => {
  const level = Number(properties?.attributes.lvl ?? 0);
  return Number.isInteger(level) ? Math.min(8, Math.max(0, level)) : 0;
};

/** Reads the runs of a paragraph. Numbers of slides and texts of at most one point are left out. */
export function readLine(paragraph: XmlElement): Node[] {
  const stretches: { marks: string; nodes: Node[] }[] = [];
  const add = (marks: string, node: Node) => {
    const last = stretches.at(-1);
    if (last?.marks === marks) last.nodes.push(node);
    else stretches.push({ marks, nodes: [node] });
  };
  const read = (node: XmlElement) => {
    if (node.name === 'a:br') add('', element('br', []));
    else if (node.name === 'mc:AlternateContent') elementsOf(alternative(node)).forEach(read);
    else if (node.name === 'a14:m') for (const math of mathIn(node)) add('', math);
    else if (node.name === 'a:r' || (node.name === 'a:fld' && node.attributes.type !== 'slidenum'))
      add(marksOf(node), isTiny(node) ? '' : textOfRun(node));
  };
  elementsOf(paragraph).forEach(read);
  return stretches.flatMap(({ marks, nodes }) =>
    marks
      .split(' ')
      .filter(Boolean)
      .reduce<Node[]>((inner, mark) => [element(mark, inner)], nodes),
  );
}

const mathIn = (node: XmlElement): Node[] =>
  elementsOf(node).flatMap((child) =>
    child.name === 'm:oMath' ? [readMath(child)] : mathIn(child),
  );

function textOfRun(run: XmlElement): string {
  const properties = childOf(run, 'a:rPr');
  const font = childOf(properties, 'a:sym') ?? childOf(properties, 'a:latin');
  return withSymbols(textIn(childOf(run, 'a:t')), font?.attributes.typeface ?? null);
}

/** Size in hundredths of a point. */
const isTiny = (run: XmlElement) => Number(childOf(run, 'a:rPr')?.attributes.sz ?? 1800) <= 100;

function marksOf(run: XmlElement): string {
  const { strike = 'noStrike', baseline = '0' } = childOf(run, 'a:rPr')?.attributes ?? {};
  const raised = Number.parseInt(baseline, 10) || 0;
  const position = raised === 0 ? '' : raised > 0 ? 'sup' : 'sub';
  return [position, strike === 'noStrike' ? '' : 'del'].filter(Boolean).join(' ');
}
