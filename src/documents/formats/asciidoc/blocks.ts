import { DocumentFault } from '../../fault.ts';
import type { Block } from '../../markup/block.ts';
import { element, type Node } from '../../markup/tree.ts';
import type { BlockStyle } from './block-style.ts';
import { attributeEntry, setAttribute } from './header.ts';
import { type AsciidocDocument, inlineAsciidoc } from './inline.ts';
import { isListLine, readList } from './lists.ts';
import { readTable } from './table.ts';

const maxDepth = 40;

const noStyle: BlockStyle = { attributes: '', title: '' };
const delimiter = /^(?:-{4,}|\.{4,}|={4,}|\*{4,}|_{4,}|\+{4,}|\/{4,}|--|`{3,}.*)$/;
const tableStart = /^[|,:!]={3,}$/;
const admonition = /^(NOTE|TIP|IMPORTANT|WARNING|CAUTION)(?::\s+|$)/;
const directive = /^(?:include|ifdef|ifndef|ifeval|endif|toc|video|audio)::.*\[.*\]$/;

/** Reads lines as blocks of a document. Throws `too_large` for deep nesting. */
export function readBlocks(
  lines: readonly string[],
  document: AsciidocDocument,
  depth: number,
): Node[] {
  if (depth > maxDepth)
    throw new DocumentFault(
      'too_large',
      `The document is nested more than ${maxDepth} levels deep.`,
    );
  const nodes: Node[] = [];
  let style = noStyle;
  for (let at = 0; at < lines.length; ) {
    const line = lines[at] ?? '';
    const [, name = '', value = ''] = attributeEntry.exec(line) ?? [];
    if (name !== '') setAttribute(document, name, value);
    const isSilent =
      name !== '' ||
      line === '' ||
      directive.test(line) ||
      /^\/\/(?!\/\/)|^'{3,}$|^<{3,}$|^\+$/.test(line);
    const isStyle = /^\[(?:[^\]]*|\[[^\]]*\])\]$/.test(line);
    const isTitle = /^\.[^\s.]/.test(line);
    if (isSilent || isStyle || isTitle) {
      if (isStyle) style = { ...style, attributes: `${style.attributes},${line.slice(1, -1)}` };
      if (isTitle) style = { ...style, title: line.slice(1) };
      at += 1;
      continue;
    }
    const block = readBlock(lines, at, document, depth, style);
    if (style.title !== '' && block.nodes.length > 0)
      nodes.push(element('p', [inlineAsciidoc(style.title, document)]));
    nodes.push(...block.nodes);
    at += Math.max(1, block.lines);
    style = noStyle;
  }
  return nodes;
}

function readBlock(
  lines: readonly string[],
  at: number,
  document: AsciidocDocument,
  depth: number,
  style: BlockStyle,
): Block {
  const line = lines[at] ?? '';
  const [, marks, title = ''] = /^(={1,6}|#{1,6})\s+(\S.*)$/.exec(line) ?? [];
  if (marks !== undefined)
    return {
      nodes: [element(`h${marks.length}`, [inlineAsciidoc(title.replace(/\s+=+$/, ''), document)])],
      lines: 1,
    };
  if (tableStart.test(line))
    return readTable(lines, at, document, style, (cell) => readBlocks(cell, document, depth + 1));
  if (delimiter.test(line)) return readDelimited(lines, at, document, depth, style);
  const [, , alt = ''] = /^image::([^[]*)\[(.*)\]$/.exec(line) ?? [];
  if (line.startsWith('image::'))
    return {
      nodes: paragraphOf(
        /^"([^"]*)"/.exec(alt)?.[1] ?? alt.split(',')[0]?.replace(/^[\w-]+=.*/, '') ?? '',
      ),
      lines: 1,
    };
  if (isListLine(line))
    return readList(lines, at, document, (body) => readBlocks(body, document, depth + 1));
  return readParagraph(lines, at, document, style);
}

const paragraphOf = (text: string): Node[] => (text === '' ? [] : [element('p', [text])]);

/** Lines from a delimiter to the same one; to the end of the document if it is not closed. */
function readDelimited(
  lines: readonly string[],
  at: number,
  document: AsciidocDocument,
  depth: number,
  style: BlockStyle,
): Block {
  const open = lines[at] ?? '';
  const close = open.startsWith('```') ? '```' : open;
  const found = lines.indexOf(close, at + 1);
  const end = found < 0 ? lines.length : found;
  const body = lines.slice(at + 1, end);
  return { nodes: delimitedNodes(open, body, document, depth, style), lines: end + 1 - at };
}

function delimitedNodes(
  open: string,
  body: readonly string[],
  document: AsciidocDocument,
  depth: number,
  { attributes }: BlockStyle,
): Node[] {
  const inner = () => readBlocks(body, document, depth + 1);
  if (open.startsWith('/')) return [];
  if (
    open.startsWith('```') ||
    open.startsWith('----') ||
    /(?:^|,)(?:source|listing)\b/.test(attributes)
  )
    return [listing(body, open.startsWith('```') ? open.slice(3).trim() : languageIn(attributes))];
  if (open.startsWith('.')) return [listing(body, '')];
  if (open.startsWith('+'))
    return /stem|math/.test(attributes)
      ? paragraphOf(`$$${body.join(' ').trim()}$$`)
      : paragraphOf(body.join('\n').replaceAll(/<[^<>]{1,500}>/g, ' '));
  if (open.startsWith('_') || /(?:^|,)(?:quote|verse)/.test(attributes)) {
    const content = /(?:^|,)verse/.test(attributes)
      ? [
          element(
            'p',
            body.flatMap((line) => [inlineAsciidoc(line, document), element('br', [])]),
          ),
        ]
      : inner();
    return [element('blockquote', [...content, ...paragraphOf(attributionIn(attributes))])];
  }
  const [, label] = /(?:^|,)(NOTE|TIP|IMPORTANT|WARNING|CAUTION)\b/.exec(attributes) ?? [];
  return label === undefined ? inner() : [...labelled(label, inner())];
}

