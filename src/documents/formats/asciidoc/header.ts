import { element, type Node } from '../../markup/tree.ts';
import { type AsciidocDocument, inlineAsciidoc } from './inline.ts';

const maxAttributes = 2000;

export const attributeEntry = /^:(!?[\w-]{1,100}!?):(?:\s+(.*))?$/;

/** Attributes that every document has (AsciiDoc Language, "Character replacement attributes"). */
const predefined: readonly (readonly [string, string])[] = [
  ['nbsp', ' '],
  ['empty', ''],
  ['blank', ''],
  ['sp', ' '],
  ['plus', '+'],
  ['asterisk', '*'],
  ['vbar', '|'],
  ['lt', '<'],
  ['gt', '>'],
  ['amp', '&'],
  ['startsb', '['],
  ['endsb', ']'],
  ['zwsp', ''],
  ['apos', "'"],
  ['quot', '"'],
  ['backtick', '`'],
  ['tilde', '~'],
  ['caret', '^'],
  ['backslash', '\\'],
  ['cpp', 'C++'],
  ['two-colons', '::'],
  ['two-semicolons', ';;'],
  ['deg', '°'],
];

/** Stores an attribute entry; its value may name attributes that are known by then. */
export function setAttribute(document: AsciidocDocument, name: string, value: string): void {
  if (name.startsWith('!') || name.endsWith('!'))
    document.attributes.delete(name.replaceAll('!', ''));
  else if (document.attributes.size < maxAttributes)
    document.attributes.set(name.toLowerCase(), inlineAsciidoc(value, document).slice(0, 500));
}

/** Reads the title, authors, revision and attributes at the beginning of a document. */
export function readHeader(lines: readonly string[]): {
  readonly document: AsciidocDocument;
  readonly nodes: readonly Node[];
  readonly rest: readonly string[];
} {
  const document: AsciidocDocument = { attributes: new Map(predefined), expanded: 0, notes: [] };
  const nodes: Node[] = [];
  let at = 0;
  while (at < lines.length && /^\s*$|^\/\/(?!\/)/.test(lines[at] ?? '')) at += 1;
  let isTitled = false;
  let title = '';
  for (; at < lines.length; at += 1) {
    const line = lines[at] ?? '';
    const [, name = '', value = ''] = attributeEntry.exec(line) ?? [];
    if (name !== '') setAttribute(document, name, value);
    else if (!isTitled && /^[=#] \S/.test(line)) {
      title = line.slice(2);
      isTitled = true;
    } else if (isTitled && line !== '' && /^\p{L}[^=:[\]]*$|<[^>]+@[^>]+>|^v?\d/u.test(line))
      nodes.push(
        element('p', [
          line
            .replaceAll(/\s*<[^<>]*@[^<>]*>/g, '')
            .replaceAll(/;\s*/g, ', ')
            .replaceAll('_', ' '),
        ]),
      );
    else if (!/^\/\/(?!\/)/.test(line)) break;
  }
  // The title may name attributes that are set below it.
  const heading = isTitled ? [element('h1', [inlineAsciidoc(title, document)])] : [];
  return { document, nodes: [...heading, ...nodes], rest: lines.slice(at) };
}
