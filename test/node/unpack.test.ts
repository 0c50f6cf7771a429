import { execFile } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { gunzipSync, gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { type Client, openClient } from '../../scripts/client.ts';
import { type SpawnedServer, spawnServer } from '../../scripts/spawned-server.ts';

// A workspace among others is exported, unpacked, restored into an empty deployment, and compared.
const root = mkdtempSync(join(tmpdir(), 'agentgrid-unpack-'));
const [source, target, archive, backup] = ['source', 'target', 'shop.tar.gz', 'backup'].map(
  (name) => join(root, name),
) as [string, string, string, string];
const run = promisify(execFile);
const secret = 'sk-secret-of-the-workspace-1234';

let server: SpawnedServer;
let client: Client;
let before: Awaited<ReturnType<typeof readEverything>>;

beforeAll(async () => {
  server = await spawnServer(source, ['--no-sample']);
  // Another workspace with rows before, so that numbers of the deployment do not begin with those of the exported one.
  await fill(openClient(server.url, server.key), 'other');
  const created = await openClient(server.url, server.root_key).call<{ api_key: { key: string } }>(
    'POST',
    '/workspaces',
    { json: { name: 'Shop' } },
  );
  client = openClient(server.url, keyIn(created));
  await fill(client, 'shop');
  before = await readEverything();
  await exportTo(archive);
  expect(await server.stop()).toBe(0);
});
afterAll(async () => {
  await server.stop('SIGKILL');
  rmSync(root, { recursive: true, force: true });
});

/** The only key in the answer to a new workspace. */
function keyIn(answer: unknown): string {
  const [key = ''] = /ag_1\w+/.exec(JSON.stringify(answer)) ?? [];
  return key;
}

async function fill(of: Client, name: string): Promise<void> {
  await of.call('PUT', '/providers/openai', { json: { api_key: secret } });
  const agent = await of.call<{ base_id: string }>('POST', '/agents', {
    json: { name, slug: 'lockers' },
  });
  const form = new FormData();
  for (const number of [1, 2, 3]) {
    const lines = Array.from(
      { length: 60 },
      (_, line) =>
        `Locker ${number}-${line} of the ${name} opens with code ${number * 60 + line}.\n\n`,
    );
    form.append('file', new Blob(lines), `locker.${number}.md`);
  }
  await of.call('POST', `/knowledge-bases/${agent.base_id}/files`, { form });
  await vi.waitUntil(
    async () =>
      (await list(of, `/knowledge-bases/${agent.base_id}/files?status=ready`)).length === 3,
    { timeout: 120_000, interval: 500 },
  );
  const session = await of.call<{ id: string }>('POST', '/agents/lockers/sessions', {
    json: { end_user_id: 'anna', title: 'Lockers' },
  });
  const answer = await of.call<{ message_id?: string; id?: string }>(
    'POST',
    `/sessions/${session.id}/messages`,
    { json: { message: 'Which code opens locker 2-7?' } },
  );
  expect(JSON.stringify(answer)).toContain('locker');
}

const list = async (of: Client, path: string) =>
  (await of.call<{ data: { id: string }[] }>('GET', path)).data;

async function search(mode: string) {
  const agent = await client.call<{ base_id: string }>('GET', '/agents/lockers');
  const { hits } = await client.call<{ hits: { chunk_id: string }[] }>(
    'POST',
    `/knowledge-bases/${agent.base_id}/search`,
    { json: { query: 'Which code opens locker 2-7?', mode, top_k: 5 } },
  );
  return hits.map(({ chunk_id }) => chunk_id);
}

async function readEverything() {
  const agent = await client.call<{ id: string; base_id: string }>('GET', '/agents/lockers');
  const files = await list(client, `/knowledge-bases/${agent.base_id}/files`);
  const [session] = await list(client, '/agents/lockers/sessions');
  return {
    agent,
    versions: await list(client, `/agents/${agent.id}/versions`),
    files,
    contents: await Promise.all(
      files.map(async ({ id }) => (await client.send('GET', `/files/${id}/content`)).text()),
    ),
    session,
    messages: await list(client, `/sessions/${session?.id}/messages`),
    found: await list(client, '/sessions?q=locker'),
    runs: await list(client, '/runs'),
    quotas: (
      await client.call<{ data: { resource: string; used: number }[] }>('GET', '/quotas')
    ).data.filter(({ resource }) => resource !== 'keys'),
    keyword: await search('keyword'),
    vector: await search('vector'),
  };
}

async function exportTo(path: string): Promise<void> {
  const { id } = await client.call<{ id: string }>('POST', '/workspace/exports');
  let made: { status: string; url: string | null } = { status: '', url: null };
  await vi.waitUntil(
    async () => {
      made = await client.call('GET', `/workspace/exports/${id}`);
      return made.status === 'completed';
    },
    { timeout: 150_000, interval: 200 },
  );
  const response = await fetch(new URL(made.url ?? '', server.url));
  writeFileSync(path, Buffer.from(await response.arrayBuffer()));
}

const script = (name: string, ...flags: string[]) =>
  run(process.execPath, [
    '--disable-warning=ExperimentalWarning',
    join('scripts', `${name}.ts`),
    ...flags,
  ]);
const unpack = (from: string, to: string) => script('unpack', '--from', from, '--to', to);

/** Returns a copy of the archive in which the first match is replaced by a text of the same length. */
function changed(from: string | RegExp, to: string): Buffer {
  const bytes = gunzipSync(readFileSync(archive)).toString('latin1');
  const text = bytes.replace(from, to);
  expect(text).not.toBe(bytes);
  expect(text.length).toBe(bytes.length);
  return gzipSync(Buffer.from(text, 'latin1'));
}

describe('npm run unpack (R78)', () => {
  it.each([
    ['is truncated', () => readFileSync(archive).subarray(0, -100), 'it is truncated'],
    [
      'has no end',
      () => gzipSync(gunzipSync(readFileSync(archive)).subarray(0, -2048)),
      'truncated',
    ],
    ['is something else', () => Buffer.from('PK something else'), 'it cannot be decompressed'],
    ['is another tar', () => gzipSync(Buffer.alloc(10_240, 'x')), 'no valid header'],
    ['is empty', () => gzipSync(Buffer.alloc(1024)), 'it has no manifest'],
    ['has another format', () => changed('"version": 1', '"version": 9'), 'has format 9'],
    [
      'is of a later release',
      () => changed(/"schema_version": "\d{4}/, '"schema_version": "9999'),
      'by a later release',
    ],
    [
      'has a row of another workspace',
      () => changed(/(?<="workspace_id":")ws_0/, 'ws_1'),
      'row of another workspace',
    ],
    ['has other columns', () => changed('"time_zone"', '"time_zona"'), 'columns'],
    [
      'lacks a row',
      () => changed(/(?<="sessions": )1/, '7'),
      'table sessions has 1 rows in place of 7',
    ],
    [
      'lacks an object',
      () => changed(/(?<="object_count": \d*)\d(?=,)/, '0'),
      /objects in place of \d*0/,
    ],
    ['has a changed name', () => changed('objects/ws_', '../ects/ws_'), 'no valid header'],
  ])('refuses an archive that %s, and leaves nothing', async (_, bytes, reason) => {
    const damaged = join(root, 'damaged.tar.gz');
    writeFileSync(damaged, bytes());
    await expect(unpack(damaged, join(root, 'none'))).rejects.toThrow(reason);
    expect(existsSync(join(root, 'none'))).toBe(false);
  });

  it('makes a backup without secrets, once', async () => {
    const { stdout } = await unpack(archive, backup);
    expect(stdout).toContain('1 knowledge bases have no vectors');
    client = openClient('http://localhost', keyIn(stdout));
    await expect(unpack(archive, backup)).rejects.toThrow('is not empty');
    const { stdout: found } = await run('bash', [
      '-c',
      `gzip -dc ${backup}/data-*/*.gz | grep -c -e ${secret} -e ${client.key} || true`,
    ]);
    expect(found.trim()).toBe('0');
  });

  it.each([
    [
      'fails work in progress',
      () => changed(/"locker\.(\d\.md".*?"status":)"ready"/, '"locker$1"queued"'),
      '1 files in progress are failed',
    ],
    [
      'leaves out rows without the row to which they refer',
      () => changed(/(?<="id":"ses_)0/, '7'),
      'rows of messages were left out',
    ],
  ])('%s', async (_, bytes, note) => {
    const [path, directory] = [join(root, 'other.tar.gz'), join(root, 'other')];
    writeFileSync(path, bytes());
    const { stdout } = await unpack(path, directory);
    rmSync(directory, { recursive: true });
    expect(stdout).toContain(note);
  });

  it('gives the workspace a deployment of its own, with the same ids and answers', async () => {
    const { stdout } = await script('restore', '--persist-to', target, '--from', backup);
    expect(stdout).toContain('Verified');
    server = await spawnServer(target, ['--no-sample']);
    client = openClient(server.url, client.key);
    // The provider's key is to be set again before models are called.
    expect(await client.call('GET', '/providers/openai')).toMatchObject({ api_key: null });
    const { vector, ...rest } = before;
    const { vector: none, ...restored } = await readEverything();
    expect(restored).toEqual(rest);
    expect(none).toEqual([]);

    const base = `/knowledge-bases/${before.agent.base_id}`;
    const [migration] = await list(client, `${base}/embedding-migrations`);
    const one = `/embedding-migrations/${migration?.id}`;
    expect(migration).toMatchObject({ status: 'failed', error: { code: 'incomplete' } });
    await client.call('POST', `${one}/resume`);
    await vi.waitUntil(
      async () => (await client.call<{ status: string }>('GET', one)).status === 'ready',
      { timeout: 150_000, interval: 200 },
    );
    await client.call('POST', `${one}/switch`);
    await client.call('POST', `${one}/complete`);
    expect(vector.length).toBe(5);
    expect(await search('vector')).toEqual(vector);

    const answer = await client.call<{ text: string }>(
      'POST',
      `/sessions/${before.session?.id}/messages`,
      { json: { message: 'Which code opens locker 3-3?' } },
    );
    expect(answer.text).toContain('ocker');
    const { data } = await openClient(server.url, server.root_key).call<{
      data: { name: string }[];
    }>('GET', '/workspaces');
    expect(data.map(({ name }) => name)).toContain('Shop');
  });
});
