import { type SQL, sql } from 'drizzle-orm';
import { candidateLimit } from './candidate-limit.ts';
import { type IndexTerm, inScopes, matchFormer, matchKeys, matchWords } from './keywords.ts';
import { termKey, tierCounts } from './term-keys.ts';

/** Chunks that the rarest terms of a query select together: at most, and at least if others follow. */
export const maxSelected = 1000;
const minSelected = 4 * candidateLimit;
/** Chunks that are ranked at most if no word of the query is selective: 3 µs each. */
export const maxScored = 8192;
/** Chunks of a tier, at most, and tiers that select together. */
const maxOfTier = 4000;
const maxTiers = 4;
/**
 * Chunks with the terms that count for the rank, added up: FTS5 counts the chunks of each term again, at 0.1 µs a chunk.
 * Words beyond are left to the order of the first hits.
 */
export const maxRanked = 65_536;
/** The index of terms contains one of this many chunks. */
const sampling = 64;
/** Chunks of the sample from which the count of a term is estimated. */
const minSampled = 64;

/** The version of what `indexChunk` returns. A new one has all chunks indexed again. */
export const indexVersion = 3;

/** True once no chunk is indexed as by earlier versions. */
const isComplete = sql.raw(
  `exists (select 1 from keyword_progress where version = ${indexVersion} and before <= 0)`,
);

/** True for the chunks of the sample: spread by a hash, whatever the lengths of files. */
export const isSampled = sql.raw(`(c.seq * 2654435761 / 67108864) % ${sampling} = 0`);

/** The number of chunks with a key: exact for rare ones, of the sample for others, so that counting costs the same in a large base. */
const chunksWith = (key: string) =>
  `coalesce((select iif(doc >= ${minSampled}, doc * ${sampling}, null) from chunk_term_counts where term = ${key}),
    (select doc from chunk_word_counts where term = ${key}), 0)`;

/**
 * Selects `at`, `word`, `phrase`, `count` and `tier` of each term: the number of chunks of the scopes that contain it, and for
 * frequent ones the phrase of the highest tier that enough chunks have. Reads some rows for each stem and scope, whatever
 * the size of the base. A term of several stems counts as its rarest one.
 */
function countedTerms(scopes: readonly string[], terms: readonly IndexTerm[]): SQL {
  const parameters = terms.map((term) => {
    const [stem, ...others] = term.stems;
    const tiers = stem === undefined || others.length > 0 ? [] : tierCounts;
    return {
      word: term.word,
      phrase: matchKeys(scopes, term.stems),
      former: term.former,
      match: matchFormer(scopes, [term]),
      keys: scopes.map((scope) => term.stems.map((one) => termKey(scope, one))),
      tiers: tiers.map((_, index) => ({
        phrase: matchKeys(scopes, term.stems, index + 1),
        keys: scopes.map((scope) => termKey(scope, stem ?? '', index + 1)),
      })),
    };
  });
  return sql`select at, word, iif(${isComplete}, phrase, phrase || ' OR ' || former) as phrase, count, iif(count <= ${sql.raw(String(maxSelected))}, null, (
      select t.value ->> 'phrase' from json_each(tiers) t
      where (select sum(${sql.raw(chunksWith('k.value'))}) from json_each(t.value -> 'keys') k) between ${sql.raw(`${minSelected} and ${maxOfTier}`)}
      order by t.key desc limit 1)) as tier
    from (select w.key as at, w.value ->> 'word' as word, w.value ->> 'phrase' as phrase, w.value ->> 'former' as former, w.value -> 'tiers' as tiers,
      (select coalesce(sum((select min(${sql.raw(chunksWith('s.value'))}) from json_each(b.value) s)), 0) from json_each(w.value -> 'keys') b)
        + iif(${isComplete}, 0, (select count(*) from chunk_words where chunk_words match w.value ->> 'match')
          + (select count(*) from chunks_fts where chunks_fts match w.value ->> 'match')) as count
      from json_each(${JSON.stringify(parameters)}) w)`;
}

/**
 * The tables `counted` (`countedTerms`) and `kept`: the terms to search for, the rarest first, with the chunks of each and
 * of those before it. Without prefixes in fewer chunks than their word: those texts are of a language whose chunks have no
 * prefixes, and the few that have it would rank first.
 */
export const withTerms = (scopes: readonly string[], terms: readonly IndexTerm[]): SQL =>
  sql`with counted as materialized (${countedTerms(scopes, terms)}), kept as materialized (
    select phrase, count, tier, sum(count) over (order by count = 0, count, at) as total, row_number() over (order by count = 0, count, at) as place from counted t
    where word is null or count >= (select w.count from counted w where w.at = t.word))`;

/** Chunks of earlier versions have words that are not of a scope. */
const within = (scopes: readonly string[]) =>
  sql`iif(${isComplete}, '', ${`${inScopes(scopes)} AND `})`;

const any = (phrases: SQL) => sql`${`${matchWords} : (`} || ${phrases} || ')'`;

/** An FTS5 expression that no row matches. */
const nothing = sql.raw(`'""'`);

const all = sql.raw(`(select group_concat(phrase, ' OR ') from kept)`);

/** An FTS5 expression for the chunks of the scopes that contain one of the terms of `kept`. */
export const matchCounted = (scopes: readonly string[]): SQL =>
  sql`${within(scopes)} || ${any(all)}`;

/**
 * `matchCounted` for chunks with one of the rarest terms only, so that ranking costs the same in a large base. A term
 * of more chunks than are ranked selects by its tier. Terms count for the rank up to `maxRanked`, the selecting ones twice.
 * One of the
 * expressions matches nothing: without such a selection that for few chunks, otherwise that for all chunks with the terms.
 */
export function matchRarest(scopes: readonly string[]): { selective: SQL; unselective: SQL } {
  const hasRare = `(select min(count) from kept where count > 0) <= ${maxSelected}`;
  const isSelecting = `iif(${hasRare}, total <= ${maxSelected} or total - count < ${minSelected}, place <= ${maxTiers})`;
  const parts = sql.raw(`
    select sum(${isSelecting} and count <= ${maxSelected}) = count(*) as is_small,
      group_concat(iif(count <= iif(place = 1 and tier is null, ${maxScored}, ${maxSelected}), phrase, tier), ' OR ') filter (where ${isSelecting}) as selecting,
      group_concat(phrase, ' OR ') filter (where total <= ${maxRanked}) as ranked
    from kept`);
  return {
    selective: sql`(select coalesce(${within(scopes)} || case
      when is_small then ${any(all)}
      when ranked is null then ${any(sql`selecting`)}
      else ${any(sql`ranked`)} || ' AND ' || ${any(sql`selecting`)} end, ${nothing})
      from (${parts}))`,
    unselective: sql`(select iif(not is_small and selecting is null, ${within(scopes)} || ${any(sql`coalesce(ranked, ${all})`)}, ${nothing})
      from (${parts}))`,
  };
}
