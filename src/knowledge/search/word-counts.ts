import { type SQL, sql } from 'drizzle-orm';
import type { Db } from '../../db/client.ts';
import { stemsOf } from '../../shared/stems.ts';
import { candidateLimit } from './input.ts';
import { matchAny, matchWords, quoted } from './keywords.ts';
import { isFiltered, keywordIndexes, type SearchFilter } from './store.ts';
import { termKey } from './term-keys.ts';

/** Chunks that the rarest words of a query select together: at most, and at least if others follow. */
const maxSelected = 1000;
const minSelected = 4 * candidateLimit;

/** True once the task `chunk_terms` has added the chunks of earlier versions. */
const isComplete = sql`not exists (select 1 from chunks
  where seq < coalesce((select rowid from chunk_terms order by rowid limit 1), 9007199254740991))`;

/**
 * The words with the number of chunks of the bases that contain each: one row read for each stem and
 * base, whatever the size of the base. A word of several stems counts where its rarest one does.
 */
function countedWords(base_ids: readonly string[], words: readonly string[]): SQL {
  const parameters = words.map((word) => ({
    phrase: quoted(word),
    match: matchAny(base_ids, [word]),
    keys: base_ids.map((base_id) => stemsOf(word).map((stem) => termKey(base_id, stem))),
  }));
  const one = sql.join(
    keywordIndexes.map((name) => {
      const index = sql.raw(name);
      return sql`(select count(*) from ${index} where ${index} match w.value ->> 'match')`;
    }),
    sql` + `,
  );
  return sql`(select w.key as at, w.value ->> 'phrase' as phrase, iif(${isComplete},
      (select coalesce(sum(in_base), 0) from (
        select (select min(coalesce((select doc from chunk_term_counts where term = s.value), 0)) from json_each(b.value) s) as in_base
        from json_each(w.value -> 'keys') b)),
      ${one}) as count
    from json_each(${JSON.stringify(parameters)}) w)`;
}

/** Counts the chunks of the bases that contain each word, in the order of the words. */
export const countWords = (db: Db, base_ids: readonly string[], words: readonly string[]) =>
  db.all<{ count: number }>(
    sql`select w.count as count from ${countedWords(base_ids, words)} w order by w.at`,
  );

/**
 * An FTS5 expression for the chunks of the bases with any of the words. Without a filter it is limited
 * to chunks with the rarest of them, so that ranking costs the same in a large base; all words count
 * for their rank, the rarest twice. A filter may pass no such chunk.
 */
export function matchChunks(
  base_ids: readonly string[],
  words: readonly string[],
  filter: SearchFilter,
): SQL {
  const any = sql`${matchAny(base_ids, words)}`;
  if (isFiltered(filter)) return any;
  const isSelecting = sql`(total <= cast(${maxSelected} as integer) or total - count < cast(${minSelected} as integer))`;
  return sql`${any} || (
    select iif(sum(${isSelecting}) = count(*), '', ${` AND ${matchWords} : (`} || group_concat(phrase, ' OR ') filter (where ${isSelecting}) || ')')
    from (select w.phrase as phrase, w.count as count, sum(w.count) over (order by w.count = 0, w.count, w.at) as total
      from ${countedWords(base_ids, words)} w))`;
}
