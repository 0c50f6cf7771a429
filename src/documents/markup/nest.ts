import type { ExtractedDocument } from '../document.ts';

const fenceMark = /^ {0,3}(`{3,}|~{3,})/;
const headingMark = /^( {0,3})(#{1,6})(?=[ \t])/;
/** A line that Markdown reads as a heading, a table row, a fence or an underline. */
const meaningful = /^ {0,3}(?:#{1,6}[ \t]|\||`{3}|~{3}|(?:=+|-{2,})[ \t]*$)/m;

/**
 * Returns a document as a part of another one: its headings are `levels` deeper, an open fence is closed,
 * and text in which Markdown would see marks becomes a code block.
 */
export function nestDocument({ text, isMarkdown }: ExtractedDocument, levels: number): string {
  const trimmed = text.replace(/^(?:[^\S\n]*\n)+/, '').trimEnd();
  if (isMarkdown) return nestMarkdown(trimmed, levels);
  return meaningful.test(trimmed) ? fenced(trimmed) : trimmed;
}

/** Moves headings outside of code `levels` deeper, at most to the sixth, and closes a fence that is left open. */
export function nestMarkdown(text: string, levels: number): string {
  let fence = '';
  const lines = text.split('\n').map((line) => {
    const mark = fenceMark.exec(line)?.[1] ?? '';
    if (fence !== '') {
      if (line.trim().startsWith(fence)) fence = '';
      return line;
    }
    fence = mark;
    return mark === ''
      ? line.replace(
          headingMark,
          (_, indent: string, marks: string) =>
            indent + '#'.repeat(Math.min(6, marks.length + levels)),
        )
      : line;
  });
  if (fence !== '') lines.push(fence);
  return lines.join('\n');
}

/** Writes a code block in a fence that is longer than any run of backticks in the text. */
export function fenced(text: string, language = ''): string {
  const longest = Math.max(2, ...(text.match(/`{3,}/g) ?? []).map((run) => run.length));
  return `${'`'.repeat(longest + 1)}${language}\n${text}\n${'`'.repeat(longest + 1)}`;
}
