import type { Block } from '../../markup/block.ts';
import { type Element, element, type Node } from '../../markup/tree.ts';
import { inlineRst, type RstDocument } from './inline.ts';
import { bodyOf, codeBlock } from './lines.ts';
import { readCsvTable, readListTable } from './tables.ts';

type Inner = (body: readonly string[]) => Node[];

/** Directives without anything for a reader: navigation, settings, other files. */
const silent =
  /^(?:toctree|contents|index|include|literalinclude|highlight|raw|meta|default-role|role|sectnum|section-numbering|currentmodule|py:currentmodule|module|py:module|tabularcolumns|auto\w+|sectionauthor|codeauthor|title|target-notes|class|rst-class|cssclass|image-map|plantuml|graphviz|todolist|bibliography|only-skip|replace|unicode|date)$/;
const code =
  /^(?:code|code-block|sourcecode|parsed-literal|prompt|ipython|testcode|doctest|testoutput|console|highlight-code|productionlist)$/;
const admonition =
  /^(?:note|warning|tip|important|caution|attention|danger|error|hint|seealso|todo|versionadded|versionchanged|versionremoved|deprecated|deprecated-removed)$/;
const titled =
  /^(?:admonition|topic|sidebar|rubric|epigraph-title|dropdown|card|tab-item|tab|grid-item-card|details)$/;

const words: Readonly<Record<string, string>> = {
  seealso: 'See also',
  versionadded: 'Added in version',
  versionchanged: 'Changed in version',
  versionremoved: 'Removed in version',
  deprecated: 'Deprecated since version',
};

/** Reads what begins with two dots: a directive, footnote, target or comment. */
export function readExplicit(
  lines: readonly string[],
  at: number,
  document: RstDocument,
  inner: Inner,
): Block {
  const line = lines[at] ?? '';
  // An empty comment ends what is before it, and holds nothing of what follows.
  if (line.trim() === '..' && (lines[at + 1] ?? '').trim() === '') return { nodes: [], lines: 1 };
  const body = bodyOf(lines, at + 1, 1);
  const count = 1 + body.count;
  const [, name = '', argument = ''] =
    /^\.\. (?:\|[^|]*\| )?([\w:+.-]+)::(?:\s+(.*))?$/.exec(line) ?? [];
  if (name !== '' && !line.startsWith('.. |'))
    return { nodes: readDirective(name, argument, body.lines, document, inner), lines: count };
  const [, label = '', text = ''] = /^\.\. \[([^\]]{1,60})\]\s*(.*)$/.exec(line) ?? [];
  if (label === '') return { nodes: [], lines: count };
  const item = element('item', inner([text, ...body.lines]), {
    label: `[${label}]`,
  });
  return { nodes: [item], lines: count };
}

function readDirective(
  name: string,
  argument: string,
  lines: readonly string[],
  document: RstDocument,
  inner: Inner,
): Node[] {
  const { options, body, lead } = optionsOf(lines);
  const text = [argument, ...lead].filter(Boolean).join(' ');
  const shown = inlineRst(text, document);
  if (silent.test(name)) return [];
  if (code.test(name)) return [codeBlock(body, argument)];
  if (name === 'math') return formula(argument, body);
  if (/^(?:image|figure)$/.test(name))
    return [...paragraphOf(options.get('alt') ?? ''), ...inner(body)];
  if (name === 'list-table') return readListTable(shown, options, body, inner);
  if (name === 'csv-table')
    return readCsvTable(shown, options, body, (cell) => inlineRst(cell, document));
  if (name === 'table') return [...paragraphOf(shown), ...inner(body)];
  if (admonition.test(name)) return [admonitionOf(name, shown, inner(body))];
  if (titled.test(name)) return [...paragraphOf(shown), ...inner(body)];
  if (
    /^(?:only|container|compound|highlights|pull-quote|epigraph|tab-set|tabs|grid|hlist|centered|glossary|line-block)$/.test(
      name,
    )
  )
    return [...(name === 'only' ? [] : paragraphOf(shown)), ...inner(body)];
  return described(name, [argument, ...lead], inner(body));
}

/** A directive of a domain describes an object: `.. function:: open(file)`. Others show what they hold. */
function described(name: string, signatures: readonly string[], content: Node[]): Node[] {
  const terms = signatures
    .filter(Boolean)
    .map((signature) => element('dt', [`\`${signature.replace(/\\$/, '').replaceAll('`', '')}\``]));
  if (terms.length === 0) return content;
  const isObject =
    /^(?:(?:py|c|cpp|js|rst|std):)?(?:function|method|class|attribute|data|exception|decorator|property|module|option|envvar|macro|type|var|member|struct|enum|enumerator|describe|object|cmdoption|confval|setting|opcode|pdbcommand|classmethod|staticmethod|decoratormethod|awaitablefunction|coroutinefunction|program|directive|role)$/.test(
      name,
    );
  return isObject
    ? [element('dl', [...terms, element('dd', content)])]
    : [...paragraphOf(signatures.join(' ')), ...content];
}

const paragraphOf = (text: string): Element[] => (text.trim() === '' ? [] : [element('p', [text])]);

function admonitionOf(name: string, argument: string, content: Node[]): Element {
  const word = words[name] ?? name[0]?.toUpperCase() + name.slice(1);
  const isVersion = /^(?:version|deprecated)/.test(name);
  const label = isVersion
    ? `${word} ${argument}${content.length > 0 ? ': ' : ''}`
    : `${word}: ${argument}`;
  const [first, ...rest] = content;
  return first !== undefined && typeof first !== 'string' && first.tag === 'p'
    ? element('div', [element('p', [label.trimEnd(), ' ', ...first.children]), ...rest])
    : element('div', [element('p', [label]), ...content]);
}

const formula = (argument: string, body: readonly string[]): Node[] =>
  paragraphOf(`$$${[argument, ...body].join(' ').replaceAll(/\s+/g, ' ').trim()}$$`);

/** Splits the lines of a directive into the rest of its argument, options and content. */
function optionsOf(lines: readonly string[]) {
  const options = new Map<string, string>();
  const lead: string[] = [];
  let at = 0;
  // The argument continues until the first option or empty line, if one of them follows.
  const end = lines.findIndex((line) => line === '' || /^:[\w-]+:/.test(line));
  const hasOption = end >= 0 && /^:[\w-]+:/.test(lines[end] ?? '');
  if (hasOption) for (; at < end; at += 1) lead.push(lines[at] ?? '');
  for (; at < lines.length; at += 1) {
    const [, name, value = ''] = /^:([\w-]+):\s*(.*)$/.exec(lines[at] ?? '') ?? [];
    if (name === undefined) break;
    options.set(name, value);
  }
  return { options, lead, body: lines.slice(at) };
}
