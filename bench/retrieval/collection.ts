import { readFileSync } from 'node:fs';
import { join } from 'node:path';

export const depth = 10;

export interface Text {
  readonly id: string;
  readonly title?: string;
  readonly text: string;
}

export interface Collection {
  readonly name: string;
  readonly corpus: readonly Text[];
  readonly queries: readonly Text[];
  /** Ids of the relevant documents by query. */
  readonly relevant: ReadonlyMap<string, ReadonlySet<string>>;
}

const readJsonLines = (path: string): Text[] =>
  readFileSync(path, 'utf8')
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line));

/** Reads a collection with about `count` of its queries: every nth one, so that all of its parts are covered. */
export function readCollection(folder: string, name: string, count: number): Collection {
  const path = join(folder, name);
  const relevant = new Map<string, Set<string>>();
  for (const line of readFileSync(join(path, 'qrels.tsv'), 'utf8').split('\n')) {
    const [query, document, relevance] = line.split('\t');
    if (query === undefined || document === undefined || !(Number(relevance) > 0)) continue;
    relevant.set(query, (relevant.get(query) ?? new Set()).add(document));
  }
  const judged = readJsonLines(join(path, 'queries.jsonl')).filter(({ id }) => relevant.has(id));
  const every = Math.max(1, Math.floor(judged.length / count));
  const queries = judged.filter((_, index) => index % every === 0);
  return { name, relevant, queries, corpus: readJsonLines(join(path, 'corpus.jsonl')) };
}

/** A document as it is uploaded. */
export const markdownOf = ({ title, text }: Text): string =>
  title ? `# ${title}\n\n${text}` : text;

export interface Score {
  readonly ndcg: number;
  readonly recall: number;
}

const gain = (rank: number) => 1 / Math.log2(rank + 2);

/** Scores the documents of the hits, of which a document may have several. */
export function score(documents: readonly string[], relevant: ReadonlySet<string>): Score {
  const found = [...new Set(documents)].slice(0, depth);
  const dcg = found.reduce((sum, id, rank) => sum + (relevant.has(id) ? gain(rank) : 0), 0);
  const ideal = Array.from({ length: Math.min(depth, relevant.size) }, (_, rank) =>
    gain(rank),
  ).reduce((sum, value) => sum + value, 0);
  return {
    ndcg: dcg / ideal,
    recall: found.filter((id) => relevant.has(id)).length / relevant.size,
  };
}

const mean = (values: readonly number[]) =>
  values.reduce((sum, value) => sum + value, 0) / values.length;

/** Prints the figures of one way to search a collection. */
export function print(
  collection: string,
  way: string,
  scores: readonly Score[],
  ...rest: string[]
): void {
  const ndcg = mean(scores.map((one) => one.ndcg)).toFixed(3);
  const recall = mean(scores.map((one) => one.recall)).toFixed(3);
  console.log([collection.padEnd(16), way.padEnd(16), ndcg, recall, ...rest].join('  '));
}
