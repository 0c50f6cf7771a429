import { alternative } from '../../ooxml/alternative.ts';
import { childOf, elementsOf, type XmlElement } from '../../ooxml/xml.ts';
import { inheritedShapes, type SlideParts } from './placeholder.ts';

/** A rectangle on a slide, in English Metric Units. */
export interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

export interface PlacedShape {
  readonly node: XmlElement;
  /** Null when neither the shape nor what it inherits from has a position. */
  readonly box: Box | null;
}

/** Scale and offset of a group. */
interface Transform {
  readonly scaleX: number;
  readonly scaleY: number;
  readonly x: number;
  readonly y: number;
}

const identity: Transform = { scaleX: 1, scaleY: 1, x: 0, y: 0 };
const shapeNames = /^p:(?:sp|pic|graphicFrame|cxnSp)$/;

/** Returns the visible shapes of a slide with their positions, in their order; groups are dissolved. */
export function visibleShapes(
  tree: XmlElement,
  parts: SlideParts,
  transform = identity,
): PlacedShape[] {
  return elementsOf(tree).flatMap((node): PlacedShape[] => {
    if (node.name === 'mc:AlternateContent')
      return visibleShapes(alternative(node), parts, transform);
    if (isHidden(node)) return [];
    if (node.name === 'p:grpSp')
      return visibleShapes(node, parts, within(childOf(node, 'p:grpSpPr'), transform));
    if (!shapeNames.test(node.name)) return [];
    const own = boxOf(node);
    const box = own ?? inheritedShapes(node, parts).map(boxOf).find(Boolean) ?? null;
    return [{ node, box: box === null ? null : transformed(box, transform) }];
  });
}

/** Returns the properties of a shape with its name and alternative text. */
export const drawingProperties = (node: XmlElement): XmlElement | undefined =>
  childOf(elementsOf(node)[0], 'p:cNvPr');

const isHidden = (node: XmlElement) =>
  /^(?:1|true)$/.test(drawingProperties(node)?.attributes.hidden ?? '');

function boxOf(node: XmlElement): Box | null {
  const frame = childOf(node, 'p:xfrm') ?? childOf(childOf(node, 'p:spPr'), 'a:xfrm');
  return frame === undefined ? null : rectangle(frame, 'a:off', 'a:ext');
}

function rectangle(frame: XmlElement, position: string, size: string): Box {
  const [offset, extent] = [childOf(frame, position), childOf(frame, size)];
  return {
    x: numberOf(offset?.attributes.x),
    y: numberOf(offset?.attributes.y),
    width: numberOf(extent?.attributes.cx),
    height: numberOf(extent?.attributes.cy),
  };
}

const numberOf = (text = '0') => (Number.isFinite(Number(text)) ? Number(text) : 0);

/** A group has coordinates of its own, which are scaled to its rectangle (ECMA-376, 20.1.7.5). */
function within(properties: XmlElement | undefined, outer: Transform): Transform {
  const frame = childOf(properties, 'a:xfrm');
  if (frame === undefined) return outer;
  const shown = rectangle(frame, 'a:off', 'a:ext');
  const inner = rectangle(frame, 'a:chOff', 'a:chExt');
  const scaleX = inner.width > 0 ? shown.width / inner.width : 1;
  const scaleY = inner.height > 0 ? shown.height / inner.height : 1;
  return {
    scaleX: outer.scaleX * scaleX,
    scaleY: outer.scaleY * scaleY,
    x: outer.x + outer.scaleX * (shown.x - inner.x * scaleX),
    y: outer.y + outer.scaleY * (shown.y - inner.y * scaleY),
  };
}

const transformed = (box: Box, { scaleX, scaleY, x, y }: Transform): Box => ({
  x: x + box.x * scaleX,
  y: y + box.y * scaleY,
  width: box.width * scaleX,
  height: box.height * scaleY,
});
