import { fittedWeights } from '../../src/knowledge/search/relevance.ts';
import { allParts, Base, type Parts } from './base.ts';
import { type Collection, depth, markdownOf, print, score } from './collection.ts';
import type { Embedder } from './embedder.ts';

const ablations: Readonly<Record<string, Parts>> = {
  reranked: { ...allParts, reranker: 'builtin/lexical' },
  'not reranked': allParts,
  '- letter grams': { ...allParts, weights: { ...fittedWeights, grams: 0 } },
  '- nearness': { ...allParts, weights: { ...fittedWeights, windows: 0 } },
  '- headings': { ...allParts, weights: { ...fittedWeights, headings: 0 } },
  '- neighbours': { ...allParts, weights: { ...fittedWeights, neighbours: 0 } },
  '- prefixes': { ...allParts, prefixes: false },
  'order of the index': { ...allParts, weights: null },
};

const ways: Readonly<Record<string, Parts>> = {
  keyword: allParts,
  'keyword + rerank': { ...allParts, reranker: 'builtin/lexical' },
  vector: { ...allParts, mode: 'vector' },
  hybrid: { ...allParts, mode: 'hybrid' },
  'hybrid + rerank': { ...allParts, mode: 'hybrid', reranker: 'builtin/lexical' },
};

const open = ({ corpus }: Collection) =>
  new Base(corpus.map((text) => ({ name: `${text.id}.md`, text: markdownOf(text) })));

function measure(
  base: Base,
  { name, queries, relevant }: Collection,
  parts: Readonly<Record<string, Parts>>,
  vectors: readonly Float32Array[] = [],
): void {
  for (const [way, chosen] of Object.entries(parts)) {
    const scores = queries.map(({ id, text }, at) => {
      const vector = chosen.mode === undefined ? null : (vectors[at] ?? null);
      const { passages } = base.search(text, depth, chosen, vector);
      return score(
        passages.map(({ file_id }) => file_id.slice(0, -3)),
        relevant.get(id) ?? new Set(),
      );
    });
    print(name, way, scores, `${queries.length} queries`);
  }
}

/** Prints what each part of the keyword search is worth. */
export const ablate = (collection: Collection): void =>
  measure(open(collection), collection, ablations);

/** Prints the figures of each search mode with the vectors of an embedding model. */
export async function measureVectors(collection: Collection, embedder: Embedder): Promise<void> {
  const base = open(collection);
  base.setVectors(await embedder.embed('document', base.texts));
  const texts = collection.queries.map(({ text }) => text);
  measure(base, collection, ways, await embedder.embed('query', texts));
}
