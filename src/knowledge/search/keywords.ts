import { contentWords, words } from '../../shared/words.ts';

/** Words of a query that are looked for; more only cost time. */
const maxQueryWords = 64;

/** What the keyword index holds of a text: its words, cut, so that scripts without spaces have some. */
export const indexedBody = (text: string): string => words(text).join(' ');

/** The same of what stands above a chunk: the name of its file without extension, and its headings. */
export const indexedTitle = (file_name: string, heading: string | null): string =>
  indexedBody(
    [file_name.replace(/\.[A-Za-z0-9]{1,10}$/, '').replaceAll(/[-_.]+/g, ' '), heading]
      .filter(Boolean)
      .join('\n'),
  );

/** The words a query looks for, each once, in order. */
export const queryWords = (query: string): string[] =>
  [...new Set(contentWords(query))].slice(0, maxQueryWords);

/** An FTS5 string: nothing inside is an operator. */
const quoted = (text: string) => `"${text.replaceAll('"', '""')}"`;

/** Rows of these bases; the index cuts off all others by itself. */
const scopeOf = (base_ids: readonly string[]) => `scope : (${base_ids.map(quoted).join(' OR ')})`;

/** FTS5 expression: rows of the bases with any of the words. */
export const matchAny = (base_ids: readonly string[], terms: readonly string[]): string =>
  `${scopeOf(base_ids)} AND {title body} : (${terms.map(quoted).join(' OR ')})`;
