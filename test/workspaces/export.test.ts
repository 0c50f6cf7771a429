import { createExecutionContext, waitOnExecutionContext } from 'cloudflare:test';
import { env, exports } from 'cloudflare:workers';
import { describe, expect, it, vi } from 'vitest';
import type { ExportPart } from '../../src/db/schema/workspace-exports.ts';
import { excludedTables } from '../../src/workspaces/export/excluded.ts';
import { type Answer, newWorkspace, toRequest, type Workspace } from '../support/api.ts';
import { inflate, readTar } from '../support/archive.ts';
import { fullWorkspace } from '../support/full-workspace.ts';
import { countAll, tenantTables } from '../support/rows.ts';
import { runSchedule } from '../support/schedule.ts';

const path = '/workspace/exports';

async function completed(workspace: Workspace): Promise<Answer['body']> {
  const { status, body } = await workspace.post(path);
  expect(status).toBe(202);
  expect(body).toMatchObject({ status: 'queued', url: null, error: null });
  await vi.waitUntil(
    async () => (await workspace.get(`${path}/${body.id}`)).body.status === 'completed',
    { timeout: 150_000, interval: 50 },
  );
  return (await workspace.get(`${path}/${body.id}`)).body;
}

const download = (url: string) => exports.default.fetch(toRequest('GET', url, null));

/** The parts that the archive of an export consists of. */
async function partsOf(id: string): Promise<readonly ExportPart[]> {
  const row = await env.DB.prepare('select parts from workspace_exports where id = ?')
    .bind(id)
    .first<{ parts: string }>();
  return JSON.parse(row?.parts ?? '[]');
}

const rowsIn = (entries: Map<string, string>, table: string): Record<string, unknown>[] =>
  [...entries]
    .filter(([name]) => name.startsWith(`tables/${table}/`))
    .flatMap(([, text]) => text.trimEnd().split('\n'))
    .map((line) => JSON.parse(line));

/** The entry of an object: no entry is a directory of another. */
const entryOf = (key: string) => `objects/${key.replace(/(?<=\/.*)\//g, '.')}`;

