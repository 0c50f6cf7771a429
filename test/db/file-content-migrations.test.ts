import { runInDurableObject } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { expect, it } from 'vitest';

const migrations = env.TEST_MIGRATIONS;
const own = migrations.findIndex(({ name }) => name.includes('former_originals'));

function apply(db: SqlStorage, some: typeof migrations): void {
  for (const { queries } of some) for (const query of queries) db.exec(query);
}

const insertFile = (db: SqlStorage, id: string, bytes: number) =>
  db.exec(
    `insert into files (id, workspace_id, base_id, name, media_type, byte_size, sha256, external_id, metadata, status, attempt, created_at, updated_at)
     values (?, 'ws_1', 'kb_1', 'old.txt', 'text/plain', ?, ?, ?, '{}', 'queued', 1, 1, 1)`,
    ...[id, bytes, id, id],
  );

const ready = (db: SqlStorage, id: string) =>
  db.exec(
    `update files set status = 'ready', chunk_count = 2, former_attempt = null, former_chunk_count = 0 where id = ?`,
    id,
  );

/** As earlier versions gave a file new content, which then described it at once. */
const replace = (db: SqlStorage, id: string, bytes: number) =>
  db.exec(
    `update files set former_attempt = attempt, former_chunk_count = 2, chunk_count = null, status = 'queued', revision = revision + 1,
       name = 'new.txt', byte_size = ?, sha256 = id || '-new', original_id = id || '-new' where id = ?`,
    ...[bytes, id],
  );

it('keep files searchable that are ready, are being replaced, or have failed, with what is known of their originals', () =>
  runInDurableObject(env.SESSIONS.get(env.SESSIONS.newUniqueId()), (_host, { storage }) => {
    const db = storage.sql;
    apply(db, migrations.slice(0, own));
    db.exec(
      `insert into workspaces (id, name, time_zone, default_model, content_logging, created_at, updated_at) values ('ws_1', 'W', 'UTC', 'm', 1, 1, 1)`,
    );
    db.exec(`insert into knowledge_bases (id, workspace_id, name, description, embedding_model, dimensions, chunk_tokens, chunk_overlap_tokens, retention_days, created_at, updated_at)
      values ('kb_1', 'ws_1', 'B', '', 'm', 1, 100, 0, 30, 1, 1)`);
    for (const id of ['ready', 'replaced', 'failed', 'waiting', 'gone']) {
      insertFile(db, id, 10);
      ready(db, id);
    }
    for (const id of ['replaced', 'failed', 'waiting']) replace(db, id, 100);
    db.exec('update files set attempt = 2 where former_attempt is not null');
    ready(db, 'replaced');
    db.exec("update files set status = 'failed', error_code = 'corrupt' where id = 'failed'");
    db.exec("update files set deleted_at = 5 where id = 'gone'");
    apply(db, migrations.slice(own));

    const contents = () =>
      db
        .exec(
          `select file_id, attempt, name, original_id, byte_size, fields, detected, "groups" from file_contents order by file_id, added_revision`,
        )
        .toArray();
    const old = { attempt: 1, name: 'old.txt', fields: '{}', detected: '{}', groups: null };
    const unknown = { original_id: null, byte_size: null };
    const latest = { ...old, attempt: 2, name: 'new.txt', byte_size: 100 };
    expect(contents()).toEqual([
      { ...old, ...unknown, file_id: 'failed' },
      { ...old, ...unknown, file_id: 'gone' },
      { ...old, file_id: 'ready', original_id: 'ready', byte_size: 10 },
      { ...old, ...unknown, file_id: 'replaced' },
      { ...latest, file_id: 'replaced', original_id: 'replaced-new' },
      { ...old, ...unknown, file_id: 'waiting' },
    ]);
    const bytes = () => db.exec("select used from quotas where resource = 'bytes'").one().used;
    expect(bytes()).toBe(310);

    // A person renames what is searchable, while new content waits whose original is not that of the old.
    db.exec("update files set name = 'renamed.txt' where id = 'waiting'");
    ready(db, 'waiting');
    expect(contents().slice(-3)).toEqual([
      { ...old, ...unknown, file_id: 'waiting' },
      { ...old, ...unknown, file_id: 'waiting', name: 'renamed.txt' },
      { ...latest, file_id: 'waiting', name: 'renamed.txt', original_id: 'waiting-new' },
    ]);
    db.exec('update files set deleted_at = 9 where deleted_at is null');
    expect(bytes()).toBe(0);
    const former = db.exec('select id from former_originals order by id').toArray();
    expect(former.map(({ id }) => id)).toEqual([
      'failed-new',
      'ready',
      'replaced-new',
      'waiting-new',
    ]);
    db.exec('delete from files');
    expect(db.exec('select former_byte_size from knowledge_bases').one().former_byte_size).toBe(0);
    expect(contents()).toEqual([]);
  }));
