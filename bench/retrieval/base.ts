import { DatabaseSync } from 'node:sqlite';
import { chunkDocument } from '../../src/documents/chunk/chunk.ts';
import { type Term, weighPrefixes, weighTerms } from '../../src/knowledge/search/evidence.ts';
import { keywordLimits, orderedHits } from '../../src/knowledge/search/input.ts';
import {
  type IndexTerm,
  indexChunk,
  indexTerms,
  matchAny,
  queryWords,
} from '../../src/knowledge/search/keywords.ts';
import { passageWords } from '../../src/knowledge/search/passage-words.ts';
import { fittedWeights, relevanceOf, type Weights } from '../../src/knowledge/search/relevance.ts';
import type { builtinReranker } from '../../src/knowledge/search/schema.ts';
import type { IndexedPassage } from '../../src/knowledge/search/store.ts';
import { termKey } from '../../src/knowledge/search/term-keys.ts';

/** Parts of the search that can be left out, to measure what they are worth. */
export interface Parts {
  /** Prefixes of words in query and order. */
  readonly prefixes: boolean;
  /** Weights of the order of the first hits by their words; null for the order of the index. */
  readonly weights: Weights | null;
  readonly reranker: typeof builtinReranker | null;
}

export interface File {
  readonly name: string;
  /** Markdown. */
  readonly text: string;
}

const scope = 'base';
const chunking = { chunk_tokens: 512, chunk_overlap_tokens: 64 };

/** A knowledge base in memory: the chunks, the keyword index and the counts of the product. */
export class Base {
  readonly #database = new DatabaseSync(':memory:');
  readonly #chunks: IndexedPassage[] = [];
  readonly #counts = new Map<string, number>();

  constructor(files: readonly File[]) {
    this.#database.exec(
      `create virtual table chunk_words using fts5(scope, title, body, content='', contentless_delete=1,
        tokenize="porter unicode61 remove_diacritics 2 categories 'L* N* Co Mn Mc'")`,
    );
    const insert = this.#database.prepare(
      'insert into chunk_words (rowid, scope, title, body) values (?, ?, ?, ?)',
    );
    for (const { name, text } of files) {
      for (const { start, end, heading } of chunkDocument(
        { text, pages: null, isMarkdown: true },
        chunking,
      )) {
        const { title, body, keys } = indexChunk({
          scope,
          file_name: name,
          heading,
          text: text.slice(start, end),
        });
        insert.run(this.#chunks.length, scope, title, body);
        for (const key of keys.split(' ')) this.#counts.set(key, (this.#counts.get(key) ?? 0) + 1);
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
        });
      }
    }
  }

  /** Returns the query's terms and the best passages, as a search in keyword mode. */
  search(
    query: string,
    top_k: number,
    parts: Parts = { prefixes: true, weights: fittedWeights, reranker: null },
  ): { terms: Term[]; passages: IndexedPassage[] } {
    const wanted = indexTerms(query).filter(({ word }) => word === null || parts.prefixes);
    const input = {
      ...{ base_ids: [scope], query, top_k, reranker: parts.reranker },
      mode: 'keyword',
      min_score: 0,
    } as const;
    const counts = wanted.map(({ stems }) =>
      stems.length === 0
        ? 0
        : Math.min(...stems.map((stem) => this.#counts.get(termKey(scope, stem)) ?? 0)),
    );
    const { length } = queryWords(query);
    const terms = weighTerms(query, counts.slice(0, length), this.#chunks.length);
    const prefixes = weighPrefixes(wanted, counts, this.#chunks.length);
    const rows = this.#rows(
      wanted.filter(({ word }, at) => word === null || (counts[at] ?? 0) >= (counts[word] ?? 0)),
      keywordLimits(input).lexical,
    );
    if (parts.weights === null) return { terms, passages: rows.slice(0, top_k) };
    const first = rows.slice(0, orderedHits(input));
    const relevance = relevanceOf(
      { terms, prefixes },
      first.map((row) => ({ file_id: row.file_id, words: passageWords(row) })),
      parts.weights,
    );
    const ordered = first
      .map((row, at) => ({ row, score: relevance[at] ?? 0 }))
      .sort((a, b) => b.score - a.score)
      .map(({ row }) => row);
    return { terms, passages: ordered.slice(0, top_k) };
  }

  /** Returns the chunks with any of the terms in the order of the index. */
  #rows(wanted: readonly IndexTerm[], limit: number): IndexedPassage[] {
    if (wanted.length === 0) return [];
    const rows = this.#database
      .prepare(
        `select rowid as seq from chunk_words where chunk_words match ? and rank match 'bm25(0.0, 0.5, 1.0)' order by rank limit ?`,
      )
      .all(matchAny([scope], wanted), limit) as { seq: number }[];
    return rows.flatMap(({ seq }) => this.#chunks[seq] ?? []);
  }
}
