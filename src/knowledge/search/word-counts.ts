import { type SQL, sql } from 'drizzle-orm';
import { candidateLimit } from './input.ts';
import { type IndexTerm, inScopes, matchAny, matchWords } from './keywords.ts';
import { termKey } from './term-keys.ts';

/** Chunks that the rarest terms of a query select together: at most, and at least if others follow. */
export const maxSelected = 1000;
const minSelected = 4 * candidateLimit;

/** True once the task `chunk_terms` has added the chunks of earlier versions. */
const isComplete = sql.raw(`not exists (select 1 from chunks
  where seq < coalesce((select rowid from chunk_terms order by rowid limit 1), 9007199254740991))`);

/**
 * Selects `at`, `word`, `phrase` and `count` of each term: the number of chunks of the scopes that contain it.
 * Reads one row for each stem and scope, whatever the size of the base. A term of several stems counts
 * as its rarest one.
 */
export function countedTerms(scopes: readonly string[], terms: readonly IndexTerm[]): SQL {
  const parameters = terms.map((term) => ({
    word: term.word,
    phrase: term.phrase,
    match: matchAny(scopes, [term]),
    keys: scopes.map((scope) => term.stems.map((stem) => termKey(scope, stem))),
  }));
  return sql`select w.key as at, w.value ->> 'word' as word, w.value ->> 'phrase' as phrase, iif(${isComplete},
      (select coalesce(sum(in_base), 0) from (
        select (select min(coalesce((select doc from chunk_term_counts where term = s.value), 0)) from json_each(b.value) s) as in_base
        from json_each(w.value -> 'keys') b)),
      (select count(*) from chunk_words where chunk_words match w.value ->> 'match')
        + (select count(*) from chunks_fts where chunks_fts match w.value ->> 'match')) as count
    from json_each(${JSON.stringify(parameters)}) w`;
}

/**
 * Terms of `counted` (`countedTerms`) to search for. Without prefixes in fewer chunks than their word: those texts are of
 * a language whose chunks have no prefixes, and the few that have it would rank first.
 */
const kept = sql.raw(`(select phrase, count, at from counted t
  where word is null or count >= (select w.count from counted w where w.at = t.word))`);

/** An FTS5 expression for the chunks of the scopes that contain one of the terms of `counted`. */
export const matchCounted = (scopes: readonly string[]): SQL =>
  sql`${`${inScopes(scopes)} AND ${matchWords} : (`} || (select group_concat(phrase, ' OR ') from ${kept}) || ')'`;

/**
 * `matchCounted` for chunks with one of the rarest terms only, so that ranking costs the same in a large base. All
 * terms count for their rank, the rarest twice.
 */
export function matchRarest(scopes: readonly string[]): SQL {
  const isSelecting = sql.raw(`(total <= ${maxSelected} or total - count < ${minSelected})`);
  return sql`${matchCounted(scopes)} || (
    select iif(sum(${isSelecting}) = count(*), '', ${` AND ${matchWords} : (`} || group_concat(phrase, ' OR ') filter (where ${isSelecting}) || ')')
    from (select phrase, count, sum(count) over (order by count = 0, count, at) as total from ${kept}))`;
}
