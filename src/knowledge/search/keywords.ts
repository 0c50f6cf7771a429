import { contentWords, words } from '../../shared/words.ts';

/** Maximum number of query words; more add cost, not quality. */
const maxQueryWords = 64;

/**
 * Returns the words of a text for the keyword index, segmented, so that scripts without spaces are
 * searchable.
 */
export const indexedBody = (text: string): string => words(text).join(' ');

/** Returns the words of a chunk's title: its file name without extension, and its headings. */
export const indexedTitle = (file_name: string, heading: string | null): string =>
  indexedBody(
    [file_name.replace(/\.[A-Za-z0-9]{1,10}$/, '').replaceAll(/[-_.]+/g, ' '), heading]
      .filter(Boolean)
      .join('\n'),
  );

/** Returns the distinct words of a query, in order. */
export const queryWords = (query: string): string[] =>
  [...new Set(contentWords(query))].slice(0, maxQueryWords);

/** Quotes an FTS5 string, so that it contains no operator. */
export const quoted = (text: string) => `"${text.replaceAll('"', '""')}"`;

/** Restricts an expression to bases; FTS5 skips rows of others. */
const scopeOf = (base_ids: readonly string[]) => `scope : (${base_ids.map(quoted).join(' OR ')})`;

/** The columns that contain words. */
export const matchWords = '{title body}';

/** Returns an FTS5 expression for rows of the bases with any of the words. */
export const matchAny = (base_ids: readonly string[], terms: readonly string[]): string =>
  `${scopeOf(base_ids)} AND ${matchWords} : (${terms.map(quoted).join(' OR ')})`;
