import {
  childOf,
  descendants,
  elementsOf,
  flagOf,
  propertyOf,
  type XmlElement,
} from '../../ooxml/xml.ts';

/** Returns the content that a content control (`w:sdt`) shows, check boxes as `[x]` or `[ ]`. */
export const contentOfControl = (control: XmlElement): XmlElement[] =>
  showsPrompt(control)
    ? []
    : elementsOf(withCheckMark(control)).filter(({ name }) => name === 'w:sdtContent');

/** Returns a control whose check box, which any character may draw, is `[x]` or `[ ]`. */
export function withCheckMark(control: XmlElement): XmlElement {
  const box = childOf(childOf(control, 'w:sdtPr'), 'w14:checkbox');
  if (box === undefined) return control;
  const state = childOf(box, 'w14:checked')?.attributes['w14:val'] ?? '0';
  return withText(control, [/^(?:1|true|on)$/.test(state) ? '[x]' : '[ ]']);
}

/** Replaces the texts and symbols within an element by these, in order. */
function withText(node: XmlElement, texts: string[]): XmlElement {
  const children = node.children.map((child) => {
    if (typeof child === 'string') return child;
    if (child.name !== 'w:t' && child.name !== 'w:sym') return withText(child, texts);
    return { name: 'w:t', attributes: {}, children: texts.splice(0, 1) };
  });
  return { ...node, children };
}

/**
 * True for a content control that shows Word's own prompt ("Click or tap here to enter text."). A prompt that the
 * author wrote is text like any other, and so is a text that a program put in place of the prompt (ECMA-376, 17.5.2.39).
 */
function showsPrompt(control: XmlElement): boolean {
  const properties = childOf(control, 'w:sdtPr');
  if (flagOf(properties, 'w:showingPlcHdr') !== true) return false;
  const prompt = propertyOf(childOf(properties, 'w:placeholder'), 'w:docPart') ?? '';
  if (prompt !== '' && !prompt.startsWith('DefaultPlaceholder')) return false;
  return [...descendants(control, 'w:r')].every(
    (run) => propertyOf(childOf(run, 'w:rPr'), 'w:rStyle') !== null,
  );
}
