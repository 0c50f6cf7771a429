import { childOf, descendants, flagOf, propertyOf, type XmlElement } from '../../ooxml/xml.ts';

/**
 * True for a content control that shows Word's own prompt ("Click or tap here to enter text."). A prompt that the
 * author wrote is text like any other, and so is a text that a program put in place of the prompt (ECMA-376, 17.5.2.39).
 */
export function showsPrompt(control: XmlElement): boolean {
  const properties = childOf(control, 'w:sdtPr');
  if (flagOf(properties, 'w:showingPlcHdr') !== true) return false;
  const prompt = propertyOf(childOf(properties, 'w:placeholder'), 'w:docPart') ?? '';
  if (prompt !== '' && !prompt.startsWith('DefaultPlaceholder')) return false;
  return [...descendants(control, 'w:r')].every(
    (run) => propertyOf(childOf(run, 'w:rPr'), 'w:rStyle') !== null,
  );
}
