import { DocumentFault } from '../../fault.ts';
import type { Node } from '../../markup/tree.ts';

/** State that the blocks of a document share. */
export interface AsciidocDocument {
  readonly attributes: Map<string, string>;
  /** Number of characters that attributes have been replaced with. */
  expanded: number;
  /** Footnotes, which stand at the end. */
  readonly notes: Node[];
}

/** Literal text, macros whose text is not formatted, and escaped marks: none of them has markup inside. */
const opaque =
  /(`\+[^`]{1,1000}?\+`|\+\+\+.{1,1000}?\+\+\+|(?<![\w`])`[^`\s](?:[^`]{0,1000}[^`\s])?`(?!\w)|(?:stem|latexmath|asciimath|pass|kbd|btn|footnote|footnoteref):[\w,-]{0,40}\[[^\]]{0,2000}\]|\\[*_`#{<^~])/;

/** Returns text without its markup: code in backticks, links by their text, attributes by their value. */
export const inlineAsciidoc = (text: string, document: AsciidocDocument): string =>
  text
    .split(opaque)
    .map((part, index) => (index % 2 === 1 ? literal(part, document) : plain(part, document)))
    .join('');

function literal(part: string, document: AsciidocDocument): string {
  const [, macro = '', content = ''] = /^(\w+):[\w,-]*\[([^\]]*)\]$/s.exec(part) ?? [];
  if (/^(?:stem|latexmath|asciimath)$/.test(macro)) return `$${content}$`;
  if (macro === 'kbd') return content.replaceAll(/\s*[+,]\s*/g, '+');
  if (macro === 'footnote' || macro === 'footnoteref') return note(content, document);
  if (macro !== '') return content;
  if (part.startsWith('\\')) return part.slice(1);
  if (part.startsWith('+++')) return part.slice(3, -3).replaceAll(/<[^<>]{1,500}>/g, '');
  const code = part.replaceAll(/^`\+?|\+?`$/g, '');
  return code.includes('`') ? code : `\`${attributesIn(code, document)}\``;
}

function note(content: string, document: AsciidocDocument): string {
  if (content === '') return '';
  document.notes.push(plain(content, document));
  return `[${document.notes.length}]`;
}

const maxExpanded = 1_000_000;

function attributesIn(text: string, document: AsciidocDocument): string {
  return text.replaceAll(/(?<!\\)\{([\w-]{1,100})\}/g, (all, name: string) => {
    const value = document.attributes.get(name.toLowerCase());
    document.expanded += value?.length ?? 0;
    if (document.expanded > maxExpanded)
      throw new DocumentFault(
        'too_large',
        `Attributes expand to more than ${maxExpanded} characters.`,
      );
    return value ?? all;
  });
}

/** First of the texts in the brackets of a macro: `text,role=x` or `alt,width`. */
const firstText = (list: string) =>
  /^"((?:[^"\\]|\\.)*)"/.exec(list)?.[1] ??
  (/^[\w-]+=/.test(list) ? '' : list.replace(/,\s*[\w-]+=.*$/s, '').replace(/\^$/, ''));

function plain(text: string, document: AsciidocDocument): string {
  return attributesIn(text, document)
    .replaceAll(/\[\[[\w:.-]{1,100}(?:,[^\]]{0,200})?\]\]/g, '')
    .replaceAll(/\(\(\([^()]{1,300}\)\)\)/g, '')
    .replaceAll(/\(\(([^()]{1,300})\)\)/g, '$1')
    .replaceAll(
      /<<#?([^<>,]{1,200})(?:,\s*([^<>]{1,500}))?>>/g,
      (_all, id: string, label?: string) =>
        label ?? id.replaceAll(/^_|(?<=\w)[_-](?=\w)/g, ' ').trim(),
    )
    .replaceAll(
      /\b(?:image|icon):([^\s[\]]{1,500})\[([^\]]{0,500})\]/g,
      (_all, _target, list: string) => firstText(list).split(',')[0] ?? '',
    )
    .replaceAll(
      /\bmenu:([^[\]\n]{1,100})\[([^\]]{0,300})\]/g,
      (_all, menu: string, items: string) =>
        [menu, ...items.split(/\s*>\s*/)].filter(Boolean).join(' > '),
    )
    .replaceAll(
      /\b(?:link|xref|mailto):([^\s[\]]{1,1000})\[([^\]]{0,1000})\]/g,
      (_all, target: string, list: string) => firstText(list) || target,
    )
    .replaceAll(
      /(?<![\w"'])(?:https?|ftp|irc):\/\/[^\s[\]<>]{1,1000}\[([^\]]{0,1000})\]/g,
      (all, list: string) => firstText(list) || all.slice(0, all.indexOf('[')),
    )
    .replaceAll(/(?<![\w\]])\[[\w.#% -]{1,100}\](?=[*_#`])/g, '')
    .replaceAll(/"`([^`]{1,1000})`"/g, '“$1”')
    .replaceAll(/'`([^`]{1,1000})`'/g, '‘$1’')
    .replaceAll(/\*\*([^*]{1,2000})\*\*|__([^_]{1,2000})__|##([^#]{1,2000})##/g, '$1$2$3')
    .replaceAll(/(?<![\w*\\])\*(?=[^\s*])([^*]{1,2000}?)(?<=\S)\*(?![\w*])/g, '$1')
    .replaceAll(/(?<![\w_\\])_(?=[^\s_])([^_]{1,2000}?)(?<=\S)_(?![\w_])/g, '$1')
    .replaceAll(/(?<![\w#&\\])#(?=[^\s#])([^#]{1,2000}?)(?<=\S)#(?![\w#])/g, '$1')
    .replaceAll(/(?<=\S)\^([^^\s]{1,100})\^/g, '^$1')
    .replaceAll(/(?<=\S)~([^~\s]{1,100})~/g, '_$1')
    .replaceAll(/(?<=\w) ?-- ?(?=\w)/g, ' — ')
    .replaceAll('(C)', '©')
    .replaceAll('(R)', '®')
    .replaceAll('(TM)', '™')
    .replaceAll(/ \+$/gm, '');
}
