import { maxCharacters } from '../../document.ts';
import { DocumentFault } from '../../fault.ts';
import { tableRow, tableRule } from '../../markup/table-row.ts';
import { elementsOf, textOf, type XmlElement } from './parse.ts';

const maxColumns = 100;
const maxTitle = 120;
/** Number of leading fields among which the one that names a record is looked for. */
const maxNaming = 30;
/** Maximum length of a cell; longer texts are read better in a list. */
const maxCell = 300;

/**
 * Writes data as Markdown: repeated flat records as a table, other repeated records each below a heading that names
 * it, and everything else as nested lists of `name: value`. Attributes count as fields.
 */
export function writeData(root: XmlElement): string {
  const writer = new DataWriter();
  writer.write(root);
  return writer.text();
}

class DataWriter {
  readonly #lines: string[] = [];
  #length = 0;

  text = () => this.#lines.join('\n').trim();

  write(root: XmlElement): void {
    this.#add(`# ${titleOf(root)}`, '', scalarText(root));
    this.#content(root, 2);
  }

  /** Fields of a record, then groups of records: as a table, below headings, or as nested lists. */
  #content(node: XmlElement, level: number): void {
    const groups = Map.groupBy(elementsOf(node), ({ name }) => name);
    const records = [...groups].filter(
      ([, members]) => members.length > 1 && !members.every(isScalar),
    );
    const repeated = new Set(records.map(([name]) => name));
    for (const [name, value] of fieldsOf(node)) this.#add(`- ${name}: ${value}`);
    for (const child of elementsOf(node)) if (!repeated.has(child.name)) this.#item(child, '');
    for (const [name, members] of records) {
      const table = tableOf(members);
      this.#add('');
      if (table !== null) this.#add(...(records.length > 1 ? [`${name}:`, ''] : []), ...table, '');
      else
        for (const member of members) {
          this.#add('', `${'#'.repeat(Math.min(6, level))} ${titleOf(member)}`, '');
          this.#content(member, level + 1);
        }
    }
  }

  #item(node: XmlElement, indent: string): void {
    const value = scalarText(node);
    const name = `${indent}- ${node.name}`;
    this.#add(value === '' ? name : `${name}: ${value}`);
    const inner = `${indent}  `;
    if (!isScalar(node))
      for (const [field, text] of fieldsOf(node)) this.#add(`${inner}- ${field}: ${text}`);
    for (const child of elementsOf(node)) this.#item(child, inner.length > 40 ? indent : inner);
  }

  #add(...lines: readonly string[]): void {
    for (const line of lines) {
      this.#length += line.length + 1;
      if (this.#length > maxCharacters * 2)
        throw new DocumentFault(
          'too_large',
          `The document has more than ${maxCharacters} characters of text.`,
        );
      if (line !== '' || this.#lines.at(-1) !== '') this.#lines.push(line);
    }
  }
}

const isDeclaration = (name: string) => /^xmlns(?::|$)|^xsi:|^xml:space$/.test(name);

/** Attributes of an element, without those of XML itself. */
const fieldsOf = (node: XmlElement): [string, string][] =>
  Object.entries(node.attributes)
    .filter(([name, value]) => !isDeclaration(name) && value.trim() !== '')
    .map(([name, value]) => [name, value.replaceAll(/\s+/g, ' ').trim()]);

/** True for an element that is one value: text with at most one attribute. */
const isScalar = (node: XmlElement) =>
  elementsOf(node).length === 0 && fieldsOf(node).length <= (textOf(node) === '' ? 0 : 1);

/** Text of an element; an attribute of a value names it: `phone (home): 555`. */
function scalarText(node: XmlElement): string {
  if (elementsOf(node).length > 0) return '';
  const text = textOf(node);
  const [field] = isScalar(node) ? fieldsOf(node) : [];
  return field === undefined ? text : `${text} (${field[0]}: ${field[1]})`;
}

const naming = /^(?:name|title|id|key|label|code|sku|displayname|artifactid|number|ref)$/i;

/** Returns the name of an element, with the field that identifies it. */
function titleOf(node: XmlElement): string {
  const fields = [
    ...fieldsOf(node),
    ...elementsOf(node)
      .slice(0, maxNaming)
      .filter((child) => elementsOf(child).length === 0)
      .map((child): [string, string] => [child.name, textOf(child)]),
  ];
  const named = ['name', 'title', ''].flatMap((best) =>
    fields.filter(
      ([name, value]) =>
        (best === '' ? naming.test(name) : name.toLowerCase() === best) &&
        value !== '' &&
        value.length <= maxTitle,
    ),
  )[0];
  return named === undefined ? node.name : `${node.name} ${named[1]}`;
}

/** Returns records as a Markdown table; null when a record is not flat or a text is long. */
function tableOf(records: readonly XmlElement[]): string[] | null {
  const rows: Map<string, string>[] = [];
  const columns = new Set<string>();
  for (const record of records) {
    const row = new Map(fieldsOf(record));
    const own = elementsOf(record).length === 0 ? textOf(record) : '';
    if (own !== '') row.set(record.name, own);
    for (const child of elementsOf(record)) {
      if (elementsOf(child).length > 0 || fieldsOf(child).length > 0 || row.has(child.name))
        return null;
      row.set(child.name, textOf(child));
    }
    for (const [name, value] of row) {
      if (value.length > maxCell) return null;
      columns.add(name);
    }
    if (columns.size > maxColumns) return null;
    rows.push(row);
  }
  if (columns.size === 0) return null;
  return [
    tableRow([...columns]),
    tableRule(columns.size),
    ...rows.map((row) => tableRow([...columns].map((name) => row.get(name) ?? ''))),
  ];
}
