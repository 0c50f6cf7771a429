import type { Language } from './languages.ts';

/** Consecutive lines of a file that belong to one declaration. */
export interface CodePart {
  /** Name of the declaration; null for lines outside of any. */
  readonly title: string | null;
  /** Level of its heading: 1 at the top level, 2 within a class. */
  readonly level: number;
  readonly code: string;
}

/** Lines that are longer are data or minified code, in which declarations are not looked for. */
const maxLine = 500;

/**
 * Splits code at its declarations. Every line is in one part, in order; a comment directly above a declaration
 * belongs to it. Declarations are recognized line by line: code that a line does not tell apart stays together.
 */
export function readSymbols(source: string, language: Language): CodePart[] {
  const lines = source.split('\n');
  const starts = findStarts(lines, language);
  const parts: CodePart[] = [];
  for (const [index, start] of [{ line: 0, title: null, level: 1 }, ...starts].entries()) {
    const end = starts[index]?.line ?? lines.length;
    const code = lines
      .slice(start.line, end)
      .join('\n')
      .replace(/^(?:[^\S\n]*\n)+|\s+$/g, '');
    if (code !== '' || start.title !== null)
      parts.push({ title: start.title, level: start.level, code });
  }
  return parts;
}

interface Start {
  readonly line: number;
  readonly title: string | null;
  readonly level: number;
}

function findStarts(lines: readonly string[], language: Language): Start[] {
  const starts: Start[] = [];
  let container: { name: string; indent: number; members: number | null } | null = null;
  for (const [index, line] of lines.entries()) {
    if (line.trim() === '' || line.length > maxLine) continue;
    const indent = indentOf(line);
    const containing = nameIn(language.containers, line);
    const symbol = containing ?? nameIn(language.symbols, line);
    if (
      symbol !== null &&
      (container === null || indent <= container.indent || containing !== null)
    ) {
      if (containing !== null) container = { name: containing, indent, members: null };
      else container = null;
      starts.push({ line: leadingLine(lines, index, starts, language), title: symbol, level: 1 });
      continue;
    }
    if (container === null) continue;
    const member = nameIn(language.members, line);
    if (member === null) continue;
    // The first member sets the indentation: what is deeper belongs to a member.
    container.members ??= indent;
    if (indent !== container.members || indent <= container.indent) continue;
    starts.push({
      line: leadingLine(lines, index, starts, language),
      title: `${container.name}.${member}`,
      level: 2,
    });
  }
  return starts;
}

const indentOf = (line: string) => /^[ \t]*/.exec(line)?.[0].replaceAll('\t', '    ').length ?? 0;

/** Returns the names that a pattern finds, joined as in `Type.method`; null when it does not match. */
function nameIn(pattern: RegExp | null, line: string): string | null {
  const match = pattern?.exec(line) ?? null;
  if (match === null) return null;
  const name = match.slice(1).filter((group) => group !== undefined && group !== '');
  return name.length === 0 ? null : name.map(withoutType).join('.').slice(0, 200);
}

/** Returns the name of a function that is matched with its type and opening bracket: `unsigned int *find(`. */
function withoutType(name: string): string {
  const words = name.replaceAll(/\s+/g, ' ').trim();
  return words.endsWith('(')
    ? (words
        .slice(0, -1)
        .trim()
        .split(/[\s*&]+/)
        .at(-1) ?? words)
    : words;
}

/** Returns the first of the comment lines directly above a declaration. */
function leadingLine(
  lines: readonly string[],
  index: number,
  starts: readonly Start[],
  language: Language,
): number {
  const floor = (starts.at(-1)?.line ?? -1) + 1;
  let line = index;
  while (line - 1 >= floor && language.leading.test(lines[line - 1] ?? '')) line -= 1;
  return line;
}
