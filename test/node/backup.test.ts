import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { Manifest } from '../../scripts/backup/manifest.ts';
import { type Client, openClient } from '../../scripts/client.ts';
import { type SpawnedServer, spawnServer } from '../../scripts/spawned-server.ts';

// One deployment with 10,000 rows and 500 files, which is backed up, restored elsewhere, and compared.
const root = mkdtempSync(join(tmpdir(), 'agentgrid-backup-'));
const [source, target, backup] = ['source', 'target', 'backup'].map((name) => join(root, name)) as [
  string,
  string,
  string,
];
const fileCount = 500;
const filesAtOnce = 20;
const run = promisify(execFile);

let server: SpawnedServer;
let client: Client;
let before: unknown;
let usage: unknown;

beforeAll(async () => {
  server = await spawnServer(source, ['--no-sample']);
  client = openClient(server.url, server.key);
  await fill();
  before = await askAll();
  usage = await readAll('/usage?limit=100');
  expect(await server.stop()).toBe(0);
});
afterAll(async () => {
  await server.stop('SIGKILL');
  rmSync(root, { recursive: true, force: true });
});

const lockers = ['Wer hat', 'Кому принадлежит', 'ใครเป็นเจ้าของ', '誰が所有'];

async function fill(): Promise<void> {
  await client.call('PUT', '/providers/openai', {
    json: { api_key: 'sk-secret-of-the-backup-1234' },
  });
  const agent = await client.call<{ id: string; base_id: string }>('POST', '/agents', {
    json: { name: 'Lockers', slug: 'lockers' },
  });
  for (let first = 0; first < fileCount; first += filesAtOnce) {
    const form = new FormData();
    for (let number = first; number < first + filesAtOnce; number += 1) {
      const words = lockers[number % lockers.length];
      const lines = Array.from(
        { length: 120 },
        (_, line) =>
          `${words} locker ${number}-${line}? Locker ${number}-${line} belongs to person ${number * 7} and opens with code ${number * 120 + line}.\n\n`,
      );
      form.append('file', new Blob([`# Locker ${number}\n\n`, ...lines]), `locker-${number}.md`);
    }
    await client.call('POST', `/knowledge-bases/${agent.base_id}/files`, { form });
  }
  const session = await client.call<{ id: string }>('POST', '/agents/lockers/sessions', {
    json: { end_user_id: 'anna', title: 'Schließfächer' },
  });
  await vi.waitUntil(
    async () => {
      const path = `/knowledge-bases/${agent.base_id}`;
      const { files } = await client.call<{ files: { ready: number } }>('GET', path);
      return files.ready === fileCount;
    },
    { timeout: 280_000, interval: 1000 },
  );
  for (const message of ['Who has locker 17-3?', 'ใครเป็นเจ้าของ locker 18-4?'])
    await client.call('POST', `/sessions/${session.id}/messages`, { json: { message } });
}

async function readAll(path: string): Promise<Record<string, unknown>[]> {
  const items: Record<string, unknown>[] = [];
  for (let cursor: string | null = ''; cursor !== null; ) {
    const query: string = cursor === '' ? '' : `&cursor=${encodeURIComponent(cursor)}`;
    const page: { data: Record<string, unknown>[]; next_cursor: string | null } = await client.call(
      'GET',
      path + query,
    );
    items.push(...page.data);
    cursor = page.next_cursor;
  }
  return items;
}

/** The answers to questions that need every part of a deployment. */
async function askAll() {
  const agent = await client.call<{ base_id: string }>('GET', '/agents/lockers');
  const hits = [];
  for (const query of [
    'Wer hat locker 100-7',
    'ใครเป็นเจ้าของ locker 102-9',
    'code 2403',
    '誰が所有 7-1',
  ]) {
    for (const mode of ['hybrid', 'keyword', 'vector'])
      hits.push(
        await client
          .call<{ hits: { chunk_id: string; score: number }[] }>(
            'POST',
            `/knowledge-bases/${agent.base_id}/search`,
            { json: { query, mode, top_k: 10 } },
          )
          .then(({ hits }) => hits),
      );
  }
  const files = await readAll(`/knowledge-bases/${agent.base_id}/files?limit=100`);
  const contents = [];
  for (const { id } of files.slice(0, 20))
    contents.push(await (await client.send('GET', `/files/${id}/content`)).text());
  const sessions = await readAll('/agents/lockers/sessions?limit=100');
  const found = await readAll('/sessions?q=locker&limit=100');
  const messages = await readAll(`/sessions/${sessions[0]?.id}/messages?limit=100`);
  const provider = await client.call('GET', '/providers/openai');
  return { agent, hits, files, contents, sessions, found, messages, provider };
}

const script = (name: 'backup' | 'restore') => join('scripts', `${name}.ts`);
const backUp = (from: string, to: string) =>
  run(process.execPath, [script('backup'), '--persist-to', from, '--to', to]);
const restore = (to: string, from = backup) =>
  run(process.execPath, [script('restore'), '--persist-to', to, '--from', from]);

