import { DatabaseSync } from 'node:sqlite';
import { type SQL, sql } from 'drizzle-orm';
import { SQLiteSyncDialect } from 'drizzle-orm/sqlite-core';
import { chunkDocument } from '../../src/documents/chunk/chunk.ts';
import { candidateLimit } from '../../src/knowledge/search/candidate-limit.ts';
import { mergeCandidates } from '../../src/knowledge/search/candidates.ts';
import { type Term, weighPrefixes, weighTerms } from '../../src/knowledge/search/evidence.ts';
import { keywordLimits, orderedHits, rerankedHits } from '../../src/knowledge/search/input.ts';
import {
  type IndexTerm,
  indexChunk,
  indexTerms,
  queryWords,
} from '../../src/knowledge/search/keywords.ts';
import { passageWords } from '../../src/knowledge/search/passage-words.ts';
import { rank } from '../../src/knowledge/search/rank.ts';
import { fittedWeights, relevanceOf, type Weights } from '../../src/knowledge/search/relevance.ts';
import type { builtinReranker, SearchMode } from '../../src/knowledge/search/schema.ts';
import type { IndexedPassage } from '../../src/knowledge/search/store.ts';
import {
  indexVersion,
  isSampled,
  matchRarest,
  maxRanked,
  withTerms,
} from '../../src/knowledge/search/word-counts.ts';

/** Parts of the search that can be left out, to measure what they are worth. */
export interface Parts {
  /** Prefixes of words in query and order. */
  readonly prefixes: boolean;
  /** Weights of the order of the first hits by their words; null for the order of the index. */
  readonly weights: Weights | null;
  readonly reranker: typeof builtinReranker | null;
  readonly mode?: SearchMode;
}

/** All parts of a search by default. */
export const allParts: Parts = { prefixes: true, weights: fittedWeights, reranker: null };

export interface File {
  readonly name: string;
  /** Markdown. */
  readonly text: string;
}

const scope = 'base';
const chunking = { chunk_tokens: 512, chunk_overlap_tokens: 64 };

/** A knowledge base in memory: the chunks, the keyword index and the counts of the product, and vectors once they are set. */
export class Base {
  readonly #database = new DatabaseSync(':memory:');
  readonly #chunks: IndexedPassage[] = [];
  readonly #dialect = new SQLiteSyncDialect();
  #vectors: readonly Float32Array[] = [];

