import { contentWords, words } from '../shared/words.ts';

/** Words of a query that are looked for; more only cost time. */
const maxQueryWords = 64;

/** What the keyword index holds of a text: its words, cut, so that scripts without spaces have some. */
export const indexedWords = (text: string): string => words(text).join(' ');

/** The words a query looks for, each once, in order. */
export const queryWords = (query: string): string[] => [...new Set(contentWords(query))].slice(0, maxQueryWords);

/** An FTS5 string: nothing inside is an operator. */
const quoted = (text: string) => `"${text.replaceAll('"', '""')}"`;

/** Rows of these bases; the index cuts off all others by itself. */
const scopeOf = (base_ids: readonly string[]) => `scope : (${base_ids.map(quoted).join(' OR ')})`;

/** FTS5 expression: rows of the bases with any of the words. */
export const matchAny = (base_ids: readonly string[], terms: readonly string[]): string =>
  `${scopeOf(base_ids)} AND {title body} : (${terms.map(quoted).join(' OR ')})`;
