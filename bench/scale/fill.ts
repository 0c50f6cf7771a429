import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { newDbStats, openDb } from '../../src/db/client.ts';
import type { FileRow } from '../../src/knowledge/file-store.ts';
import { insertChunks } from '../../src/knowledge/ingest/store.ts';
import { indexChunk } from '../../src/knowledge/search/keywords.ts';
import { indexVersion } from '../../src/knowledge/search/word-counts.ts';
import { lexicalEmbedder } from '../../src/llm/builtin/lexical.ts';
import { createD1VectorIndex } from '../../src/platform/d1-vector-index.ts';
import { newId } from '../../src/shared/id.ts';
import { sampleText } from '../sample-text.ts';
import { toD1 } from './local-d1.ts';

// Part of workerd, and not yet of Node.
Object.assign(Uint8Array, {
  fromBase64: (text: string) => new Uint8Array(Buffer.from(text, 'base64')),
});
Object.assign(Uint8Array.prototype, {
  toBase64(this: Uint8Array) {
    return Buffer.from(this).toString('base64');
  },
});

const chunksOfFile = 100;

/** Opens the database `DB` in the storage of a server that is closed. */
export function openStorage(folder: string): DatabaseSync {
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter(
    (name) => name.endsWith('.sqlite') && !name.endsWith('metadata.sqlite'),
  );
  for (const file of files) {
    const database = new DatabaseSync(join(folder, file));
    const hasChunks = database.prepare("select 1 from sqlite_master where name = 'chunks'").get();
    if (hasChunks !== undefined) return database;
    database.close();
  }
  throw new Error(`No database with chunks in ${folder}.`);
}

/**
 * Fills a base with chunks as ingestion stores them. Every tenth file is of team 7, and every hundredth of
 * team 70, for the group `audit` only.
 */
export async function fill(
  database: DatabaseSync,
  workspace_id: string,
  base_id: string,
  size: number,
): Promise<void> {
  database.exec('pragma synchronous = off; pragma cache_size = -400000;');
  const db = openDb(toD1(database), newDbStats());
  const index = createD1VectorIndex(db);
  const insertFile = database.prepare(
    `insert into files (id, workspace_id, base_id, name, media_type, byte_size, sha256, metadata, groups, status, attempt, created_at, updated_at)
    values (?, ?, ?, ?, 'text/markdown', 1, ?, ?, ?, 'embedding', 1, 1, 1)`,
  );
  for (let start = 0; start < size; start += chunksOfFile) {
    const count = Math.min(chunksOfFile, size - start);
    const number = start / chunksOfFile;
    const file = { id: newId('file'), workspace_id, base_id, attempt: 1 } as FileRow;
    const name = `report-${number}.md`;
    const team = number % 100 === 5 ? 'team-70' : number % 10 === 0 ? 'team-7' : 'team-1';
    const groups = number % 100 === 5 ? '["audit"]' : null;
    const metadata = JSON.stringify({ team });
    insertFile.run(file.id, workspace_id, base_id, name, file.id, metadata, groups);
    const rows = Array.from({ length: count }, (_, ordinal) => {
      const text = sampleText(start + ordinal);
      const heading = `Report ${number}`;
      return {
        ...{ id: newId('chk'), ordinal, text, heading, page: null },
        ...{ start: ordinal * 1000, end: ordinal * 1000 + text.length, token_count: 150 },
        ...indexChunk({ scope: base_id, file_name: name, heading, text }),
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
    database
      .prepare(`update files set status = 'ready', chunk_count = ?, ready_at = 1 where id = ?`)
      .run(count, file.id);
  }
  while ((await index.maintain()) > 0);
  database
    .prepare(
      'insert into keyword_progress (version, before) values (?, 0) on conflict do update set before = 0',
    )
    .run(indexVersion);
}
