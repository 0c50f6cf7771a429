/** The beginnings of an opening and a closing tag, in lower case, and the end of both. */
export type Tag = readonly [open: string, close: string, end: string];

/** Matches closing tags, which may occur without an opening one. */
export const stray = /<\/think(?:ing)?\s*>/gi;

const maxTagChars = 100;

/** Returns true when more text is needed to classify the tag before it. */
export const isOpenEnded = (after: string): boolean => after.trim() === '' && !after.includes('\n');

const isOdd = (text: string, mark: string): boolean => text.split(mark).length % 2 === 0;

/** Returns true when a closing tag ends reasoning: it is not in code, quotes, JSON or the middle of a sentence. */
export function isStray(before: string, after: string): boolean {
  if (/^\s*([[{]|```)/.test(before) || isOdd(before, '```') || /<think|\[think\]/i.test(before))
    return false;
  const line = before.slice(before.lastIndexOf('\n') + 1);
  if (isOdd(line, '`') || /["'“‘«(]$/.test(line)) return false;
  if (line.trim() === '' || after === '' || /^[^\S\n]*\n/.test(after)) return true;
  return !/\s$/.test(line) && !/^[\s.,;:!?)"'”’`]/.test(after);
}

/** Returns true for a tag alone on its line, which suffices when an answer is known to begin with reasoning. */
export const isAloneOnLine = (before: string, after: string): boolean =>
  /(^|\n)[^\S\n]*$/.test(before) && /^[^\S\n]*\n/.test(after);

/** Returns the end of the opening tag at the start of a text; 0 when the tag may be incomplete, null when there is none. */
export function openingEnd(text: string, [open, , end]: Tag): number | null {
  const lower = text.slice(0, maxTagChars).toLowerCase();
  if (open.startsWith(lower)) return 0;
  if (!lower.startsWith(open)) return null;
  const at = lower.indexOf(end, open.length);
  const attributes = lower.slice(open.length, at === -1 ? undefined : at);
  if (!/^(?:\s[^<>]*)?$/.test(attributes)) return null;
  if (at === -1) return text.length < maxTagChars ? 0 : null;
  return at + end.length;
}

/** Returns the start and the end of the closing tag in a text; null when there is none. */
export function closingOf(
  text: string,
  [, close, end]: Tag,
): { readonly at: number; readonly end: number } | null {
  const lower = text.toLowerCase();
  for (let at = lower.indexOf(close); at !== -1; at = lower.indexOf(close, at + 1)) {
    const rest = text.slice(at + close.length).trimStart();
    if (rest.startsWith(end)) return { at, end: text.length - rest.length + end.length };
  }
  return null;
}

/** Returns the number of characters at the end of a text that may begin a closing tag. */
export function overlap(text: string, close: string): number {
  const tail = text.slice(-maxTagChars).toLowerCase();
  const whole = tail.trimEnd();
  const ends = close === '</thinking' ? ['</thinking', '</think'] : [close];
  for (const begin of ends) {
    if (whole.endsWith(begin)) return tail.length - whole.length + begin.length;
    for (let length = Math.min(begin.length, tail.length); length > 0; length -= 1)
      if (tail.endsWith(begin.slice(0, length))) return length;
  }
  return 0;
}
