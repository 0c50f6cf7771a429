import { cleanText } from '../clean-text.ts';
import { canonicalLanguage } from './language-tag.ts';
import { readDate } from './read-date.ts';

/** Properties that a document states itself. Fields that it does not have are absent. */
export interface DocumentProperties {
  readonly title?: string;
  /** Several are separated by commas. */
  readonly author?: string;
  /** ISO 8601 in UTC, with milliseconds. */
  readonly published_at?: string;
  /** BCP 47. */
  readonly language?: string;
}

/** The properties as a format writes them, the best ones first. */
export interface RawProperties {
  readonly title?: readonly Raw[];
  readonly author?: readonly Raw[];
  readonly dates?: readonly Raw[];
  readonly language?: readonly Raw[];
}
type Raw = string | null | undefined;

export const maxPropertyChars = 500;

/** Titles that programs write by themselves. */
const meaningless =
  /^(?:untitled|unbenannt|sans titre|document\d*|presentation\d*|powerpoint[- ]pr[äe]sent\w*|(?:microsoft )?word[- ]do[ck]ument\w*|slide 1|title|\.+|unknown|user|admin|administrator|author|python-docx|un-?named|openpyxl|python-pptx|phpword|poi|apache poi|https?:\S*)$/i;

/** Returns the first usable value of each property, on one line. */
export function toProperties({
  title = [],
  author = [],
  dates = [],
  language = [],
}: RawProperties): DocumentProperties {
  const found = {
    title: first(title, oneLine),
    author: first(author, oneLine),
    published_at: first(dates, readDate),
    language: first(language, canonicalLanguage),
  };
  return Object.fromEntries(Object.entries(found).filter(([, value]) => value !== null));
}

function first(values: readonly Raw[], read: (text: string) => string | null): string | null {
  for (const value of values) {
    const found = value === null || value === undefined ? null : read(value);
    if (found !== null) return found;
  }
  return null;
}

function oneLine(text: string): string | null {
  const line = cleanText(text.slice(0, 4 * maxPropertyChars))
    .replace(/^Microsoft (?:Word|PowerPoint|Excel) - /, '')
    .replaceAll(/\s+/g, ' ')
    .trim()
    .slice(0, maxPropertyChars)
    .toWellFormed();
  return line === '' || meaningless.test(line) ? null : line;
}
