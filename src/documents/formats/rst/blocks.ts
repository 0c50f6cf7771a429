import { DocumentFault } from '../../fault.ts';
import type { Block } from '../../markup/block.ts';
import { element, type Node } from '../../markup/tree.ts';
import { readExplicit } from './directives.ts';
import { inlineRst, type RstDocument } from './inline.ts';
import { bodyOf, codeBlock, indentOf, isBlank } from './lines.ts';
import { readGridTable, readSimpleTable } from './tables.ts';

const maxDepth = 60;

/** A block and the number of lines that it takes. */
const adornment = /^([!-/:-@[-`{-~])\1{1,}$/;
const bullet = /^([*+•‣⁃-])(?:\s+|$)/;
const enumerator = /^(?:\(?(?:\d{1,6}|#|[A-Za-z]|[ivxlcdmIVXLCDM]{1,8})[.)])\s+(?=\S)/;
const field = /^:((?:[^:\s]|\S:(?=\S)|[^:\S](?=[^:]))[^:]{0,100}?):(?:\s+|$)/;

/** Reads lines as blocks of a document. Throws `too_large` for deep nesting. */
export function readBlocks(lines: readonly string[], document: RstDocument, depth: number): Node[] {
  if (depth > maxDepth)
    throw new DocumentFault(
      'too_large',
      `The document is nested more than ${maxDepth} levels deep.`,
    );
  const nodes: Node[] = [];
  for (let at = 0; at < lines.length; ) {
    if (isBlank(lines[at])) {
      at += 1;
      continue;
    }
    const block = readBlock(lines, at, document, depth);
    nodes.push(...block.nodes);
    at += Math.max(1, block.lines);
  }
  return nodes;
}

function readBlock(
  lines: readonly string[],
  at: number,
  document: RstDocument,
  depth: number,
): Block {
  const line = lines[at] ?? '';
  const next = lines[at + 1] ?? '';
  const inner = (body: readonly string[]) => readBlocks(body, document, depth + 1);
  if (indentOf(line) > 0) return quotation(lines, at, inner);
  if (/^\.\.(?:\s|$)|^__ /.test(line)) return readExplicit(lines, at, document, inner);
  if (/^\+[-=+]+\+$/.test(line)) return readGridTable(lines, at, inner);
  if (/^=+(?:\s+=+)+$/.test(line)) return readSimpleTable(lines, at, inner);
  const section = readSection(lines, at, document);
  if (section !== null) return section;
  if (adornment.test(line) && line.length >= 4 && isBlank(next))
    return { nodes: [element('hr', [])], lines: 1 };
  if (bullet.test(line)) return readItems(lines, at, bullet, 'ul', inner);
  if (enumerator.test(line) && isList(lines, at))
    return readItems(lines, at, enumerator, 'ol', inner);
  if (field.test(line)) return readFields(lines, at, document, inner);
  if (line.startsWith('>>> ')) return doctest(lines, at);
  if (/^\|(?: |$)/.test(line)) return lineBlock(lines, at, document);
  if (!isBlank(next) && indentOf(next) > 0 && !line.endsWith('::'))
    return definition(lines, at, document, inner);
  return paragraph(lines, at, document);
}

/** A paragraph that only begins with "A. " is not a list: the next line of a list is indented, blank or an item. */
const isList = (lines: readonly string[], at: number) => {
  const next = lines[at + 1] ?? '';
  return isBlank(next) || indentOf(next) > 0 || enumerator.test(next);
};

function readSection(lines: readonly string[], at: number, document: RstDocument): Block | null {
  const [first = '', second = '', third = ''] = lines.slice(at, at + 3);
  const isOverlined =
    adornment.test(first) &&
    third !== '' &&
    third[0] === first[0] &&
    adornment.test(third) &&
    !isBlank(second);
  const title = isOverlined ? second.trim() : first;
  const rule = isOverlined ? third : second;
  if (
    !isOverlined &&
    (!adornment.test(rule) || adornment.test(first) || rule.length < Math.min(4, title.length))
  )
    return null;
  const style = `${isOverlined ? 'over' : ''}${rule[0]}`;
  if (!document.styles.includes(style)) document.styles.push(style);
  const level = Math.min(6, document.styles.indexOf(style) + 1);
  return {
    nodes: [element(`h${level}`, [inlineRst(title, document)])],
    lines: isOverlined ? 3 : 2,
  };
}

type Inner = (body: readonly string[]) => Node[];

function quotation(lines: readonly string[], at: number, inner: Inner): Block {
  const body = bodyOf(lines, at, 1);
  return { nodes: [element('blockquote', inner(body.lines))], lines: body.count };
}

function readItems(
  lines: readonly string[],
  at: number,
  marker: RegExp,
  tag: 'ul' | 'ol',
  inner: Inner,
): Block {
  const items: Node[] = [];
  let end = at;
  let start: string | null = null;
  while (end < lines.length && marker.test(lines[end] ?? '')) {
    const line = lines[end] ?? '';
    const mark = marker.exec(line)?.[0] ?? '';
    start ??= /\d+/.exec(mark)?.[0] ?? null;
    const body = bodyOf(lines, end + 1, 1);
    items.push(
      element(
        'li',
        inner([line.slice(mark.length), ...(isBlank(lines[end + 1]) ? [''] : []), ...body.lines]),
      ),
    );
    end += 1 + body.count;
    while (isBlank(lines[end]) && end < lines.length) end += 1;
    if (tag === 'ul' && marker.exec(lines[end] ?? '')?.[1] !== mark[0]) break;
  }
  return { nodes: [element(tag, items, start === null ? {} : { start })], lines: end - at };
}

function readFields(
  lines: readonly string[],
  at: number,
  document: RstDocument,
  inner: Inner,
): Block {
  const [mark = '', name = ''] = field.exec(lines[at] ?? '') ?? [];
  const body = bodyOf(lines, at + 1, 1);
  const text = (lines[at] ?? '').slice(mark.length);
  const label = inlineRst(name, document);
  const content = text === '' && body.lines.length === 0 ? [] : inner([text, ...body.lines]);
  const [first, ...rest] = content;
  const isParagraph = first !== undefined && typeof first !== 'string' && first.tag === 'p';
  const isForMachines = /^(?:orphan|tocdepth|nocomments|nosearch)$/.test(name);
  return {
    nodes: isForMachines
      ? []
      : isParagraph
        ? [element('p', [`${label}: `, ...first.children]), ...rest]
        : [element('p', [`${label}:`]), ...content],
    lines: 1 + body.count,
  };
}

function doctest(lines: readonly string[], at: number): Block {
  let end = at;
  while (end < lines.length && !isBlank(lines[end])) end += 1;
  return { nodes: [codeBlock(lines.slice(at, end), 'python')], lines: end - at };
}

function lineBlock(lines: readonly string[], at: number, document: RstDocument): Block {
  let end = at;
  while (/^\|(?: |$)|^ +\S/.test(lines[end] ?? '')) end += 1;
  const content = lines
    .slice(at, end)
    .flatMap((line) => [inlineRst(line.replace(/^\| ?/, ''), document), element('br', [])]);
  return { nodes: [element('p', content)], lines: end - at };
}

function definition(
  lines: readonly string[],
  at: number,
  document: RstDocument,
  inner: Inner,
): Block {
  const body = bodyOf(lines, at + 1, 1);
  const term = inlineRst((lines[at] ?? '').replace(/ : (?=\S)/, ': '), document);
  return {
    nodes: [element('dl', [element('dt', [term]), element('dd', inner(body.lines))])],
    lines: 1 + body.count,
  };
}

/** A paragraph that ends in `::` announces a literal block. */
function paragraph(lines: readonly string[], at: number, document: RstDocument): Block {
  let end = at;
  while (end < lines.length && !isBlank(lines[end])) end += 1;
  const text = lines.slice(at, end).join('\n');
  if (!text.endsWith('::'))
    return { nodes: [element('p', [inlineRst(text, document)])], lines: end - at };
  const shown = text === '::' ? '' : text.replace(/\s::$|:$/, (mark) => (mark === ':' ? '' : ''));
  const body = bodyOf(lines, end, 1);
  return {
    nodes: [
      ...(shown === '' ? [] : [element('p', [inlineRst(shown, document)])]),
      ...(body.lines.length === 0 ? [] : [codeBlock(body.lines, '')]),
    ],
    lines: end - at + body.count,
  };
}
