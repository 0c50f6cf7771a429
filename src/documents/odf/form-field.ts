import { elementsOf, type XmlElement } from '../ooxml/xml.ts';

/** Returns the state of a check box or a drop-down list, as LibreOffice keeps those of Word; null for other elements. */
export function formState(node: XmlElement): string | null {
  const { attributes } = node;
  if (attributes['loext:checkbox'] === 'true') return checkMark(attributes['loext:checked']);
  if (node.name !== 'field:fieldmark') return null;
  const values = (name: string) =>
    elementsOf(node)
      .filter(({ attributes: of }) => of['field:name'] === name)
      .map(({ attributes: of }) => of['field:value'] ?? '');
  const type = attributes['field:type'] ?? '';
  if (type.endsWith('.FORMCHECKBOX')) return checkMark(values('Checkbox_Checked')[0]);
  const choices = type.endsWith('.FORMDROPDOWN') ? values('Dropdown_ListEntry') : [];
  return choices[Number(values('Dropdown_Selected')[0] ?? 0)] ?? choices[0] ?? null;
}

const checkMark = (value: string | undefined) => (value === 'true' ? '[x]' : '[ ]');
