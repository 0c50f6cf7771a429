// Retrieval quality of a running server: nDCG@10 and recall@10 for each collection and search mode.
// node bench/retrieval.ts --url URL --key KEY [--model NAME [--dimensions N]] [--queries N] DATA_FOLDER [COLLECTION...]
// node bench/retrieval.ts --ablate [--queries N] DATA_FOLDER [COLLECTION...]: what each part of the keyword search is worth,
// from the functions of the Worker, in this process.
// node bench/retrieval.ts --model NAME [--provider URL [--provider-key KEY]] [--vectors FILE] DATA_FOLDER [COLLECTION...]: each search
// mode with an embedding model, in this process: of a provider that speaks OpenAI's protocol, or recorded in a file, which gets what it lacks.
// A collection is a folder with corpus.jsonl { id, title, text }, queries.jsonl { id, text } and qrels.tsv.
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import {
  type Collection,
  depth,
  markdownOf,
  print,
  readCollection,
  type Score,
  score,
  type Text,
} from './retrieval/collection.ts';
import { Embedder } from './retrieval/embedder.ts';
import { ablate, measureVectors } from './retrieval/in-process.ts';

const { values: flags, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    ablate: { type: 'boolean' },
    url: { type: 'string' },
    key: { type: 'string' },
    model: { type: 'string' },
    dimensions: { type: 'string' },
    provider: { type: 'string' },
    'provider-key': { type: 'string' },
    vectors: { type: 'string' },
    queries: { type: 'string', default: '300' },
  },
});
const [folder, ...named] = positionals;
const isServer = flags.url !== undefined && flags.key !== undefined;
const isModel =
  flags.model !== undefined && (flags.provider !== undefined || flags.vectors !== undefined);
if (folder === undefined || !(flags.ablate || isServer || isModel)) {
  console.error(
    'usage: node bench/retrieval.ts (--ablate | --url URL --key KEY [--model NAME [--dimensions N]] | --model NAME [--provider URL] [--vectors FILE]) [--queries N] DATA_FOLDER [COLLECTION...]',
  );
  process.exit(2);
}

const ways = [
  { name: 'keyword', mode: 'keyword', reranker: null },
  { name: 'vector', mode: 'vector', reranker: null },
  { name: 'hybrid', mode: 'hybrid', reranker: null },
  { name: 'hybrid + rerank', mode: 'hybrid', reranker: 'builtin/lexical' },
] as const;
const parallel = 4;

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
  const { id: base } = await call<{ id: string }>('POST', '/knowledge-bases', {
    name: collection,
    ...(flags.model === undefined ? {} : { embedding_model: flags.model }),
    ...(flags.dimensions === undefined ? {} : { dimensions: Number(flags.dimensions) }),
  });
  const documents = new Map<string, string>();
  const requests = Array.from({ length: Math.ceil(corpus.length / 20) }, (_, index) =>
    corpus.slice(index * 20, index * 20 + 20),
  );
  await inParallel(requests, async (texts) => {
    const form = new FormData();
    for (const text of texts) form.append('file', new Blob([markdownOf(text)]), 'document.md');
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

async function measure({ name, relevant, queries, corpus }: Collection): Promise<void> {
  const { base, documents } = await load(name, corpus);
  for (const { name: way, mode, reranker } of ways) {
    const scores: Score[] = [];
    let ms = 0;
    await inParallel(queries, async ({ id, text: query }) => {
      const started = performance.now();
      const { hits } = await call<{ hits: { file_id: string }[] }>(
        'POST',
        `/knowledge-bases/${base}/search`,
        { query, mode, reranker, top_k: 3 * depth },
      );
      ms += performance.now() - started;
      const found = hits.map((hit) => documents.get(hit.file_id) ?? '');
      scores.push(score(found, relevant.get(id) ?? new Set()));
    });
    const time = `${(ms / queries.length).toFixed(0)} ms`;
    print(name, way, scores, time, `${queries.length} queries`);
  }
}

const collections =
  named.length > 0
    ? named
    : readdirSync(folder).filter((name) => existsSync(join(folder, name, 'qrels.tsv')));
console.log('collection        way               nDCG@10  recall@10');
const embedder =
  flags.model === undefined
    ? null
    : new Embedder({
        model: flags.model,
        url: flags.provider,
        key: flags['provider-key'],
        file: flags.vectors,
      });
for (const name of collections) {
  const collection = readCollection(folder, name, Number(flags.queries));
  if (flags.ablate) ablate(collection);
  else if (flags.url !== undefined) await measure(collection);
  else if (embedder !== null) await measureVectors(collection, embedder);
}
if (flags.provider !== undefined) console.log(embedder?.cost);
