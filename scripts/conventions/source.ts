import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Node, type ParseResult, parseSync, Visitor } from 'oxc-parser';

export const root = join(import.meta.dirname, '..', '..');

/** Paths of the files below a folder, relative to the root of the repository. */
export const filesIn = (folder: string, ending: RegExp): string[] =>
  readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter((file) => ending.test(file) && !file.includes('node_modules'))
    .map((file) => `${folder}/${file}`);

export const readText = (file: string): string => readFileSync(join(root, file), 'utf8');

export interface Text {
  /** 1-based. */
  readonly line: number;
  readonly value: string;
}

interface SourceFunction {
  readonly line: number;
  /** Number of lines of the body, without the braces. */
  readonly lines: number;
}

export interface Source {
  readonly file: string;
  readonly lines: number;
  /** A run of `//` lines is one comment; the decoration of a block comment is removed. */
  readonly comments: readonly Text[];
  /** Literals and the fixed parts of templates, except SQL and the names of imported modules. */
  readonly strings: readonly Text[];
  readonly functions: readonly SourceFunction[];
}

/** Parses one TypeScript or JavaScript file. Throws when it has a syntax error. */
export function readSource(file: string): Source {
  const text = readText(file);
  const parsed = parseSync(file, text);
  if (parsed.errors.length > 0) throw new Error(`${file}: ${parsed.errors[0]?.message}`);
  const lineAt = lineCounter(text);
  return {
    file,
    lines: text.split('\n').length - 1,
    comments: commentsOf(parsed, lineAt),
    ...literalsAndFunctions(parsed, lineAt),
  };
}

/** Returns a function from offsets to 1-based lines. */
export function lineCounter(text: string): (offset: number) => number {
  const starts = [0, ...[...text.matchAll(/\n/g)].map(({ index }) => index + 1)];
  return (offset) => {
    let low = 0;
    let high = starts.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if ((starts[middle] ?? 0) <= offset) low = middle;
      else high = middle - 1;
    }
    return low + 1;
  };
}

function commentsOf({ comments }: ParseResult, lineAt: (offset: number) => number): Text[] {
  const texts: Text[] = [];
  let previousLine = -1;
  for (const { type, value, start, end } of comments) {
    const line = lineAt(start);
    const last = texts.at(-1);
    if (type === 'Line' && last !== undefined && line === previousLine + 1)
      texts[texts.length - 1] = { line: last.line, value: `${last.value} ${value.trim()}` };
    else
      texts.push({
        line,
        value: value
          .replaceAll(/\s*\n\s*\*?\s*/g, ' ')
          .replace(/^\*/, '')
          .trim(),
      });
    previousLine = type === 'Line' ? lineAt(end) : -1;
  }
  return texts;
}

function literalsAndFunctions(
  { program }: ParseResult,
  lineAt: (offset: number) => number,
): Pick<Source, 'strings' | 'functions'> {
  const strings: Text[] = [];
  const functions: SourceFunction[] = [];
  const skipped = new Set<Node>();
  const measure = ({ start, body }: { start: number; body: Node | null }) => {
    if (body === null) return;
    const braces = body.type === 'BlockStatement' ? 2 : 0;
    const lines = lineAt(body.end) - lineAt(body.start) + 1 - braces;
    functions.push({ line: lineAt(start), lines: Math.max(1, lines) });
  };
  new Visitor({
    TaggedTemplateExpression: ({ tag, quasi }) => {
      if (tag.type === 'Identifier' && tag.name === 'sql') skipped.add(quasi);
    },
    TemplateLiteral: (node) => {
      if (skipped.has(node)) return;
      const value = node.quasis.map((part) => part.value.cooked ?? '').join('…');
      strings.push({ line: lineAt(node.start), value });
    },
    Literal: ({ value, start }) => {
      if (typeof value === 'string') strings.push({ line: lineAt(start), value });
    },
    FunctionDeclaration: measure,
    FunctionExpression: measure,
    ArrowFunctionExpression: measure,
  }).visit(program);
  return { strings, functions };
}
