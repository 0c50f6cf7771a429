// npm run bench:scale: search in bases of 1,000, 20,000 and 200,000 chunks, through the production bundle on workerd. Prints CPU,
// time, rows read and round trips by mode, cold and warm, the memory of workerd, and the growth from the smallest base to the
// largest. The chunks are stored with the store functions of the product, in the database file: uploading them takes an hour.
// `--keep FOLDER` keeps the bases there, and uses those that are there.
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { type Client, openClient } from '../scripts/client.ts';
import { readServerTiming } from './operations.ts';
import { sampleWords } from './sample-text.ts';
import { fill, openStorage } from './scale/fill.ts';
import { openWorkspace, type Server, startServer } from './turn/server.ts';

const { values: flags } = parseArgs({
  options: {
    sizes: { type: 'string', default: '1000,20000,200000' },
    queries: { type: 'string', default: '40' },
    keep: { type: 'string' },
  },
});
const nowhere = 'http://127.0.0.1:9';
const sizes = flags.sizes.split(',').map(Number);
const folder = flags.keep ?? mkdtempSync(join(tmpdir(), 'agentgrid-scale-'));
const notes = join(folder, 'bases.json');

interface Bases {
  readonly key: string;
  /** Ids by size. */
  readonly ids: Readonly<Record<string, string>>;
}

interface Figures {
  readonly 'cold ms': number;
  readonly 'least ms': number;
  readonly 'p50 ms': number;
  readonly 'p95 ms': number;
  readonly 'CPU ms': number;
  readonly 'rows read': number;
  readonly 'rows read at most': number;
  readonly trips: number;
}

const start = () => startServer({ provider: nowhere, root: process.cwd(), persist: folder });

/** Creates the bases, and fills them while no server uses the database. */
async function createBases(): Promise<Bases> {
  const server = await start();
  const { key } = await openWorkspace(server.url, nowhere);
  const client = openClient(server.url, key);
  const { id: workspace_id } = await client.call<{ id: string }>('GET', '/workspace');
  const ids: Record<string, string> = {};
  for (const size of sizes) {
    const json = { name: `Base of ${size}` };
    ids[size] = (await client.call<{ id: string }>('POST', '/knowledge-bases', { json })).id;
  }
  await server.close();
  const database = openStorage(folder);
  for (const size of sizes) {
    const started = performance.now();
    await fill(database, workspace_id, ids[size] ?? '', size);
    console.log(`${size} chunks stored in ${Math.round((performance.now() - started) / 1000)} s`);
  }
  database.close();
  writeFileSync(notes, JSON.stringify({ key, ids }));
  return { key, ids };
}

/** Makes the isolate read all vectors of the base again. */
async function cool(server: Server, base_id: string): Promise<void> {
  const raw = await server.miniflare.getD1Database('DB');
  for (const statement of [
    'update vector_blocks set id = id + 1000000 where base_id = ?',
    'update knowledge_bases set vectors_revision = vectors_revision + 1 where id = ?',
  ])
    await raw.prepare(statement).bind(base_id).run();
}

/** Words of one chunk, frequent ones among them. */
const wordsOfChunk = (number: number, size: number) => sampleWords((number * 7919) % size, 5);
/** The most frequent words: those with the lowest ranks of the sample text. */
const frequentWords = (number: number) =>
  ['bobe', 'dobe', 'kobe', 'lobe', 'mobe'].slice(number % 3, 2 + (number % 3)).join(' ');

async function measure(
  server: Server,
  client: Client,
  base_id: string,
  search: Record<string, unknown>,
  queryOf: (number: number) => string,
): Promise<Figures> {
  const ask = async (number: number) => {
    const query = queryOf(number);
    const started = performance.now();
    const json = { query, ...search };
    const response = await client.send('POST', `/knowledge-bases/${base_id}/search`, { json });
    const { hits } = (await response.json()) as { hits: unknown[] };
    if (hits.length === 0 && search.filter === undefined && search.groups === undefined)
      throw new Error(`no hits for ${query}`);
    const cost = readServerTiming(response.headers.get('server-timing') ?? '');
    return { ms: performance.now() - started, ...cost };
  };
  await cool(server, base_id);
  const cold = await ask(1);
  const warm: Awaited<ReturnType<typeof ask>>[] = [];
  const before = server.cpu_ms();
  for (let number = 2; number < Number(flags.queries) + 2; number += 1)
    warm.push(await ask(number));
  const cpu = (server.cpu_ms() - before) / warm.length;
  const at = (share: number, of: (one: (typeof warm)[number]) => number) =>
    warm.map(of).sort((a, b) => a - b)[Math.floor(share * (warm.length - 1))] ?? 0;
  return {
    'cold ms': Math.round(cold.ms),
    'least ms': Math.round(at(0, ({ ms }) => ms)),
    'p50 ms': Math.round(at(0.5, ({ ms }) => ms)),
    'p95 ms': Math.round(at(0.95, ({ ms }) => ms)),
    'CPU ms': Math.round(cpu * 10) / 10,
    'rows read': at(0.5, ({ rows_read }) => rows_read),
    'rows read at most': at(1, ({ rows_read }) => rows_read),
    trips: at(0.5, ({ trips }) => trips),
  };
}

const teamOf = (team: string) => ({ filter: { metadata: { team } } });
const searches: Readonly<Record<string, Record<string, unknown>>> = {
  keyword: { mode: 'keyword' },
  'keyword, frequent words': { mode: 'keyword' },
  'keyword, 1 in 10 files': { mode: 'keyword', ...teamOf('team-7') },
  'keyword, 1 in 100 files': { mode: 'keyword', ...teamOf('team-70') },
  'keyword, groups': { mode: 'keyword', groups: ['audit'] },
  vector: { mode: 'vector' },
  'vector, 1 in 10 files': { mode: 'vector', ...teamOf('team-7') },
  'vector, 1 in 100 files': { mode: 'vector', ...teamOf('team-70') },
  hybrid: { mode: 'hybrid' },
};

if (flags.keep !== undefined) mkdirSync(folder, { recursive: true });
const bases: Bases = existsSync(notes)
  ? JSON.parse(readFileSync(notes, 'utf8'))
  : await createBases();
const server = await start();
try {
  const client = openClient(server.url, bases.key);
  const table: Record<string, Figures> = {};
  for (const size of sizes) {
    for (const [name, search] of Object.entries(searches)) {
      const queryOf = name.endsWith('frequent words')
        ? frequentWords
        : (number: number) => wordsOfChunk(number, size);
      const base_id = bases.ids[size] ?? '';
      table[`${size} ${name}`] = await measure(server, client, base_id, search, queryOf);
    }
    console.table(table);
    console.log(`memory of workerd with D1: ${Math.round(server.rss_mib())} MiB`);
  }
  const [small, large] = [sizes[0] ?? 0, sizes.at(-1) ?? 0];
  for (const name of Object.keys(searches)) {
    const [first, last] = [table[`${small} ${name}`], table[`${large} ${name}`]];
    const growth = (last?.['CPU ms'] ?? 0) / (first?.['CPU ms'] ?? 1);
    const rows = (last?.['rows read'] ?? 0) / (first?.['rows read'] ?? 1);
    console.log(
      `${name}: ${large / small} times the chunks, ${growth.toFixed(2)} times the CPU, ${rows.toFixed(2)} times the rows`,
    );
  }
} finally {
  await server.close();
  if (flags.keep === undefined) rmSync(folder, { recursive: true });
}
