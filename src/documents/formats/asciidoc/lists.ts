import type { Block } from '../../markup/block.ts';
import { type Element, element, type Node } from '../../markup/tree.ts';
import { type AsciidocDocument, inlineAsciidoc } from './inline.ts';

const marker = /^\s*(\*{1,6}|-|\.{1,6}|\d{1,6}\.|[a-z]\.|<(?:\d{1,4}|\.)>)\s+(\S.*)$/;
const term = /^\s*(\S.{0,500}?)(:{2,4}|;;)(?:\s+(.*))?$/;
const open = /^(?:-{4,}|\.{4,}|={4,}|\*{4,}|_{4,}|\+{4,}|--|`{3,}.*|[|,!]={3,})$/;

export const isListLine = (line: string): boolean =>
  marker.test(line) || (term.test(line) && !/^\w+::\S*\[.*\]$/.test(line));

interface Item {
  /** Kind and depth of the marker: `*`, `**`, `.`, `::`. */
  readonly mark: string;
  readonly term: string | null;
  readonly text: string[];
  readonly attached: string[][];
}

/** Reads a list with the lists inside of it; blocks after a `+` belong to their item. */
export function readList(
  lines: readonly string[],
  at: number,
  document: AsciidocDocument,
  inner: (body: readonly string[]) => Node[],
): Block {
  const { items, end } = readItems(lines, at);
  const builder = { items, document, inner, next: 0 };
  const nodes: Node[] = [];
  while (builder.next < items.length) nodes.push(build(builder, []));
  return { nodes, lines: end - at };
}

function readItems(lines: readonly string[], at: number): { items: Item[]; end: number } {
  const items: Item[] = [];
  let end = at;
  while (end < lines.length) {
    const line = lines[end] ?? '';
    const item = items.at(-1);
    if (isListLine(line)) {
      items.push(itemOf(line));
      end += 1;
    } else if (line === '+' && item !== undefined) {
      const block = attachedBlock(lines, end + 1);
      item.attached.push(block);
      end += 1 + block.length;
    } else if (line === '') {
      // An empty line ends the list, unless another item follows.
      let next = end;
      while (lines[next] === '') next += 1;
      if (next >= lines.length || !isListLine(lines[next] ?? '')) break;
      end = next;
    } else if (/^\/\/(?!\/)/.test(line)) end += 1;
    else if (item === undefined || open.test(line) || /^\[.*\]$|^\.[^\s.]|^={1,6} /.test(line))
      break;
    else {
      item.text.push(line.trim());
      end += 1;
    }
  }
  return { items, end };
}

function itemOf(line: string): Item {
  const [, mark, text = ''] = marker.exec(line) ?? [];
  if (mark !== undefined) {
    const kind = /^(?:\d|[a-z])/.test(mark) ? '1.' : mark.startsWith('<') ? '<>' : mark;
    return {
      mark: kind,
      term: null,
      text: [text.replace(/^\[[ x*]\]\s/, (box) => (box === '[ ] ' ? box : '[x] '))],
      attached: [],
    };
  }
  const [, name = '', colons = '::', rest = ''] = term.exec(line) ?? [];
  return { mark: colons, term: name, text: rest === '' ? [] : [rest], attached: [] };
}

/** The lines of the block that is attached: a delimited block as a whole, else up to an empty line. */
function attachedBlock(lines: readonly string[], at: number): string[] {
  let end = at;
  while (end < lines.length && /^\[.*\]$|^\.[^\s.]/.test(lines[end] ?? '')) end += 1;
  const first = lines[end] ?? '';
  if (open.test(first)) {
    const close = lines.indexOf(first.startsWith('```') ? '```' : first, end + 1);
    return lines.slice(at, close < 0 ? lines.length : close + 1);
  }
  while (
    end < lines.length &&
    lines[end] !== '' &&
    lines[end] !== '+' &&
    !(end > at && isListLine(lines[end] ?? ''))
  )
    end += 1;
  return lines.slice(at, end);
}

interface Builder {
  readonly items: readonly Item[];
  readonly document: AsciidocDocument;
  readonly inner: (body: readonly string[]) => Node[];
  next: number;
}

/** Builds the list of the next item. Its marker differs from those of the lists around it (`above`). */
function build(builder: Builder, above: readonly string[]): Element {
  const mark = builder.items[builder.next]?.mark ?? '*';
  const children: Node[] = [];
  const path = [...above, mark];
  while (builder.items[builder.next]?.mark === mark) {
    const item = builder.items[builder.next];
    builder.next += 1;
    if (item === undefined) break;
    const text =
      item.text.length === 0
        ? []
        : [element('p', [inlineAsciidoc(item.text.join('\n'), builder.document)])];
    const content: Node[] = [...text, ...item.attached.flatMap((block) => builder.inner(block))];
    for (
      let next = builder.items[builder.next];
      next !== undefined && !path.includes(next.mark) && path.length < 20;
      next = builder.items[builder.next]
    )
      content.push(build(builder, path));
    if (item.term === null) children.push(element('li', content));
    else
      children.push(
        element('dt', [inlineAsciidoc(item.term, builder.document)]),
        element('dd', content),
      );
  }
  return element(/^(?::|;)/.test(mark) ? 'dl' : /^[.1<]/.test(mark) ? 'ol' : 'ul', children);
}
