import type { Statement } from '../db/client.ts';
import { batch } from '../db/client.ts';
import { embed } from '../llm/index.ts';
import type { Ctx } from '../platform/context.ts';
import type { Attribution } from '../usage/index.ts';
import { type Confidence, judge, judgedPassages } from './confidence.ts';
import { coverageOf, stemsOf, subjectTerms, type Term, weighTerms } from './evidence.ts';
import { fuse } from './fuse.ts';
import { queryWords } from './keywords.ts';
import { rerankScore } from './rerank.ts';
import { scoreHits } from './score.ts';
import type { SearchHit, SearchMode } from './search-schema.ts';
import {
  countWords,
  type PassageRow,
  type SearchFilter,
  searchKeywords,
  selectPassages,
} from './search-store.ts';
import { type BaseRow, selectBasesByIds } from './store.ts';

/** Candidates of each leg. */
const legLimit = 60;

export interface SearchInput {
  readonly base_ids: readonly string[];
  readonly query: string;
  readonly mode: SearchMode;
  readonly top_k: number;
  /** Hits with a lower score are left out. */
  readonly min_score: number;
  readonly reranker: string | null;
  readonly filter?: SearchFilter | null | undefined;
}

/** On whose behalf, and the name of the query's embedding in the usage table. */
export interface SearchCall extends Attribution {
  readonly call_key: string;
}

export interface Found extends Confidence {
  readonly hits: SearchHit[];
  /** For the caller's batch: what embedding the query has used. */
  readonly usage: Statement[];
}

interface Candidate {
  readonly row: PassageRow;
  readonly keyword_rank: number | null;
  readonly vector_rank: number | null;
  readonly vector_score: number | null;
}

/**
 * Vectors of meaning know something else than keywords. Vectors of words know the same, less sharply:
 * they add what keywords miss, such as misspelt words, and leave the order of the rest alone (any
 * weight above 0.01 lowers nDCG@10 in bench/retrieval.ts).
 */
const vectorWeight = (model: string) => (model === 'builtin/lexical' ? 0.01 : 1);

/**
 * Searches the bases that are there; the caller has checked that it may. One trip to the database for
 * bases and keyword leg, one for what only the vector leg has found. Every hit has been checked against
 * D1: whatever an index says, it is of this workspace, of a live base, of a ready file as it is now.
 */
export async function searchKnowledge(
  ctx: Ctx,
  input: SearchInput,
  call: SearchCall,
): Promise<Found> {
  return findPassages(ctx, input, call, (bases) => bases);
}

/** As above; `choose` sees the bases first, and may refuse. */
export async function findPassages(
  ctx: Ctx,
  input: SearchInput,
  call: SearchCall,
  choose: (bases: readonly BaseRow[]) => readonly BaseRow[],
): Promise<Found> {
  const started = ctx.now();
  try {
    const { bases, terms, keywordRows } = await searchByWords(ctx, input, choose);
    const { hits: vectorHits, usage } =
      input.mode === 'keyword'
        ? { hits: [], usage: [] }
        : await searchByVector(ctx, bases, input, call);
    const candidates = await mergeLegs(ctx, input, keywordRows, vectorHits);
    const ranked = rank(
      candidates,
      terms,
      input,
      Math.max(...bases.map((base) => vectorWeight(base.embedding_model)), 0),
    );
    const vocabularies = ranked.slice(0, Math.max(input.top_k, judgedPassages)).map(vocabularyOf);
    const hits = toHits(ranked, vocabularies, terms, input, bases).filter(
      (hit) => hit.score >= input.min_score,
    );
    const similarity = bases.some(knowsMeaning)
      ? Math.max(...ranked.map(({ vector_score }) => vector_score ?? 0), 0)
      : null;
    return {
      hits,
      ...(hits.length === 0 ? judge(terms, [], null) : judge(terms, vocabularies, similarity)),
      usage,
    };
  } finally {
    ctx.meter.retrieval_ms += ctx.now() - started;
  }
}

async function searchByWords(
  ctx: Ctx,
  input: SearchInput,
  choose: (bases: readonly BaseRow[]) => readonly BaseRow[],
) {
  const words = queryWords(input.query);
  const filter = input.filter ?? {};
  const hasWords = words.length > 0 && input.base_ids.length > 0;
  const [rows, counts, found] = await batch(ctx.db, [
    selectBasesByIds(ctx.db, ctx.workspace_id, input.base_ids),
    hasWords ? countWords(ctx.db, input.base_ids, words) : null,
    hasWords && input.mode !== 'vector'
      ? searchKeywords(ctx.db, ctx.workspace_id, input.base_ids, words, filter, legLimit)
      : null,
  ]);
  const bases = choose(rows);
  const chunk_count = bases.reduce((sum, base) => sum + base.chunk_count, 0);
  return {
    bases,
    terms: weighTerms(
      input.query,
      (counts ?? []).map(({ count }) => count),
      chunk_count,
    ),
    keywordRows: found ?? [],
  };
}

