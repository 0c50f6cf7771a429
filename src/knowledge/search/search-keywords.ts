import { type SQL, sql } from 'drizzle-orm';
import type { Db } from '../../db/client.ts';
import { valuesOf } from '../json-values.ts';
import type { SearchFilter } from './filter.ts';
import { keywordLimits, type SearchInput } from './input.ts';
import { type IndexTerm, matchAny } from './keywords.ts';
import { columns, isVisible, joins, type PassageRow, passes } from './store.ts';
import { countedTerms, matchCounted, matchRarest } from './word-counts.ts';

/** A passage that contains words of the query. */
export interface KeywordRow extends PassageRow {
  readonly seq: number;
  /** BM25 of SQLite, the lower the better; 0 when one index has all rows, which are in order. */
  readonly place: number;
}

interface CountsRow {
  /** JSON: the number of chunks that contain each term, in the order of the terms. */
  readonly counts: string;
}

/**
 * Selects the number of chunks with each of the terms, then the keyword hits, best first by BM25. The
 * index yields its rows in this order, and the statement stops after the last hit. The rows read
 * depend on the number of terms and hits, not on the size of the bases, unless a filter drops chunks.
 * With `isExhaustive`, and with a filter, chunks with any of the terms are ranked, not only with the rarest.
 */
export function selectKeywordHits(
  db: Db,
  workspace_id: string,
  input: SearchInput,
  terms: readonly IndexTerm[],
  isExhaustive = isFiltered(input.filter ?? {}),
) {
  const { base_ids, mode, filter } = input;
  const match = isExhaustive ? matchCounted(base_ids) : matchRarest(base_ids);
  const rest = sql`${isVisible(workspace_id, base_ids)}${passes(filter ?? {})}
    order by k.rank limit ${limitOf(input)}`;
  const hits = [
    hitsOf('chunk_words', match, rest),
    // The former index, until `moveKeywords` has emptied it.
    hitsOf('chunks_fts', sql`${matchAny(base_ids, terms)}`, rest),
  ];
  return db.all<CountsRow | KeywordRow>(sql`
    with counted as materialized (${countedTerms(base_ids, terms)})
    select (select json_group_array(count) from (select count from counted order by at)) as counts, null as seq, null as place,
      null as chunk_id, null as file_id, null as file_name, null as base_id, null as text, null as page,
      null as start_offset, null as end_offset, null as heading
    ${mode === 'vector' ? sql`` : sql.join(hits)}`);
}

/** BM25 is computed again for each row that returns it, so only while two indexes are merged. */
const hitsOf = (index: 'chunk_words' | 'chunks_fts', match: SQL, rest: SQL): SQL => {
  const name = sql.raw(index);
  return sql` union all select * from (
    select null as counts, c.seq as seq, iif(exists (select 1 from chunks_fts), k.rank, 0) as place, ${columns}
    from ${name} k cross join chunks c on c.seq = k.rowid ${joins}
    where k.${name} match ${match} and k.rank match 'bm25(0.0, 0.5, 1.0)' and ${rest})`;
};

/** The limit depends on the embedding models of the bases. */
function limitOf(input: SearchInput): SQL {
  const { lexical, other } = keywordLimits(input);
  return sql`(select cast(iif(exists (
    select 1 from knowledge_bases where id in ${valuesOf(input.base_ids)} and embedding_model <> 'builtin/lexical'
  ), ${other}, ${lexical}) as integer))`;
}

const isFiltered = (filter: SearchFilter): boolean =>
  Object.values(filter).some((part) => part !== undefined);

/** Separates the rows of `selectKeywordHits`, and orders the hits of both indexes. */
export function readKeywordHits(rows: readonly (CountsRow | KeywordRow)[]): {
  counts: number[];
  hits: KeywordRow[];
} {
  const [first, ...hits] = rows as [CountsRow | undefined, ...KeywordRow[]];
  return {
    counts: first === undefined ? [] : JSON.parse(first.counts),
    hits: hits.sort((a, b) => a.place - b.place),
  };
}
