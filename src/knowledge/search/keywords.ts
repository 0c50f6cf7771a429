import { stemmerOfScript } from '../../shared/script-stemmers.ts';
import { stemsOfWord } from '../../shared/stems.ts';
import { contentWords, words } from '../../shared/words.ts';
import { termKeys } from './term-keys.ts';

/** Maximum number of query words; more add cost, not quality. */
const maxQueryWords = 64;

/** The part of a chunk that the keyword index and the index of terms contain. */
export interface IndexedChunk {
  readonly title: string;
  readonly body: string;
  readonly keys: string;
}

export interface ChunkSource {
  /** The scope in which it is found: its base, or the former content of it. */
  readonly scope: string;
  readonly file_name: string;
  readonly heading: string | null;
  readonly text: string;
}

/**
 * Returns the words of a chunk, segmented, so that scripts without spaces are searchable, and the keys of its
 * stems. Its title is the file name without extension, and its headings.
 */
export function indexChunk({ scope, file_name, heading, text }: ChunkSource): IndexedChunk {
  const name = file_name.replace(/\.[A-Za-z0-9]{1,10}$/, '').replaceAll(/[-_.]+/g, ' ');
  const [title, body] = [words([name, heading].filter(Boolean).join('\n')), words(text)];
  return {
    title: title.map(indexedWord).join(' '),
    body: body.map(indexedWord).join(' '),
    keys: termKeys(scope, [...title, ...body].flatMap(stemsOfWord)),
  };
}

/** The tokenizer of the index stems Latin letters only. */
const indexedWord = (word: string): string =>
  stemmerOfScript(word) === null ? word : stemsOfWord(word).join(' ');

/** Returns the distinct words of a query, in order. */
export const queryWords = (query: string): string[] =>
  [...new Set(contentWords(query))].slice(0, maxQueryWords);

/** Quotes an FTS5 string, so that it contains no operator. */
const quoted = (text: string) => `"${text.replaceAll('"', '""')}"`;

/** Restricts an expression to scopes; FTS5 skips rows of others. */
const inScopes = (scopes: readonly string[]) => `scope : (${scopes.map(quoted).join(' OR ')})`;

/** The columns that contain words. */
export const matchWords = '{title body}';

/** Returns an FTS5 expression for rows of the scopes with any of the words. */
export const matchAny = (scopes: readonly string[], terms: readonly string[]): string =>
  `${inScopes(scopes)} AND ${matchWords} : (${terms.map(matchWord).join(' OR ')})`;

/** Returns an FTS5 expression for a word. Chunks that `stemKeywords` has not reached contain the word itself. */
export const matchWord = (word: string): string =>
  [...new Set([word, indexedWord(word)])].map(quoted).join(' OR ');
