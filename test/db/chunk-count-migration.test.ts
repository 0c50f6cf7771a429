import { runInDurableObject } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { expect, it } from 'vitest';

const migrations = env.TEST_MIGRATIONS;
const own = migrations.findIndex(({ name }) => name.includes('counted_chunks_of_bases'));

function apply(db: SqlStorage, some: typeof migrations): void {
  for (const { queries } of some) for (const query of queries) db.exec(query);
}

const insertFile = (
  db: SqlStorage,
  id: string,
  status: string,
  chunk_count: number | null,
  deleted_at: number | null = null,
) =>
  db.exec(
    `insert into files (id, workspace_id, base_id, name, media_type, byte_size, sha256, metadata, status, chunk_count, deleted_at, created_at, updated_at)
     values (?, 'ws_1', 'kb_1', 'a.txt', 'text/plain', 1, ?, '{}', ?, ?, ?, 1, 1)`,
    ...[id, id, status, chunk_count, deleted_at],
  );

it('counts the chunks of ready files, those of before and every change after', () =>
  runInDurableObject(env.SESSIONS.get(env.SESSIONS.newUniqueId()), (_host, { storage }) => {
    const db = storage.sql;
    apply(db, migrations.slice(0, own));
    db.exec(
      `insert into workspaces (id, name, time_zone, default_model, content_logging, created_at, updated_at) values ('ws_1', 'W', 'UTC', 'm', 1, 1, 1)`,
    );
    db.exec(`insert into knowledge_bases (id, workspace_id, name, description, embedding_model, dimensions, chunk_tokens, chunk_overlap_tokens, chunk_count, created_at, updated_at)
      values ('kb_1', 'ws_1', 'B', '', 'm', 1, 100, 0, 99, 1, 1)`);
    insertFile(db, 'file_1', 'ready', 3);
    insertFile(db, 'file_2', 'ready', 4, 5);
    insertFile(db, 'file_3', 'embedding', 5);
    apply(db, migrations.slice(own));
    const count = () => db.exec('select chunk_count from knowledge_bases').one().chunk_count;
    expect(count()).toBe(3);
    const counts = [
      "update files set status = 'ready' where id = 'file_3'",
      "update files set status = 'queued' where id = 'file_1'",
      "update files set chunk_count = 7, status = 'ready' where id = 'file_1'",
      "update files set deleted_at = 9 where id = 'file_3'",
      "delete from files where id = 'file_3'",
      "delete from files where id = 'file_1'",
    ].map((change) => {
      db.exec(change);
      return count();
    });
    expect(counts).toEqual([8, 5, 12, 7, 7, 0]);
    insertFile(db, 'file_4', 'ready', 2);
    expect(count()).toBe(2);
  }));