/** Runs a command and kills it with SIGKILL as soon as it prints a line of this form. */
async function killedAt(args: readonly string[], line: RegExp): Promise<void> {
  const child: ChildProcess = spawn(process.execPath, args, {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const exit = once(child, 'exit');
  if (child.stdout === null) throw new Error('no stdout');
  createInterface({ input: child.stdout }).on('line', (text) => {
    if (line.test(text)) child.kill('SIGKILL');
  });
  expect(await exit).toEqual([null, 'SIGKILL']);
}

const manifestOf = (directory: string): Manifest =>
  JSON.parse(readFileSync(join(directory, 'manifest.json'), 'utf8'));
const rowsOf = ({ tables }: Manifest) => tables.reduce((sum, { count }) => sum + count, 0);

describe('npm run backup (R62)', () => {
  it('is continued after SIGKILL, and the directory is refused as a backup until it is complete', async () => {
    const args = [script('backup'), '--persist-to', source, '--to', backup];
    await killedAt(args, /^Rows:/);
    expect(existsSync(join(backup, 'manifest.json'))).toBe(false);
    await expect(restore(target)).rejects.toThrow('has no complete backup');
    const { stdout } = await backUp(source, backup);
    expect(stdout).toContain('Backed up');
    const manifest = manifestOf(backup);
    expect(rowsOf(manifest)).toBeGreaterThanOrEqual(10_000);
    expect(manifest.objects.count).toBeGreaterThanOrEqual(fileCount);
    expect(manifest.key_versions).toEqual([1]);
  });

  it('copies only new objects into an existing backup, and contains no secret', async () => {
    const { stdout } = await backUp(source, backup);
    expect(stdout).toContain(
      `Objects: ${manifestOf(backup).objects.count}, of which 0 were copied`,
    );
    expect(readdirSync(backup).sort()).toEqual([
      'blobs',
      `data-${manifestOf(backup).id}`,
      'manifest.json',
    ]);
    const { stdout: found } = await run('bash', [
      '-c',
      `gzip -dc ${backup}/data-*/*.gz | grep -c -e sk-secret-of-the-backup -e ${server.key} -e ${server.root_key} || true`,
    ]);
    expect(found.trim()).toBe('0');
  });
});

describe('npm run restore (R60, R62)', () => {
  it('is refused without the encryption keys of the backup, before anything is written', async () => {
    await expect(restore(target)).rejects.toThrow('ENCRYPTION_KEYS of the target has no version 1');
    mkdirSync(target, { recursive: true });
    const wrong = { encryption_keys: `1:${Buffer.alloc(32, 1).toString('base64url')}` };
    writeFileSync(join(target, 'agentgrid.json'), JSON.stringify(wrong));
    await expect(restore(target)).rejects.toThrow('is another key than that of the backup');
    expect(existsSync(join(target, 'v3'))).toBe(false);
  });

  it.each([
    ['a table', (id: string) => `data-${id}/messages.ndjson.gz`],
    ['the list of objects', (id: string) => `data-${id}/_objects.ndjson.gz`],
    ['an object', () => firstBlob()],
  ])('refuses a backup in which %s is damaged, and names the file', async (_, nameOf) => {
    const name = nameOf(manifestOf(backup).id);
    const path = join(backup, name);
    const content = readFileSync(path);
    const damaged = Buffer.from(content);
    const middle = Math.floor(damaged.length / 2);
    damaged.writeUInt8(damaged.readUInt8(middle) ^ 1, middle);
    for (const bytes of [damaged, content.subarray(0, -9)]) {
      writeFileSync(path, bytes);
      await expect(restore(target)).rejects.toThrow(`The backup is damaged: ${name}`);
    }
    rmSync(path);
    await expect(restore(target)).rejects.toThrow(`The backup is damaged: ${name}`);
    writeFileSync(path, content);
    expect(existsSync(join(target, 'v3'))).toBe(false);
  });

  it('is continued after SIGKILL, and the server does not start until it is complete', async () => {
    copyFileSync(join(source, 'agentgrid.json'), join(target, 'agentgrid.json'));
    const args = [script('restore'), '--persist-to', target, '--from', backup];
    await killedAt(args, /^Rows:/);
    await expect(spawnServer(target, ['--no-sample'])).rejects.toThrow('was interrupted');
    await killedAt(args, /^Verified:/);
    const { stdout } = await restore(target);
    expect(stdout).toContain('Continuing the interrupted restore');
    expect(stdout).toContain(`Restored ${rowsOf(manifestOf(backup))} rows`);
  });

  it('restores every row, and is refused for a deployment that has data', async () => {
    await expect(restore(target)).rejects.toThrow('is not empty: it has rows in');
    const again = join(root, 'again');
    await backUp(target, again);
    expect(manifestOf(again)).toMatchObject({
      tables: manifestOf(backup).tables,
      sequences: manifestOf(backup).sequences,
      migrations: manifestOf(backup).migrations,
    });
  });

  it('gives the same answers with the same ids', async () => {
    server = await spawnServer(target, ['--no-sample']);
    client = openClient(server.url, server.key);
    // Every search is metered, so this comes first.
    expect(await readAll('/usage?limit=100')).toEqual(usage);
    expect(await askAll()).toEqual(before);
    const session = (before as { sessions: { id: string }[] }).sessions[0]?.id;
    const answer = await client.call<{ text: string }>('POST', `/sessions/${session}/messages`, {
      json: { message: 'Who has locker 33-3?' },
    });
    expect(answer.text).toContain('locker');
  });
});

function firstBlob(): string {
  const [directory = ''] = readdirSync(join(backup, 'blobs'));
  const [name = ''] = readdirSync(join(backup, 'blobs', directory));
  return join('blobs', directory, name);
}
