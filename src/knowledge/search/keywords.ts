import { stemmerOfScript } from '../../shared/script-stemmers.ts';
import { stemsOf, stemsOfWord } from '../../shared/stems.ts';
import { contentWords, words } from '../../shared/words.ts';
import { termKeys } from './term-keys.ts';
import { prefixesOf, queryPrefixes } from './word-prefixes.ts';

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
 * Returns the words of a chunk, segmented, so that scripts without spaces are searchable, with their prefixes,
 * and the keys of its stems and prefixes. Its title is the file name without extension, and its headings.
 */
export function indexChunk({ scope, file_name, heading, text }: ChunkSource): IndexedChunk {
  const name = file_name.replace(/\.[A-Za-z0-9]{1,10}$/, '').replaceAll(/[-_.]+/g, ' ');
  const [title, body] = [words([name, heading].filter(Boolean).join('\n')), words(text)];
  const all = [...title, ...body];
  const prefixes = prefixesOf(all);
  return {
    title: title.map(indexedWord).join(' '),
    body: [...body.map(indexedWord), ...prefixes].join(' '),
    keys: termKeys(scope, [...all.flatMap(stemsOfWord), ...prefixes]),
  };
}

/** The tokenizer of the index stems Latin letters only. */
const indexedWord = (word: string): string =>
  stemmerOfScript(word) === null ? word : stemsOfWord(word).join(' ');

/** Returns the distinct words of a query, in order. */
export const queryWords = (query: string): string[] =>
  [...new Set(contentWords(query))].slice(0, maxQueryWords);

/** A word or a prefix that a search looks up in the index. */
export interface IndexTerm {
  /** An FTS5 expression for its chunks. */
  readonly phrase: string;
  /** A chunk has the term if it has all of these. */
  readonly stems: readonly string[];
  /** The place of the word that a prefix belongs to; null for words. */
  readonly word: number | null;
}

/** Returns the terms of a query: its words, then their distinct prefixes. */
export function indexTerms(query: string): IndexTerm[] {
  const content = queryWords(query);
  const prefixes = queryPrefixes(words(query), content);
  return [
    ...content.map((word) => ({ phrase: matchWord(word), stems: stemsOf(word), word: null })),
    ...[...prefixes].map(([prefix, word]) => ({ phrase: quoted(prefix), stems: [prefix], word })),
  ];
}

/** Quotes an FTS5 string, so that it contains no operator. */
const quoted = (text: string) => `"${text.replaceAll('"', '""')}"`;

/** Restricts an expression to scopes; FTS5 skips rows of others. */
export const inScopes = (scopes: readonly string[]) =>
  `scope : (${scopes.map(quoted).join(' OR ')})`;

/** The columns that contain words. */
export const matchWords = '{title body}';

/** Returns an FTS5 expression for rows of the scopes with any of the terms. */
export const matchAny = (scopes: readonly string[], terms: readonly IndexTerm[]): string =>
  `${inScopes(scopes)} AND ${matchWords} : (${terms.map(({ phrase }) => phrase).join(' OR ')})`;

/** Returns an FTS5 expression for a word. Chunks that `indexAgain` has not reached contain the word itself. */
const matchWord = (word: string): string =>
  [...new Set([word, indexedWord(word)])].map(quoted).join(' OR ');
