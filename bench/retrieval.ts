// Retrieval quality of a running server: nDCG@10 and recall@10 for each collection and search mode.
// node bench/retrieval.ts --url URL --key KEY [--queries N] DATA_FOLDER [COLLECTION...]
// node bench/retrieval.ts --ablate [--queries N] DATA_FOLDER [COLLECTION...]: what each part of the keyword search is worth,
// from the functions of the Worker, in this process.
// A collection is a folder with corpus.jsonl { id, title, text }, queries.jsonl { id, text } and qrels.tsv.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { fittedWeights } from '../src/knowledge/search/relevance.ts';
import type { Parts } from './retrieval/base.ts';

const { values: flags, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    ablate: { type: 'boolean' },
    url: { type: 'string' },
    key: { type: 'string' },
    queries: { type: 'string', default: '300' },
  },
});
const [folder, ...named] = positionals;
if (
  folder === undefined ||
  (!flags.ablate && (flags.url === undefined || flags.key === undefined))
) {
  console.error(
    'usage: node bench/retrieval.ts --url URL --key KEY [--queries N] DATA_FOLDER [COLLECTION...]',
  );
  process.exit(2);
}

const ways = [
  { name: 'keyword', mode: 'keyword', reranker: null },
  { name: 'vector', mode: 'vector', reranker: null },
  { name: 'hybrid', mode: 'hybrid', reranker: null },
  { name: 'hybrid + rerank', mode: 'hybrid', reranker: 'builtin/lexical' },
] as const;
const depth = 10;
const parallel = 4;

interface Text {
  readonly id: string;
  readonly title?: string;
  readonly text: string;
}

const readJsonLines = (path: string): Text[] =>
  readFileSync(path, 'utf8')
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line));

async function call<Reply>(method: string, path: string, body?: unknown): Promise<Reply> {
  const isForm = body instanceof FormData;
  const response = await fetch(`${flags.url}/api/v1${path}`, {
    method,
    headers: {
      authorization: `Bearer ${flags.key}`,
      ...(isForm || body === undefined ? {} : { 'content-type': 'application/json' }),
    },
    body: isForm ? body : body === undefined ? null : JSON.stringify(body),
  });
  if (!response.ok)
    throw new Error(`${method} ${path} returned ${response.status}: ${await response.text()}`);
  return (await response.json()) as Reply;
}

async function inParallel<Item>(
  items: readonly Item[],
  work: (item: Item) => Promise<void>,
): Promise<void> {
  const rest = [...items];
  const worker = async () => {
    for (let item = rest.shift(); item !== undefined; item = rest.shift()) await work(item);
  };
  await Promise.all(Array.from({ length: parallel }, worker));
}

interface FileList {
  readonly data: readonly { id: string; status: string }[];
  readonly next_cursor: string | null;
}

/** Uploads a corpus into a new base and waits until all files are ready. Returns the base and the document of each file. */
async function load(
  collection: string,
  corpus: readonly Text[],
): Promise<{ base: string; documents: Map<string, string> }> {
  const { id: base } = await call<{ id: string }>('POST', '/knowledge-bases', { name: collection });
  const documents = new Map<string, string>();
  const requests = Array.from({ length: Math.ceil(corpus.length / 20) }, (_, index) =>
    corpus.slice(index * 20, index * 20 + 20),
  );
  await inParallel(requests, async (texts) => {
    const form = new FormData();
    for (const { title, text } of texts)
      form.append('file', new Blob([title ? `# ${title}\n\n${text}` : text]), 'document.md');
    const { data } = await call<FileList>('POST', `/knowledge-bases/${base}/files`, form);
    for (const [index, file] of data.entries()) documents.set(file.id, texts[index]?.id ?? '');
  });
  const pending = ['queued', 'extracting', 'chunking', 'embedding', 'indexing'];
  for (const status of pending) {
    while (
      (await call<FileList>('GET', `/knowledge-bases/${base}/files?limit=1&status=${status}`)).data
        .length > 0
    ) {
      await new Promise((resolve) => setTimeout(resolve, 500));
    }
  }
  return { base, documents };
}

const gain = (rank: number) => 1 / Math.log2(rank + 2);

