/** How a tag opens and closes, in small letters, and how both of them end. */
export type Tag = readonly [open: string, close: string, end: string];

/** Closing tags that come without an opening one. */
export const stray = /<\/think(?:ing)?\s*>/gi;

const longestTag = 100;

/** Whether it takes more of the text to tell what the tag before it is. */
export const isOpenEnded = (after: string): boolean => after.trim() === '' && !after.includes('\n');

const isOdd = (text: string, mark: string): boolean => text.split(mark).length % 2 === 0;

/** Whether a closing tag ends a thought, by where it stands: not in code, quotes or JSON, nor within a sentence. */
export function isStray(before: string, after: string): boolean {
  if (/^\s*([[{]|```)/.test(before) || isOdd(before, '```') || /<think|\[think\]/i.test(before))
    return false;
  const line = before.slice(before.lastIndexOf('\n') + 1);
  if (isOdd(line, '`') || /["'“‘«(]$/.test(line)) return false;
  if (line.trim() === '' || after === '' || /^[^\S\n]*\n/.test(after)) return true;
  return !/\s$/.test(line) && !/^[\s.,;:!?)"'”’`]/.test(after);
}

/** Whether a tag has a line for itself: where an answer is known to begin with a thought that is enough. */
export const isOnItsOwn = (before: string, after: string): boolean =>
  /(^|\n)[^\S\n]*$/.test(before) && /^[^\S\n]*\n/.test(after);

/** Where the opening tag ends with which a text begins; 0 where more of it may come, null where there is none. */
export function openingEnd(text: string, [open, , end]: Tag): number | null {
  const lower = text.slice(0, longestTag).toLowerCase();
  if (open.startsWith(lower)) return 0;
  if (!lower.startsWith(open)) return null;
  const at = lower.indexOf(end, open.length);
  const attributes = lower.slice(open.length, at === -1 ? undefined : at);
  if (!/^(?:\s[^<>]*)?$/.test(attributes)) return null;
  if (at === -1) return text.length < longestTag ? 0 : null;
  return at + end.length;
}

/** The closing tag of a thought: where it begins and ends. */
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

/** Characters at the end of a text with which a closing tag may begin. */
export function overlap(text: string, close: string): number {
  const tail = text.slice(-longestTag).toLowerCase();
  const whole = tail.trimEnd();
  const ends = close === '</thinking' ? ['</thinking', '</think'] : [close];
  for (const begin of ends) {
    if (whole.endsWith(begin)) return tail.length - whole.length + begin.length;
    for (let length = Math.min(begin.length, tail.length); length > 0; length -= 1)
      if (tail.endsWith(begin.slice(0, length))) return length;
  }
  return 0;
}