describe('the export of a workspace (R78)', () => {
  it('has every table of the database that is not excluded, every object, and nothing of others', async () => {
    const workspace = await fullWorkspace('Exported');
    const other = await fullWorkspace('Other');
    const secret = 'sk-planted-secret-0123456789';
    await workspace.put('/providers/openai', { api_key: secret });
    const made = await completed(workspace);
    const archive = await download(made.url);
    expect(archive.status).toBe(200);
    expect(archive.headers.get('content-type')).toBe('application/gzip');
    expect(archive.headers.get('content-disposition')).toMatch(
      new RegExp(`^attachment; filename="${workspace.id}-\\d{4}-\\d\\d-\\d\\d\\.tar\\.gz"$`),
    );
    const compressed = await archive.arrayBuffer();
    expect(compressed.byteLength).toBe(made.byte_size);
    const bytes = await inflate(compressed);
    const entries = readTar(bytes);

    const tables = await tenantTables();
    expect(Object.keys(excludedTables).filter((table) => !tables.includes(table))).toEqual([]);
    const expected = tables.filter((table) => !Object.hasOwn(excludedTables, table));
    const manifest = JSON.parse(entries.get('manifest.json') ?? '');
    expect(manifest).toMatchObject({
      format: 'agentgrid-workspace',
      version: 1,
      workspace_id: workspace.id,
      tables: expected,
      excluded_tables: excludedTables,
    });
    const counts = await countAll(workspace.id);
    for (const table of expected) {
      const rows = rowsIn(entries, table);
      expect([table, rows.length]).not.toEqual([table, 0]);
      const owners = rows.map((row) => (table === 'workspaces' ? row.id : row.workspace_id));
      expect([table, new Set(owners)]).toEqual([table, new Set([workspace.id])]);
      // Written by the export itself, and by what runs in the background.
      const grows = ['audit_log', 'usage', 'analytics_rollups', 'workspaces'].includes(table);
      if (!grows) expect([table, rows.length]).toEqual([table, counts[table]]);
    }
    const end = JSON.parse(entries.get('end.json') ?? '');
    expect(Object.keys(end.rows)).toEqual(expected);
    const objects = [...entries.keys()].filter((name) => name.startsWith('objects/'));
    const { objects: stored } = await env.FILES.list({ prefix: `${workspace.id}/` });
    const wanted = stored.filter(({ key }) => !key.startsWith(`${workspace.id}/exports/`));
    expect(objects).toEqual(expect.arrayContaining(wanted.map(({ key }) => entryOf(key))));
    expect(objects.length).toBe(end.object_count);
    expect(wanted.length).toBeGreaterThan(0);
    for (const { key } of wanted)
      expect(entries.get(entryOf(key))).toBe(await (await env.FILES.get(key))?.text());

    const text = new TextDecoder().decode(bytes);
    for (const planted of [secret, workspace.key, other.id, other.key])
      expect([planted, text.includes(planted)]).toEqual([planted, false]);
    const { results } = await env.DB.prepare(
      'select hash as value from api_keys where workspace_id = ?1 union all select sealed from secrets where workspace_id = ?1',
    )
      .bind(workspace.id)
      .all<{ value: string }>();
    expect(results.length).toBeGreaterThan(2);
    expect(results.filter(({ value }) => text.includes(value))).toEqual([]);
  });

  it('is written in parts, each in bounded memory, which follow each other', async () => {
    const workspace = await newWorkspace();
    const large = new Uint8Array(20 * 1024 * 1024);
    for (const name of ['a', 'b', 'c']) {
      crypto.getRandomValues(large.subarray(0, 65_536));
      await env.FILES.put(`${workspace.id}/${name}`, large);
    }
    const { id, byte_size, object_count, url } = await completed(workspace);
    const parts = await partsOf(id);
    expect(parts.length).toBeGreaterThanOrEqual(2);
    expect(object_count).toBe(3);
    const pieces: Uint8Array[] = [];
    const stored: Uint8Array[] = [];
    for (const { key } of parts) {
      const part = new Uint8Array((await (await env.FILES.get(key))?.arrayBuffer()) ?? []);
      stored.push(part);
      pieces.push(await inflate(part as Uint8Array<ArrayBuffer>));
    }
    const whole = new Uint8Array(await new Blob(stored as Uint8Array<ArrayBuffer>[]).arrayBuffer());
    expect(new Uint8Array(await (await download(url)).arrayBuffer())).toEqual(whole);
    expect(whole.byteLength).toBe(byte_size);
    const tar = readTar(
      new Uint8Array(await new Blob(pieces as Uint8Array<ArrayBuffer>[]).arrayBuffer()),
    );
    expect([...tar.keys()].slice(-4)).toEqual([
      ...['a', 'b', 'c'].map((name) => `objects/${workspace.id}/${name}`),
      'end.json',
    ]);
  });

  it('continues after a part that was written and not recorded', async () => {
    const workspace = await newWorkspace();
    await workspace.post('/agents', { name: 'Desk' });
    const { body } = await workspace.post(path);
    const forgotten = `${workspace.id}/exports/${body.id}/job_lost`;
    await env.FILES.put(forgotten, 'half of a part');
    await vi.waitUntil(
      async () => (await workspace.get(`${path}/${body.id}`)).body.status === 'completed',
      { timeout: 150_000, interval: 50 },
    );
    const { url } = (await workspace.get(`${path}/${body.id}`)).body;
    const entries = readTar(await inflate(await (await download(url)).arrayBuffer()));
    expect(rowsIn(entries, 'agents').map(({ name }) => name)).toEqual(['Desk']);
    expect([...entries.keys()].filter((name) => name.includes('/exports/'))).toEqual([]);
  });

  it('is downloaded only by a signed link that has not expired', async () => {
    const workspace = await newWorkspace();
    const { id, url, url_expires_at } = await completed(workspace);
    expect(Date.parse(url_expires_at) - Date.now()).toBeLessThanOrEqual(15 * 60_000);
    const bare = `/api/v1${path}/${id}/download`;
    expect((await download(bare)).status).toBe(404);
    const [, query = ''] = url.split('?');
    const later = new URLSearchParams(query);
    later.set('expires', String(Number(later.get('expires')) + 60));
    expect((await download(`${bare}?${later}`)).status).toBe(403);
    const other = await completed(await newWorkspace());
    expect((await download(`/api/v1${path}/${other.id}/download?${query}`)).status).toBe(403);
    vi.setSystemTime(Date.now() + 16 * 60_000);
    try {
      expect((await download(url)).status).toBe(403);
      const again = (await workspace.get(`${path}/${id}`)).body.url;
      expect((await download(again)).status).toBe(200);
    } finally {
      vi.useRealTimers();
    }
  });

  it('is for admins, one at a time and ten times a day', async () => {
    const workspace = await newWorkspace();
    const editor = await workspace.withRole('editor');
    expect((await editor.post(path)).status).toBe(403);
    const answers = await Promise.all([1, 2, 3].map(() => workspace.post(path)));
    expect(answers.map(({ status }) => status).sort()).toEqual([202, 409, 409]);
    await env.DB.prepare(`update workspace_exports set status = 'completed' where workspace_id = ?`)
      .bind(workspace.id)
      .run();
    const row = env.DB.prepare(
      `insert into workspace_exports (id, workspace_id, status, parts, rows, object_count, object_bytes, created_at, updated_at, expires_at)
        values (?, ?, 'failed', '[]', '{}', 0, 0, ?3, ?3, ?3 + 1000000)`,
    );
    await env.DB.batch(
      Array.from({ length: 9 }, () => row.bind(crypto.randomUUID(), workspace.id, Date.now())),
    );
    const refused = await workspace.post(path);
    expect([refused.status, refused.body.code]).toEqual([429, 'rate_limited']);
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
    const { body } = await workspace.get('/audit-log');
    expect(body.data.map(({ action }: { action: string }) => action)).toContain('workspace.export');
  });

  it('is deleted with its objects after a day', async () => {
    const workspace = await newWorkspace();
    const { id } = await completed(workspace);
    const [part] = await partsOf(id);
    await env.DB.prepare('update workspace_exports set expires_at = 1 where id = ?').bind(id).run();
    const execution = createExecutionContext();
    await runSchedule('7 * * * *', env as Env, execution);
    await waitOnExecutionContext(execution);
    expect((await workspace.get(`${path}/${id}`)).status).toBe(404);
    expect(await env.FILES.head(part?.key ?? '')).toBeNull();
  });
});

describe('the link of an export', () => {
  it('leads nowhere while the workspace is suspended, and after it was deleted (R7)', async () => {
    const workspace = await newWorkspace();
    const { url } = await completed(workspace);
    const set = (column: 'suspended_at' | 'deleted_at', value: number | null) =>
      env.DB.prepare(`update workspaces set ${column} = ? where id = ?`)
        .bind(value, workspace.id)
        .run();
    for (const column of ['suspended_at', 'deleted_at'] as const) {
      await set(column, 1);
      expect((await download(url)).status).toBe(404);
      await set(column, null);
      const again = await download(url);
      expect(again.status).toBe(200);
      await again.arrayBuffer();
    }
  });
});
