import { type Element, element } from '../../markup/tree.ts';

export const isBlank = (line: string | undefined): boolean => (line ?? '').trim() === '';

export const indentOf = (line: string): number => line.length - line.trimStart().length;

interface Body {
  /** Lines without the indentation that they share, and without empty lines around them. */
  readonly lines: string[];
  /** Number of lines taken, with the empty ones after the body. */
  readonly count: number;
}

/** Returns the lines from `at` that are indented by at least `least`, or empty between such lines. */
export function bodyOf(lines: readonly string[], at: number, least: number): Body {
  let end = at;
  let last = at;
  while (end < lines.length && (isBlank(lines[end]) || indentOf(lines[end] ?? '') >= least)) {
    end += 1;
    if (!isBlank(lines[end - 1])) last = end;
  }
  const taken = lines.slice(at, last);
  const indent = taken.reduce(
    (smallest, line) => (isBlank(line) ? smallest : Math.min(smallest, indentOf(line))),
    Number.POSITIVE_INFINITY,
  );
  const body = taken.map((line) => (isBlank(line) ? '' : line.slice(indent)));
  while (body.length > 0 && body[0] === '') body.shift();
  return { lines: body, count: last === at ? 0 : end - at };
}

export const codeBlock = (lines: readonly string[], language: string): Element =>
  element(
    'pre',
    [lines.join('\n')],
    /^[\w+#.-]{1,30}$/.test(language) ? { class: `language-${language}` } : {},
  );
