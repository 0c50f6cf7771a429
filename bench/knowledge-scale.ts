// npm run bench:scale: search in bases of 1,000, 20,000 and 200,000 chunks, through the production bundle on workerd. Prints time,
// rows read and round trips by mode, cold and warm, the memory of workerd, and the growth from the smallest base to the largest.
// The chunks are stored with the store functions of the product: uploading them takes an hour.
import { parseArgs } from 'node:util';
import { type Client, openClient } from '../scripts/client.ts';
import { newDbStats, openDb } from '../src/db/client.ts';
import type { FileRow } from '../src/knowledge/file-store.ts';
import { insertChunks } from '../src/knowledge/ingest/store.ts';
import { indexChunk } from '../src/knowledge/search/keywords.ts';
import { lexicalEmbedder } from '../src/llm/builtin/lexical.ts';
import { createD1VectorIndex } from '../src/platform/d1-vector-index.ts';
import { newId } from '../src/shared/id.ts';
import { readServerTiming } from './operations.ts';
import { sampleText, sampleWords } from './sample-text.ts';
import { openWorkspace, type Server, startServer } from './turn/server.ts';

// Part of workerd, and not yet of Node.
Object.assign(Uint8Array, {
  fromBase64: (text: string) => new Uint8Array(Buffer.from(text, 'base64')),
});
Object.assign(Uint8Array.prototype, {
  toBase64(this: Uint8Array) {
    return Buffer.from(this).toString('base64');
  },
});

const { values: flags } = parseArgs({
  options: {
    sizes: { type: 'string', default: '1000,20000,200000' },
    queries: { type: 'string', default: '40' },
  },
});
const nowhere = 'http://127.0.0.1:9';
const chunksOfFile = 500;
const filteredTeam = 'team-7';

interface Figures {
  readonly 'cold ms': number;
  readonly 'p50 ms': number;
  readonly 'p95 ms': number;
  readonly 'rows read': number;
  readonly trips: number;
}

/** Fills a base. Every tenth file is of the team by which searches filter. */
async function fill(server: Server, workspace_id: string, base_id: string, size: number) {
  const db = openDb((await server.miniflare.getD1Database('DB')).withSession(), newDbStats());
  const index = createD1VectorIndex(db);
  const raw = await server.miniflare.getD1Database('DB');
  for (let start = 0; start < size; start += chunksOfFile) {
    const count = Math.min(chunksOfFile, size - start);
    const number = start / chunksOfFile;
    const file = { id: newId('file'), workspace_id, base_id, attempt: 1 } as FileRow;
    const team = number % 10 === 0 ? filteredTeam : 'team-1';
    await raw
      .prepare(
        `insert into files (id, workspace_id, base_id, name, media_type, byte_size, sha256, metadata, status, attempt, created_at, updated_at)
        values (?, ?, ?, ?, 'text/markdown', 1, ?, ?, 'embedding', 1, 1, 1)`,
      )
      .bind(
        file.id,
        workspace_id,
        base_id,
        `report-${number}.md`,
        file.id,
        JSON.stringify({ team }),
      )
      .run();
    const rows = Array.from({ length: count }, (_, ordinal) => {
      const text = sampleText(start + ordinal);
      const heading = `Report ${number}`;
      const indexed = indexChunk({
        scope: base_id,
        file_name: `report-${number}.md`,
        heading,
        text,
      });
      return {
        ...{ id: newId('chk'), ordinal, text, heading, page: null },
        ...{ start: ordinal * 1000, end: ordinal * 1000 + text.length, token_count: 150 },
        ...indexed,
      };
    });
    const { embeddings } = await lexicalEmbedder.doEmbed({ values: rows.map(({ text }) => text) });
    await db.batch(insertChunks(db, file, rows) as never);
    await index.upsert(
      workspace_id,
      rows.map(({ id }, at) => ({
        id,
        base_id,
        content: file.id.slice(-8),
        values: embeddings[at] ?? [],
      })),
    );
    await raw
      .prepare(`update files set status = 'ready', chunk_count = ?, ready_at = 1 where id = ?`)
      .bind(count, file.id)
      .run();
  }
  const started = performance.now();
  let runs = 0;
  while ((await index.maintain()) > 0) runs += 1;
  console.log(
    `${size} chunks packed in ${runs} runs, ${Math.round(performance.now() - started)} ms`,
  );
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

async function measure(
  server: Server,
  client: Client,
  base_id: string,
  size: number,
  search: Record<string, unknown>,
): Promise<Figures> {
  const ask = async (number: number) => {
    const query = sampleWords((number * 7919) % size, 5);
    const started = performance.now();
    const json = { query, ...search };
    const response = await client.send('POST', `/knowledge-bases/${base_id}/search`, { json });
    const { hits } = (await response.json()) as { hits: unknown[] };
    if (hits.length === 0) throw new Error(`no hits for ${query}`);
    const cost = readServerTiming(response.headers.get('server-timing') ?? '');
    return { ms: performance.now() - started, ...cost };
  };
  await cool(server, base_id);
  const cold = await ask(1);
  const warm: Awaited<ReturnType<typeof ask>>[] = [];
  for (let number = 2; number < Number(flags.queries) + 2; number += 1)
    warm.push(await ask(number));
  const at = (share: number, of: (one: (typeof warm)[number]) => number) =>
    warm.map(of).sort((a, b) => a - b)[Math.floor(share * (warm.length - 1))] ?? 0;
  return {
    'cold ms': Math.round(cold.ms),
    'p50 ms': Math.round(at(0.5, ({ ms }) => ms)),
    'p95 ms': Math.round(at(0.95, ({ ms }) => ms)),
    'rows read': at(0.5, ({ rows_read }) => rows_read),
    trips: at(0.5, ({ trips }) => trips),
  };
}

const server = await startServer({ provider: nowhere, root: process.cwd() });
try {
  const { key } = await openWorkspace(server.url, nowhere);
  const client = openClient(server.url, key);
  const { id: workspace_id } = await client.call<{ id: string }>('GET', '/workspace');
  const table: Record<string, Figures> = {};
  const sizes = flags.sizes.split(',').map(Number);
  for (const size of sizes) {
    const json = { name: `Base of ${size}` };
    const base = await client.call<{ id: string }>('POST', '/knowledge-bases', { json });
    await fill(server, workspace_id, base.id, size);
    for (const mode of ['keyword', 'vector', 'hybrid'])
      table[`${size} ${mode}`] = await measure(server, client, base.id, size, { mode });
    const filter = { metadata: { team: filteredTeam } };
    table[`${size} vector, filter of 1 in 10 files`] = await measure(
      server,
      client,
      base.id,
      size,
      {
        ...{ mode: 'vector', filter },
      },
    );
    console.table(table);
    console.log(`memory of workerd with D1: ${Math.round(server.rss_mib())} MiB`);
  }
  const [small, large] = [sizes[0] ?? 0, sizes.at(-1) ?? 0];
  for (const mode of ['keyword', 'vector', 'hybrid']) {
    const [first, last] = [table[`${small} ${mode}`], table[`${large} ${mode}`]];
    const growth = (last?.['p50 ms'] ?? 0) / (first?.['p50 ms'] ?? 1);
    const rows = (last?.['rows read'] ?? 0) / (first?.['rows read'] ?? 1);
    console.log(
      `${mode}: ${large / small} times the chunks, ${growth.toFixed(2)} times p50, ${rows.toFixed(2)} times the rows`,
    );
  }
} finally {
  await server.close();
}