/** One embedding for each model among the bases that have anything; hits in the order of their cosine. */
async function searchByVector(
  ctx: Ctx,
  bases: readonly BaseRow[],
  { query }: SearchInput,
  call: SearchCall,
) {
  const found = await Promise.all(
    [
      ...Map.groupBy(
        bases.filter(({ chunk_count }) => chunk_count > 0),
        (base) => base.embedding_model,
      ),
    ].map(async ([model, group], index) => {
      const call_key = index === 0 ? call.call_key : `${call.call_key}:${index}`;
      const { embeddings, usage } = await embed(ctx, {
        ...call,
        model,
        values: [query],
        operation: 'embed_query',
        call_key,
      });
      const values = embeddings[0] ?? [];
      const revisions = group.map(({ id, vectors_revision }) => ({ id, vectors_revision }));
      return {
        hits: await ctx.vectors.query({
          workspace_id: ctx.workspace_id,
          bases: revisions,
          values,
          limit: legLimit,
        }),
        usage,
      };
    }),
  );
  return {
    hits: found
      .flatMap(({ hits }) => hits.filter(({ score }) => score > 0))
      .sort((a, b) => b.score - a.score),
    usage: found.flatMap(({ usage }) => usage),
  };
}

async function mergeLegs(
  ctx: Ctx,
  { base_ids, filter }: SearchInput,
  keywordRows: readonly PassageRow[],
  vectorHits: readonly { id: string; score: number }[],
): Promise<Candidate[]> {
  const rows = new Map(keywordRows.map((row) => [row.chunk_id, row]));
  const unseen = vectorHits.map(({ id }) => id).filter((id) => !rows.has(id));
  if (unseen.length > 0) {
    for (const row of await selectPassages(
      ctx.db,
      ctx.workspace_id,
      base_ids,
      unseen,
      filter ?? {},
    ))
      rows.set(row.chunk_id, row);
  }
  const keywordRanks = new Map(keywordRows.map(({ chunk_id }, index) => [chunk_id, index + 1]));
  const checked = new Map(
    vectorHits
      .filter(({ id }) => rows.has(id))
      .map(({ id, score }, index) => [id, { rank: index + 1, score }]),
  );
  return [...rows.values()].map((row) => ({
    row,
    keyword_rank: keywordRanks.get(row.chunk_id) ?? null,
    vector_rank: checked.get(row.chunk_id)?.rank ?? null,
    vector_score: checked.get(row.chunk_id)?.score ?? null,
  }));
}

/** A candidate in its place. */
interface Ranked extends Candidate {
  readonly rerank_score: number | null;
}

function rank(
  candidates: readonly Candidate[],
  terms: readonly Term[],
  input: SearchInput,
  weight: number,
): Ranked[] {
  const ordered = (rankOf: (candidate: Candidate) => number | null) =>
    candidates
      .flatMap((candidate) => (rankOf(candidate) === null ? [] : [candidate]))
      .sort((a, b) => (rankOf(a) ?? 0) - (rankOf(b) ?? 0))
      .map(({ row }) => row.chunk_id);
  const legs = [
    ...(input.mode === 'vector'
      ? []
      : [{ ids: ordered((candidate) => candidate.keyword_rank), weight: 1 }]),
    ...(input.mode === 'keyword'
      ? []
      : [
          {
            ids: ordered((candidate) => candidate.vector_rank),
            weight: input.mode === 'vector' ? 1 : weight,
          },
        ]),
  ];
  const byId = new Map(candidates.map((candidate) => [candidate.row.chunk_id, candidate]));
  const fused = fuse(legs).flatMap(({ id, score }) => {
    const candidate = byId.get(id);
    return candidate === undefined ? [] : [{ candidate, score }];
  });
  if (input.reranker === null)
    return fused.map(({ candidate }) => ({ ...candidate, rerank_score: null }));
  return fused
    .map(({ candidate, score }) => {
      const { text, heading } = candidate.row;
      const rerank_score = rerankScore(terms, {
        stems: stemsOf(text),
        headingStems: stemsOf(heading ?? ''),
      });
      return { ranked: { ...candidate, rerank_score }, order: score + rerank_score };
    })
    .sort((a, b) => b.order - a.order)
    .map(({ ranked }) => ranked);
}

const knowsMeaning = ({ embedding_model }: BaseRow) => embedding_model !== 'builtin/lexical';

type Vocabulary = ReadonlySet<string>;

const vocabularyOf = ({ row }: Candidate): Vocabulary =>
  new Set(stemsOf(`${row.heading ?? ''}\n${row.file_name}\n${row.text}`));

/** The first `top_k`, with their scores. */
function toHits(
  ranked: readonly Ranked[],
  vocabularies: readonly Vocabulary[],
  terms: readonly Term[],
  { mode, top_k }: SearchInput,
  bases: readonly BaseRow[],
): SearchHit[] {
  const best = ranked.slice(0, top_k);
  const ofMeaning = new Set(bases.filter(knowsMeaning).map(({ id }) => id));
  const subject = subjectTerms(terms);
  const scores = scoreHits(
    mode,
    best.map((candidate, index) => ({
      coverage: coverageOf(subject, vocabularies[index] ?? new Set()),
      similarity: candidate.vector_score,
      knowsMeaning: ofMeaning.has(candidate.row.base_id),
      rerank_score: candidate.rerank_score,
    })),
  );
  return best.map((candidate, index) => toHit(candidate, scores[index] ?? 0));
}

const toHit = ({ row, ...ranks }: Ranked, score: number): SearchHit => ({
  chunk_id: row.chunk_id,
  file_id: row.file_id,
  file_name: row.file_name,
  base_id: row.base_id,
  text: row.text,
  page: row.page,
  start: row.start_offset,
  end: row.end_offset,
  heading: row.heading,
  score: Math.min(1, score),
  ...ranks,
});
