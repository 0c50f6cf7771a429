import { type SQL, sql } from 'drizzle-orm';
import type { Db } from '../../db/client.ts';
import { valuesOf } from '../../db/json-values.ts';
import { formerScope } from '../history/scope.ts';
import { keywordLimits, rerankedHits, type SearchInput } from './input.ts';
import { type IndexTerm, matchFormer } from './keywords.ts';
import { columns, type IndexedPassage, isPinned, isVisible, joins, passingSeqs } from './store.ts';
import { matchCounted, matchRarest, maxRanked, maxScored, withTerms } from './word-counts.ts';

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
 * Selects the number of chunks with each of the terms, then the keyword hits, best first by BM25. The statement stops
 * after the last hit. The rows read depend on the number of terms and hits, not on the size of the bases. With `isWide`
 * and at a revision, chunks with any of the terms are ranked, not only with the rarest, and of those
 * that a filter or groups leave: what has been stored since does not change which chunks of a revision are considered.
 */
export function selectKeywordHits(
  db: Db,
  workspace_id: string,
  input: SearchInput,
  terms: readonly IndexTerm[],
  isWide = false,
) {
  const scopes = isPinned(input)
    ? input.base_ids.flatMap((id) => [id, formerScope(id)])
    : input.base_ids;
  const seen = { workspace_id, input };
  const former = rankedHits('chunks_fts', seen, sql`${matchFormer(scopes, terms)}`);
  const hits = () => {
    if (isPinned(input)) return [rankedHits('chunk_words', seen, matchCounted(scopes))];
    if (isWide) return [latestHits(seen, matchCounted(scopes), isFiltered(input))];
    const { selective, unselective } = matchRarest(scopes);
    // Not both with a filter: its conditions are parameters, of which a statement has 100.
    const rarest = rankedHits('chunk_words', seen, selective);
    return isFiltered(input) ? [rarest] : [rarest, latestHits(seen, unselective, false)];
  };
  return db.all<CountsRow | KeywordRow>(sql`
    ${withTerms(scopes, terms)}
    select (select json_group_array(count) from (select count from counted order by at)) as counts, null as seq, null as place,
      null as vector_id, null as chunk_id, null as file_id, null as file_name, null as base_id, null as text, null as page,
      null as start_offset, null as end_offset, null as heading, null as attempt, null as origin, null as revision, null as fields
    ${input.mode === 'vector' ? sql`` : sql.join([...hits(), former])}`);
}

interface Seen {
  readonly workspace_id: string;
  readonly input: SearchInput;
}

/**
 * The hits of an index in the order of `rank`, which FTS5 sorts without reading rows. BM25 is computed again for each row that
 * returns it, so only while two indexes are merged.
 */
const rankedHits = (
  index: 'chunk_words' | 'chunks_fts',
  { workspace_id, input }: Seen,
  match: SQL,
): SQL => {
  const name = sql.raw(index);
  return sql` union all select * from (
    select null as counts, c.seq as seq, iif(exists (select 1 from chunks_fts), k.rank, 0) as place, ${columns(input)}
    from ${name} k cross join chunks c on c.seq = k.rowid ${joins(input)}
    where k.${name} match ${match} and k.rank match 'bm25(0.0, 0.5, 1.0)' and ${isVisible(workspace_id, input)}
    order by k.rank limit ${limitOf(input)})`;
};

/**
 * The hits among the latest chunks that match, or among those that the filter leaves. The limit of the ordered rows keeps SQLite
 * from dropping their order, and the `+` from looking up the rows one by one.
 */
const latestHits = ({ workspace_id, input }: Seen, match: SQL, isAmongPassing: boolean): SQL => {
  const limit = sql.raw(String(maxScored));
  const passing = isAmongPassing
    ? sql` and +rowid in (${passingSeqs(workspace_id, input)})`
    : sql``;
  const seen = isAmongPassing ? { ...input, filter: null } : input;
  return sql` union all select * from (
    select null as counts, c.seq as seq, k.place as place, ${columns(input)}
    from (
      select seq, place from (select rowid as seq, bm25(chunk_words, 0.0, 0.5, 1.0) as place from chunk_words
        where chunk_words match ${match}${passing} order by rowid desc limit ${limit})
      order by place, seq limit ${limit}
    ) k cross join chunks c on c.seq = k.seq ${joins(input)}
    where ${isVisible(workspace_id, seen)} limit ${limitOf(input)})`;
};

/** The limit depends on the embedding models of the bases, and is higher if not all words count for the rank. */
function limitOf(input: SearchInput): SQL {
  const { lexical, other } = keywordLimits(input);
  return sql`(select cast(max(iif((select sum(count) from counted) > ${sql.raw(String(maxRanked))}, ${rerankedHits}, 0), iif(exists (
    select 1 from knowledge_bases where id in ${valuesOf(input.base_ids)} and embedding_model <> 'builtin/lexical'
  ), ${other}, ${lexical})) as integer))`;
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