function score(found: readonly string[], relevant: ReadonlySet<string>) {
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

function read(collection: string) {
  const path = join(folder ?? '', collection);
  const relevant = new Map<string, Set<string>>();
  for (const line of readFileSync(join(path, 'qrels.tsv'), 'utf8').split('\n')) {
    const [query, document, relevance] = line.split('\t');
    if (query === undefined || document === undefined || !(Number(relevance) > 0)) continue;
    relevant.set(query, (relevant.get(query) ?? new Set()).add(document));
  }
  const judged = readJsonLines(join(path, 'queries.jsonl')).filter(({ id }) => relevant.has(id));
  // Every nth query, so that all parts of the collection are covered.
  const every = Math.max(1, Math.floor(judged.length / Number(flags.queries)));
  const queries = judged.filter((_, index) => index % every === 0);
  return { relevant, queries, corpus: readJsonLines(join(path, 'corpus.jsonl')) };
}

const fitted = { prefixes: true, weights: fittedWeights, reranker: null };
const ablations: Readonly<Record<string, Parts>> = {
  reranked: { ...fitted, reranker: 'builtin/lexical' },
  'not reranked': fitted,
  '- letter grams': { ...fitted, weights: { ...fittedWeights, grams: 0 } },
  '- nearness': { ...fitted, weights: { ...fittedWeights, windows: 0 } },
  '- headings': { ...fitted, weights: { ...fittedWeights, headings: 0 } },
  '- neighbours': { ...fitted, weights: { ...fittedWeights, neighbours: 0 } },
  '- prefixes': { ...fitted, prefixes: false },
  'order of the index': { ...fitted, weights: null },
};

async function ablate(collection: string): Promise<void> {
  const { Base } = await import('./retrieval/base.ts');
  const { relevant, queries, corpus } = read(collection);
  const base = new Base(
    corpus.map(({ id, title, text }) => ({
      name: `${id}.md`,
      text: title ? `# ${title}\n\n${text}` : text,
    })),
  );
  for (const [name, parts] of Object.entries(ablations)) {
    const results = queries.map(({ id, text }) => {
      const { passages } = base.search(text, depth, parts);
      const found = [...new Set(passages.map(({ file_id }) => file_id.slice(0, -3)))];
      return score(found.slice(0, depth), relevant.get(id) ?? new Set());
    });
    const ndcg = mean(results.map((result) => result.ndcg)).toFixed(3);
    const recall = mean(results.map((result) => result.recall)).toFixed(3);
    console.log([collection.padEnd(16), name.padEnd(20), ndcg, recall].join('  '));
  }
}

async function measure(collection: string): Promise<void> {
  const { relevant, queries, corpus } = read(collection);
  const { base, documents } = await load(collection, corpus);
  for (const { name, mode, reranker } of ways) {
    const results: { ndcg: number; recall: number; ms: number }[] = [];
    await inParallel(queries, async ({ id, text }) => {
      const started = performance.now();
      const { hits } = await call<{ hits: { file_id: string }[] }>(
        'POST',
        `/knowledge-bases/${base}/search`,
        {
          query: text,
          mode,
          reranker,
          top_k: 30,
        },
      );
      const ms = performance.now() - started;
      const found = [...new Set(hits.map((hit) => documents.get(hit.file_id) ?? ''))].slice(
        0,
        depth,
      );
      results.push({ ...score(found, relevant.get(id) ?? new Set()), ms });
    });
    const figures = [
      mean(results.map(({ ndcg }) => ndcg)),
      mean(results.map(({ recall }) => recall)),
    ].map((value) => value.toFixed(3));
    const time = mean(results.map(({ ms }) => ms)).toFixed(0);
    console.log(
      [
        collection.padEnd(16),
        name.padEnd(16),
        ...figures,
        `${time} ms`,
        `${queries.length} queries`,
      ].join('  '),
    );
  }
}

const collections =
  named.length > 0
    ? named
    : readdirSync(folder).filter((name) => existsSync(join(folder, name, 'qrels.tsv')));
console.log('collection        way               nDCG@10  recall@10  time');
for (const collection of collections) await (flags.ablate ? ablate : measure)(collection);
