import { type SQL, sql } from 'drizzle-orm';
import type { Db } from '../../db/client.ts';
import { formerScope } from '../history/scope.ts';
import { valuesOf } from '../json-values.ts';
import { keywordLimits, type SearchInput } from './input.ts';
import { type IndexTerm, matchAny } from './keywords.ts';
import { columns, type IndexedPassage, isPinned, isVisible, joins } from './store.ts';
import { countedTerms, matchCounted, matchRarest } from './word-counts.ts';

/** A passage that contains words of the query. */
export interface KeywordRow extends IndexedPassage {
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
 * With `isExhaustive`, with a filter or groups, and at a revision, chunks with any of the terms are ranked, not only
 * with the rarest: what has been stored since does not change which chunks are considered.
 */
export function selectKeywordHits(
  db: Db,
  workspace_id: string,
  input: SearchInput,
  terms: readonly IndexTerm[],
  isExhaustive = isPinned(input) || isFiltered(input),
) {
  const scopes = isPinned(input)
    ? input.base_ids.flatMap((id) => [id, formerScope(id)])
    : input.base_ids;
  const match = isExhaustive ? matchCounted(scopes) : matchRarest(scopes);
  const hits = [
    hitsOf('chunk_words', workspace_id, input, match),
    // The former index, until `moveKeywords` has emptied it.
    hitsOf('chunks_fts', workspace_id, input, sql`${matchAny(scopes, terms)}`),
  ];
  return db.all<CountsRow | KeywordRow>(sql`
    with counted as materialized (${countedTerms(scopes, terms)})
    select (select json_group_array(count) from (select count from counted order by at)) as counts, null as seq, null as place,
      null as vector_id, null as chunk_id, null as file_id, null as file_name, null as base_id, null as text, null as page,
      null as start_offset, null as end_offset, null as heading, null as attempt, null as origin, null as revision, null as fields
    ${input.mode === 'vector' ? sql`` : sql.join(hits)}`);
}

/** BM25 is computed again for each row that returns it, so only while two indexes are merged. */
const hitsOf = (
  index: 'chunk_words' | 'chunks_fts',
  workspace_id: string,
  input: SearchInput,
  match: SQL,
): SQL => {
  const name = sql.raw(index);
  return sql` union all select * from (
    select null as counts, c.seq as seq, iif(exists (select 1 from chunks_fts), k.rank, 0) as place, ${columns(input)}
    from ${name} k cross join chunks c on c.seq = k.rowid ${joins(input)}
    where k.${name} match ${match} and k.rank match 'bm25(0.0, 0.5, 1.0)' and ${isVisible(workspace_id, input)}
    order by k.rank limit ${limitOf(input)})`;
};

/** The limit depends on the embedding models of the bases. */
function limitOf(input: SearchInput): SQL {
  const { lexical, other } = keywordLimits(input);
  return sql`(select cast(iif(exists (
    select 1 from knowledge_bases where id in ${valuesOf(input.base_ids)} and embedding_model <> 'builtin/lexical'
  ), ${other}, ${lexical}) as integer))`;
}

const isFiltered = ({ filter, groups }: SearchInput): boolean =>
  groups != null || Object.values(filter ?? {}).some((part) => part !== undefined);

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
