import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { checkBackup } from '../../scripts/backup/check-backup.ts';
import { openDeployment } from '../../scripts/backup/deployment.ts';
import { applyMigrations } from '../../scripts/backup/migrations.ts';
import { restoreBackup } from '../../scripts/backup/restore-backup.ts';
import { writeBackup } from '../../scripts/backup/write-backup.ts';
import { startRemoteResources } from './support/remote-resources.ts';

type Resources = Awaited<ReturnType<typeof startRemoteResources>>;

const directory = mkdtempSync(join(tmpdir(), 'agentgrid-remote-backup-'));
const silent = () => undefined;
let source: Resources;
let target: Resources;

beforeAll(async () => {
  [source, target] = await Promise.all([startRemoteResources(), startRemoteResources()]);
});
afterAll(async () => {
  await Promise.all([source.stop(), target.stop()]);
  rmSync(directory, { recursive: true, force: true });
});

const open = (resources: Resources) =>
  openDeployment({ environment: 'staging' }, resources.connect);

describe('a backup of an environment on Cloudflare, through remote bindings (R62)', () => {
  it('has rows, objects and vectors, and is restored into another environment', async () => {
    const deployment = await open(source);
    expect(deployment.hasVectorize).toBe(true);
    await applyMigrations(deployment);
    await deployment.run([
      {
        sql: `insert into workspaces (id, name, time_zone, default_model, content_logging, created_at, updated_at) values ('ws_1', ?, 'UTC', 'builtin/extractive', 1, 1, 1)`,
        params: ['Zürich \u0000'],
      },
      {
        sql: `insert into price_overrides (workspace_id, model, input, output, updated_at) values ('ws_1', 'a/b', 0.1, 1e-7, 1)`,
      },
      {
        sql: `insert into knowledge_bases (id, workspace_id, name, description, embedding_model, dimensions, chunk_tokens, chunk_overlap_tokens, created_at, updated_at) values ('kb_1', 'ws_1', 'Desk', '', 'builtin/lexical', 3, 100, 0, 1, 1)`,
      },
      {
        sql: `insert into files (id, workspace_id, base_id, name, media_type, byte_size, sha256, metadata, status, attempt, chunk_count, created_at, updated_at) values ('file_1', 'ws_1', 'kb_1', 'a.md', 'text/markdown', 5, 'x', '{}', 'ready', 1, 1, 1, 1)`,
      },
      {
        sql: `insert into chunks (id, workspace_id, base_id, file_id, attempt, ordinal, text, start, "end", token_count) values ('chk_1', 'ws_1', 'kb_1', 'file_1', 1, 0, 'Grinder cleaning', 0, 16, 2)`,
      },
    ]);
    source.objects.set('ws_1/file_1', {
      bytes: Buffer.from('hello'),
      contentType: 'text/markdown',
    });
    const vector = {
      id: 'chk_1',
      namespace: 'ws_1',
      values: [1, 0.5, 0],
      metadata: { base_id: 'kb_1' },
    };
    source.vectors.set('chk_1', vector);
    const manifest = await writeBackup(deployment, directory, silent);
    await deployment.close();
    expect(manifest).toMatchObject({ objects: { count: 1 }, vectors: { count: 1 } });
    expect(await checkBackup(directory)).toEqual(manifest);

    const restored = await open(target);
    await restoreBackup(restored, directory, manifest, silent);
    await expect(restoreBackup(restored, directory, manifest, silent)).rejects.toThrow(
      'is not empty',
    );
    await restored.close();
    expect([...target.objects]).toEqual([...source.objects]);
    expect([...target.vectors]).toEqual([...source.vectors]);
    const rows = (table: string, { database }: Resources) =>
      database.prepare(`select * from ${table}`).all();
    for (const { name } of manifest.tables)
      expect([name, rows(name, target)]).toEqual([name, rows(name, source)]);
    // The keyword index has a row for the chunk.
    expect(rows('chunk_words_docsize', target)).toHaveLength(1);
    const triggers = ({ database }: Resources) =>
      database
        .prepare(`select name, sql from sqlite_master where type = 'trigger' order by 1`)
        .all();
    expect(triggers(target)).toEqual(triggers(source));
  });
});
