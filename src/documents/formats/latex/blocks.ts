import { DocumentFault } from '../../fault.ts';
import { element, type Node } from '../../markup/tree.ts';
import { formula, paragraph, readEnvironment } from './environments.ts';
import { inlineLatex } from './inline.ts';
import { argumentAt, type LatexDocument, optionAt } from './source.ts';

const maxDepth = 40;

const levels: Readonly<Record<string, number>> = {
  part: 1,
  chapter: 1,
  section: 2,
  subsection: 3,
  subsubsection: 4,
  paragraph: 5,
  subparagraph: 6,
};
const block =
  /\n[ \t]*\n\s*|\\(part|chapter|section|subsection|subsubsection|paragraph|subparagraph|caption|begin)\*?(?=\s*[[{])|\\\[|\\(?:title|author|date|maketitle)\b|\{/g;

/** Reads the source of a document or environment as blocks. Throws `too_large` for deep nesting. */
export function readBlocks(source: string, document: LatexDocument, depth: number): Node[] {
  if (depth > maxDepth)
    throw new DocumentFault(
      'too_large',
      `The document is nested more than ${maxDepth} levels deep.`,
    );
  const nodes: Node[] = [];
  const scanner = new RegExp(block);
  let from = 0;
  const flush = (to: number) => nodes.push(...paragraph(source.slice(from, to), document));
  for (let match = scanner.exec(source); match !== null; match = scanner.exec(source)) {
    const [whole, name] = match;
    const after = match.index + whole.length;
    const isEscaped = source[match.index - 1] === '\\' && whole !== '\\[';
    if (whole === '{') {
      // A group is one part of its paragraph, whatever it holds.
      if (!isEscaped)
        scanner.lastIndex = Math.max(after, argumentAt(source, match.index)?.end ?? after);
      continue;
    }
    const taken =
      isEscaped && whole.startsWith('\\')
        ? null
        : readAt(source, after, name ?? whole, document, depth);
    if (taken === null) continue;
    flush(match.index);
    nodes.push(...taken.nodes);
    from = taken.end;
    scanner.lastIndex = Math.max(taken.end, after);
  }
  flush(source.length);
  return nodes;
}

function readAt(
  source: string,
  at: number,
  name: string,
  document: LatexDocument,
  depth: number,
): { nodes: Node[]; end: number } | null {
  if (name.startsWith('\n')) return { nodes: [], end: at };
  if (name === '\\[') {
    const end = source.indexOf('\\]', at);
    return end < 0 ? null : { nodes: formula(source.slice(at, end)), end: end + 2 };
  }
  if (name === '\\maketitle') return { nodes: [], end: at };
  const argument = argumentAt(source, optionAt(source, at)?.end ?? at);
  if (argument === null) return null;
  if (name.startsWith('\\')) return { nodes: [], end: argument.end };
  if (name === 'begin') {
    const { close, end } = endOf(source, argument.text, argument.end);
    const environment = argument.text.replace(/\*$/, '');
    const inner = (text: string) => readBlocks(text, document, depth + 1);
    return {
      nodes: readEnvironment(environment, source.slice(argument.end, close), document, inner),
      end,
    };
  }
  if (name === 'caption') return { nodes: paragraph(argument.text, document), end: argument.end };
  return {
    nodes: [element(`h${levels[name] ?? 6}`, [inlineLatex(argument.text, document)])],
    end: argument.end,
  };
}

/** Finds the end of an environment, with those of its name inside of it; the end of the source if there is none. */
function endOf(source: string, name: string, at: number): { close: number; end: number } {
  const [open, close] = [`\\begin{${name}}`, `\\end{${name}}`];
  let nested = 0;
  for (let from = at; ; ) {
    const next = source.indexOf(close, from);
    if (next < 0) return { close: source.length, end: source.length };
    for (
      let inner = source.indexOf(open, from);
      inner >= 0 && inner < next;
      inner = source.indexOf(open, inner + 1)
    )
      nested += 1;
    if (nested === 0) return { close: next, end: next + close.length };
    nested -= 1;
    from = next + close.length;
  }
}
