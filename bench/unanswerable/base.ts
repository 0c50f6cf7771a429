import { DatabaseSync } from 'node:sqlite';
import { chunkDocument } from '../../src/documents/chunk/chunk.ts';
import { type Term, weighTerms } from '../../src/knowledge/search/evidence.ts';
import { indexChunk, matchAny, queryWords } from '../../src/knowledge/search/keywords.ts';
import type { PassageRow } from '../../src/knowledge/search/store.ts';
import { stemsOf } from '../../src/shared/stems.ts';

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
  readonly #chunks: PassageRow[] = [];
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
        const { title, body } = indexChunk({
          scope,
          file_name: name,
          heading,
          text: text.slice(start, end),
        });
        insert.run(this.#chunks.length, scope, title, body);
        for (const stem of new Set(stemsOf(`${title}\n${body}`)))
          this.#counts.set(stem, (this.#counts.get(stem) ?? 0) + 1);
        this.#chunks.push({
          chunk_id: String(this.#chunks.length),
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

  /** Returns the query's terms and the best passages by keywords. */
  search(query: string, limit: number): { terms: Term[]; passages: PassageRow[] } {
    const words = queryWords(query);
    const counts = words.map((word) => {
      const stems = stemsOf(word).map((stem) => this.#counts.get(stem) ?? 0);
      return stems.length === 0 ? 0 : Math.min(...stems);
    });
    const rows =
      words.length === 0
        ? []
        : (this.#database
            .prepare(
              `select rowid as seq from chunk_words where chunk_words match ? and rank match 'bm25(0.0, 0.5, 1.0)' order by rank limit ?`,
            )
            .all(matchAny([scope], words), limit) as { seq: number }[]);
    return {
      terms: weighTerms(query, counts, this.#chunks.length),
      passages: rows.flatMap(({ seq }) => this.#chunks[seq] ?? []),
    };
  }
}