  constructor(files: readonly File[]) {
    this.#database.exec(
      `create virtual table chunk_words using fts5(scope, title, body, content='', contentless_delete=1,
        tokenize="porter unicode61 remove_diacritics 2 categories 'L* N* Co Mn Mc'");
      create virtual table chunks_fts using fts5(scope, title, body, content='', contentless_delete=1);
      create virtual table chunk_terms using fts5(keys, content='', contentless_delete=1, detail=none, tokenize='ascii');
      create virtual table chunk_word_counts using fts5vocab(chunk_words, 'row');
      create virtual table chunk_term_counts using fts5vocab(chunk_terms, 'row');
      create table keyword_progress (version integer primary key, before integer);
      insert into keyword_progress values (${indexVersion}, 0);`,
    );
    const insert = this.#database.prepare(
      'insert into chunk_words (rowid, scope, title, body) values (?, ?, ?, ?)',
    );
    const { sql: sampled } = this.#dialect.sqlToQuery(isSampled);
    const insertTerms = this.#database.prepare(
      `insert into chunk_terms (rowid, keys) select c.seq, c.keys from (select ? as seq, ? as keys) c where ${sampled}`,
    );
    for (const { name, text } of files) {
      for (const { start, end, heading } of chunkDocument(
        { text, pages: null, isMarkdown: true },
        chunking,
      )) {
        const { title, body } = indexChunk({
          scope,
          file_name: name,
          heading,
          text: text.slice(start, end),
        });
        insert.run(this.#chunks.length, scope, title, body);
        insertTerms.run(this.#chunks.length, `${title} ${body}`);
        this.#chunks.push({
          ...{ chunk_id: String(this.#chunks.length), vector_id: String(this.#chunks.length) },
          file_id: name,
          file_name: name,
          base_id: scope,
          text: text.slice(start, end),
          page: null,
          start_offset: start,
          end_offset: end,
          heading,
          ...{ attempt: 1, origin: 'extracted', revision: 1 },
        });
      }
    }
  }

  /** The texts that are embedded, in the order of the chunks. */
  get texts(): string[] {
    return this.#chunks.map(({ heading, text }) =>
      heading === null ? text : `${heading}\n${text}`,
    );
  }

  /** Sets the vectors of the chunks, of length 1, in their order. */
  setVectors(vectors: readonly Float32Array[]): void {
    this.#vectors = vectors;
  }

  /** Returns the query's terms and the best passages, as a search in keyword mode, or in another one with the query's vector. */
  search(
    query: string,
    top_k: number,
    parts: Parts = allParts,
    vector: Float32Array | null = null,
  ): { terms: Term[]; passages: IndexedPassage[] } {
    const wanted = indexTerms(query).filter(({ word }) => word === null || parts.prefixes);
    const input = {
      ...{ base_ids: [scope], query, top_k, reranker: parts.reranker },
      mode: parts.mode ?? 'keyword',
      min_score: 0,
    } as const;
    const { counts, rows, isPartial } = this.#find(
      wanted,
      vector === null ? keywordLimits(input).lexical : keywordLimits(input).other,
    );
    const { length } = queryWords(query);
    const terms = weighTerms(query, counts.slice(0, length), this.#chunks.length);
    const prefixes = weighPrefixes(wanted, counts, this.#chunks.length);
    if (parts.weights === null) return { terms, passages: rows.slice(0, top_k) };
    const words = { terms, prefixes };
    if (vector === null) {
      const first = rows.slice(0, orderedHits(input, isPartial));
      const relevance = relevanceOf(
        words,
        first.map((row) => ({ file_id: row.file_id, words: passageWords(row) })),
        parts.weights,
      );
      const ordered = first
        .map((row, at) => ({ row, score: relevance[at] ?? 0 }))
        .sort((a, b) => b.score - a.score);
      return { terms, passages: ordered.slice(0, top_k).map(({ row }) => row) };
    }
    const near = this.#near(vector);
    const found = [...new Set([...rows, ...near.map(({ row }) => row)])];
    const hits = near.map(({ row, score }) => ({ id: row.vector_id, score }));
    const fusion = { vectorWeight: 1, isSemantic: true, isPartial };
    const ranked = rank(mergeCandidates(found, rows, hits), words, input, fusion);
    return { terms, passages: ranked.slice(0, top_k).map(({ row }) => row) };
  }

  /** Returns the chunks nearest to a vector of length 1. */
  #near(vector: Float32Array): { row: IndexedPassage; score: number }[] {
    return this.#chunks
      .map((row, at) => ({ row, score: product(vector, this.#vectors[at]) }))
      .filter(({ score }) => score > 0)
      .sort((a, b) => b.score - a.score)
      .slice(0, candidateLimit);
  }

  /** Returns the number of chunks with each of the terms, and the chunks that the index selects, in its order. */
  #find(wanted: readonly IndexTerm[], limit: number) {
    if (wanted.length === 0) return { counts: [], rows: [], isPartial: false };
    const counted = withTerms([scope], wanted);
    const counts = this.#all<{ count: number }>(
      sql`${counted} select count from counted order by at`,
    ).map(({ count }) => count);
    const isPartial = counts.reduce((sum, count) => sum + count, 0) > maxRanked;
    const rows = this.#all<{ seq: number }>(sql`${counted}
      select rowid as seq from chunk_words where chunk_words match ${matchRarest([scope]).selective} and rank match 'bm25(0.0, 0.5, 1.0)'
      order by rank limit ${isPartial ? Math.max(limit, rerankedHits) : limit}`);
    return { counts, isPartial, rows: rows.flatMap(({ seq }) => this.#chunks[seq] ?? []) };
  }

  #all<Row>(query: SQL): Row[] {
    const { sql: text, params } = this.#dialect.sqlToQuery(query);
    return this.#database.prepare(text).all(...(params as string[])) as Row[];
  }
}

function product(a: Float32Array, b: Float32Array | undefined): number {
  let sum = 0;
  for (let at = 0; at < a.length; at += 1) sum += (a[at] ?? 0) * (b?.[at] ?? 0);
  return sum;
}
