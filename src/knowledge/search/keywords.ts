import { stemmerOfScript } from '../../shared/script-stemmers.ts';
import { stemsOf, stemsOfWord } from '../../shared/stems.ts';
import { contentWords, words } from '../../shared/words.ts';
import { termKey, termKeys, tierKeys } from './term-keys.ts';
import { prefixesOf, queryPrefixes } from './word-prefixes.ts';

/** Maximum number of query words; more add cost, not quality. */
const maxQueryWords = 64;

/** The part of a chunk that the keyword index contains: keys of its stems. */
export interface IndexedChunk {
  readonly title: string;
  readonly body: string;
}

export interface ChunkSource {
  /** The scope in which it is found: its base, or the former content of it. */
  readonly scope: string;
  readonly file_name: string;
  readonly heading: string | null;
  readonly text: string;
}

/**
 * Returns the keys of the stems of a chunk in order, then those of its prefixes and of the tiers of its stems. Its title is
 * the file name without extension, and its headings.
 */
export function indexChunk({ scope, file_name, heading, text }: ChunkSource): IndexedChunk {
  const name = file_name.replace(/\.[A-Za-z0-9]{1,10}$/, '').replaceAll(/[-_.]+/g, ' ');
  const [title, body] = [words([name, heading].filter(Boolean).join('\n')), words(text)];
  const [titleStems, bodyStems] = [title.flatMap(stemsOfWord), body.flatMap(stemsOfWord)];
  const prefixes = prefixesOf([...title, ...body]);
  return {
    title: termKeys(scope, titleStems).join(' '),
    body: [
      ...termKeys(scope, [...bodyStems, ...prefixes]),
      ...tierKeys(scope, [...titleStems, ...bodyStems, ...prefixes]),
    ].join(' '),
  };
}

/** The words of chunks of earlier versions: the tokenizer of the index stems Latin letters only. */
const indexedWord = (word: string): string =>
  stemmerOfScript(word) === null ? word : stemsOfWord(word).join(' ');

/** Returns the distinct words of a query, in order. */
export const queryWords = (query: string): string[] =>
  [...new Set(contentWords(query))].slice(0, maxQueryWords);

/** A word or a prefix that a search looks up in the index. */
export interface IndexTerm {
  /** An FTS5 expression for its chunks of earlier versions, which contain words. */
  readonly former: string;
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
    ...content.map((word) => ({ former: matchWord(word), stems: stemsOf(word), word: null })),
    ...[...prefixes].map(([prefix, word]) => ({ former: quoted(prefix), stems: [prefix], word })),
  ];
}

/** Quotes an FTS5 string, so that it contains no operator. */
const quoted = (text: string) => `"${text.replaceAll('"', '""')}"`;

/** Restricts an expression to scopes; FTS5 skips rows of others. */
export const inScopes = (scopes: readonly string[]) =>
  `scope : (${scopes.map(quoted).join(' OR ')})`;

/** The columns that contain words. */
export const matchWords = '{title body}';

/** Returns an FTS5 expression for rows of earlier versions of the scopes with any of the terms. */
export const matchFormer = (scopes: readonly string[], terms: readonly IndexTerm[]): string =>
  `${inScopes(scopes)} AND ${matchWords} : (${terms.map(({ former }) => former).join(' OR ')})`;

/** Returns an FTS5 expression for the keys of a term, or of one of its tiers, in any of the scopes. */
export const matchKeys = (scopes: readonly string[], stems: readonly string[], tier = 0): string =>
  scopes
    .map((scope) => quoted(stems.map((stem) => termKey(scope, stem, tier)).join(' ')))
    .join(' OR ');

/** Returns an FTS5 expression for a word in chunks of earlier versions: some have stems, others the word itself. */
const matchWord = (word: string): string =>
  [...new Set([word, indexedWord(word)])].map(quoted).join(' OR ');