function labelled(label: string, content: Node[]): Node[] {
  const name = `${label[0]}${label.slice(1).toLowerCase()}: `;
  const [first, ...rest] = content;
  return first !== undefined && typeof first !== 'string' && first.tag === 'p'
    ? [element('p', [name, ...first.children]), ...rest]
    : [element('p', [name]), ...content];
}

const attributionIn = (attributes: string) => {
  const [, list = ''] = /(?:quote|verse)\s*,\s*(.*)$/.exec(attributes) ?? [];
  return list === '' ? '' : `— ${list.replaceAll('"', '')}`;
};

const languageIn = (attributes: string) =>
  /(?:^|,)\s*(?:source)?(?:%[\w-]+)*\s*,\s*([\w+#.-]{1,30})\s*(?:,|$)/.exec(
    attributes.replace(/^,/, ''),
  )?.[1] ?? '';

/** Callout marks stay at the end of their line, as in the printed listing. */
const listing = (body: readonly string[], language: string): Node =>
  element(
    'pre',
    [body.join('\n').replaceAll(/\s*(?:\/\/|#|--|;;)\s*(?=<[\d.]+>\s*$)/gm, ' ')],
    /^[\w+#.-]{1,30}$/.test(language) ? { class: `language-${language}` } : {},
  );

function readParagraph(
  lines: readonly string[],
  at: number,
  document: AsciidocDocument,
  { attributes }: BlockStyle,
): Block {
  let end = at;
  while (
    end < lines.length &&
    lines[end] !== '' &&
    !(
      end > at &&
      (delimiter.test(lines[end] ?? '') ||
        tableStart.test(lines[end] ?? '') ||
        directive.test(lines[end] ?? '') ||
        /^\[.*\]$|^'{3,}$/.test(lines[end] ?? ''))
    )
  )
    end += 1;
  const taken = lines.slice(at, end).filter((line) => !/^\/\/(?!\/)/.test(line));
  const count = end - at;
  if (/(?:^|,)(?:source|listing|literal)\b/.test(attributes))
    return { nodes: [listing(taken, languageIn(attributes))], lines: count };
  if (/^\s/.test(taken[0] ?? '')) {
    const indent = Math.min(...taken.map((line) => line.length - line.trimStart().length));
    return {
      nodes: [
        listing(
          taken.map((line) => line.slice(indent)),
          '',
        ),
      ],
      lines: count,
    };
  }
  const hasBreaks = taken.some((line) => / \+$/.test(line)) || /hardbreaks|verse/.test(attributes);
  const text = taken.join('\n');
  const [mark = '', paragraphLabel] = admonition.exec(text) ?? [];
  const label =
    paragraphLabel ?? /(?:^|,)(NOTE|TIP|IMPORTANT|WARNING|CAUTION)\b/.exec(attributes)?.[1];
  const shown = inlineAsciidoc(label !== undefined ? text.slice(mark.length) : text, document);
  const content = hasBreaks
    ? shown.split('\n').flatMap((line): Node[] => [line, element('br', [])])
    : [shown];
  const paragraph = element('p', content);
  if (label !== undefined) return { nodes: labelled(label, [paragraph]), lines: count };
  return {
    nodes: [
      /(?:^|,)quote/.test(attributes)
        ? element('blockquote', [paragraph, ...paragraphOf(attributionIn(attributes))])
        : paragraph,
    ],
    lines: count,
  };
}
