import { diffWordsWithSpace } from 'diff';

interface TextChange {
  readonly type: 'same' | 'removed' | 'added';
  readonly text: string;
}

/** Texts with more changed words, and longer ones, are shown as replaced as a whole, which bounds the work. */
const maxEdits = 400;
const maxChars = 20_000;

/** Returns the words of two answers, a removed run before its replacement. */
export function compareTexts(from: string, to: string): TextChange[] {
  const parts =
    from.length + to.length > maxChars
      ? undefined
      : diffWordsWithSpace(from, to, { maxEditLength: maxEdits });
  if (parts === undefined)
    return [
      { type: 'removed', text: from },
      { type: 'added', text: to },
    ];
  return parts.map(({ added, removed, value }) => ({
    type: added ? 'added' : removed ? 'removed' : 'same',
    text: value,
  }));
}
