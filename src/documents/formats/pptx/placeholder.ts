import type { OfficePackage, Part } from '../../ooxml/package.ts';
import { childOf, descendants, elementsOf, type XmlElement } from '../../ooxml/xml.ts';

/** A slide with the layout and the master that its shapes inherit from. */
export interface SlideParts {
  readonly slide: Part;
  readonly layout: Part | null;
  readonly master: Part | null;
}

export function slideParts(parts: OfficePackage, slide: Part): SlideParts {
  const layout = parts.related(slide.name, 'slideLayout');
  const master = layout === null ? null : parts.related(layout.name, 'slideMaster');
  return { slide, layout, master };
}

/** Returns the properties that make a shape a placeholder (ECMA-376, 19.3.1.36); null for another shape. */
export function placeholderOf(shape: XmlElement): { type: string; idx: string } | null {
  const properties = elementsOf(elementsOf(shape)[0]).find(({ name }) => name === 'p:nvPr');
  const placeholder = childOf(properties, 'p:ph');
  return placeholder === undefined
    ? null
    : { type: placeholder.attributes.type ?? 'obj', idx: placeholder.attributes.idx ?? '0' };
}

const isTitle = (type: string) => type === 'title' || type === 'ctrTitle';

/** Type of the placeholder of a master that one of a layout inherits from. */
const masterType = (type: string) => {
  if (isTitle(type)) return 'title';
  return /^(?:dt|ftr|sldNum|hdr)$/.test(type) ? type : 'body';
};

/** Returns the shapes that a placeholder inherits from: of the layout, then of the master. */
export function inheritedShapes(shape: XmlElement, { layout, master }: SlideParts): XmlElement[] {
  const own = placeholderOf(shape);
  if (own === null) return [];
  const find = (part: Part | null, is: (type: string, idx: string) => boolean) =>
    part === null
      ? undefined
      : [...descendants(part.root, 'p:sp')].find((candidate) => {
          const placeholder = placeholderOf(candidate);
          return placeholder !== null && is(placeholder.type, placeholder.idx);
        });
  const ofLayout =
    find(layout, (type, idx) => idx === own.idx && masterType(type) === masterType(own.type)) ??
    find(layout, (type) => type === own.type);
  const ofMaster = find(master, (type) => masterType(type) === masterType(own.type));
  return [ofLayout, ofMaster].filter((found) => found !== undefined);
}

/** Returns the style of a master for the text of a placeholder. */
export function masterTextStyle(shape: XmlElement, { master }: SlideParts): XmlElement | undefined {
  const type = placeholderOf(shape)?.type;
  if (type === undefined || master === null) return undefined;
  const kind = masterType(type);
  const name = kind === 'title' ? 'p:titleStyle' : kind === 'body' ? 'p:bodyStyle' : 'p:otherStyle';
  return [...descendants(master.root, name)][0];
}
