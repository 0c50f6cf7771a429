import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { type Client, openClient } from '../../scripts/client.ts';
import { type SpawnedServer, spawnServer } from '../../scripts/spawned-server.ts';
import { playScript } from '../support/provider/client.ts';
import { startProvider } from './support/provider-process.ts';

const directory = mkdtempSync(join(tmpdir(), 'agentgrid-erasure-'));
const flags = ['--no-sample', '--var', 'ALLOW_PRIVATE_NETWORK:true'];
const patience = { timeout: 180_000, interval: 250 };
const printed: string[] = [];
let provider: Awaited<ReturnType<typeof startProvider>>;
let server: SpawnedServer;
let client: Client;

async function start() {
  server = await spawnServer(directory, flags);
  client = openClient(server.url, server.key);
}

async function stop() {
  await server.stop();
  printed.push(...server.stdout, ...server.stderr);
}

beforeAll(async () => {
  provider = await startProvider();
  await start();
});
afterAll(async () => {
  await server.stop();
  provider.stop();
  rmSync(directory, { recursive: true, force: true });
});

const filesOf = (path: string): string[] =>
  readdirSync(path, { recursive: true })
    .map((name) => join(path, String(name)))
    .filter((file) => statSync(file).isFile());

/** The places that contain one of the words: files of the data directory as they are, and the output of the server. */
const found = (words: readonly string[]): string[] => {
  const contents = filesOf(directory).map((file) => [file, readFileSync(file)] as const);
  return words.flatMap((word) => [
    ...contents
      .filter(([, content]) => content.includes(word))
      .map(([file]) => `${word} in ${file.slice(directory.length)}`),
    ...printed.filter((line) => line.includes(word)).map(() => `${word} in the log`),
  ]);
};

const databases = () =>
  filesOf(join(directory, 'v3', 'd1')).filter(
    (file) => file.endsWith('.sqlite') && !file.endsWith('metadata.sqlite'),
  );

/**
 * Makes the second pass of the erasure due, which follows after 15 minutes. Returns false if it is not planned yet. The
 * server must be stopped.
 */
function hurry(erasure: string): boolean {
  let changes = 0;
  for (const file of databases()) {
    const db = new DatabaseSync(file);
    const update = db.prepare('update outbox set due_at = 0 where id = ?');
    changes += Number(update.run(erasure.replace('era_', 'job_')).changes);
    db.close();
  }
  return changes > 0;
}

interface Erasure {
  readonly status: string;
  readonly removed: { readonly end_users?: number };
}

const words = (kind: string, count: number) =>
  Array.from(
    { length: count },
    (_, index) => `${kind}x${index}x${crypto.randomUUID().replaceAll('-', '').slice(0, 12)}`,
  );

it('leaves no word of an erased end user in the files of a local server, nor in its log (R77)', {
  timeout: 600_000,
}, async () => {
  const planted = {
    user: words('user', 1),
    title: words('title', 1),
    message: words('message', 60),
    answer: words('answer', 20),
    attachment: words('attachment', 60),
    comment: words('comment', 10),
    fact: words('fact', 10),
  };
  const all = Object.values(planted).flat();
  const [user = ''] = planted.user;
  const usage = { input_tokens: 1, output_tokens: 1 };
  const script = {
    rounds: [
      { text: [planted.answer.join(' ')], usage },
      { text: ['Fine.'], usage },
    ],
  };
  const scripted = await playScript(script, provider.url);
  await client.call('PUT', '/providers/openai-compatible', {
    json: { base_url: scripted.base_url.compatible, api_key: scripted.api_key },
  });
  const config = { model: 'openai-compatible/scripted', knowledge: { base_ids: [] } };
  const agent = await client.call<{ id: string }>('POST', '/agents', {
    json: { name: 'Desk', config },
  });
  const { token } = await client.call<{ token: string }>('POST', '/end-user-tokens', {
    json: { end_user_id: user, agent_ids: [agent.id] },
  });
  const holder = openClient(server.url, token);
  const session = await holder.call<{ id: string }>('POST', `/agents/${agent.id}/sessions`, {
    json: { title: planted.title[0] },
  });
  const attachment = await holder.call<{ id: string }>(
    'POST',
    `/sessions/${session.id}/attachments`,
    {
      json: { name: 'note.txt', text: planted.attachment.join(' ') },
    },
  );
  const message = await holder.call<{ id: string }>('POST', `/sessions/${session.id}/messages`, {
    json: { message: planted.message.join(' '), attachments: [attachment.id] },
  });
  await holder.call('PUT', `/messages/${message.id}/feedback`, {
    json: { rating: 'down', comment: planted.comment.join(' ') },
  });
  await client.call('POST', `/end-users/${user}/memories`, {
    json: { agent_id: agent.id, text: planted.fact.join(' ') },
  });
  await client.call('POST', `/end-users/${user}/revoke-tokens`, { json: {} });
  const before = new Set(found(all).map((place) => place.split(' ')[0]));
  expect(all.filter((word) => !before.has(word))).toEqual([]);

  // A session of somebody else, to be found afterwards.
  const [keptWord = ''] = words('kept', 1);
  const kept = await client.call<{ id: string }>('POST', `/agents/${agent.id}/sessions`, {
    json: { end_user_id: 'bob' },
  });
  await client.call('POST', `/sessions/${kept.id}/messages`, { json: { message: keptWord } });

  const { id } = await client.call<{ id: string }>('DELETE', `/end-users/${user}`);
  const erasure = () => client.call<Erasure>('GET', `/erasures/${id}`);
  for (;;) {
    await vi.waitUntil(async () => ((await erasure()).removed.end_users ?? 0) > 0, patience);
    await stop();
    if (hurry(id)) break;
    await start();
  }
  await start();
  await vi.waitUntil(async () => (await erasure()).status === 'completed', patience);
  const { removed } = await erasure();
  expect(removed).toMatchObject({ sessions: 1, attachments: 1, memories: 1 });
  await stop();
  // Only free pages of the database and its log still have some, until the next start rewrites the file.
  expect(found(all).filter((place) => !/ in \/v3\/d1\/.*\.sqlite(-wal)?$/.test(place))).toEqual([]);
  expect(found(all).length).toBeGreaterThan(0);
  await start();
  expect(found(all)).toEqual([]);
  const { data } = await client.call<{ data: { id: string }[] }>(
    'GET',
    `/agents/${agent.id}/sessions?q=${keptWord}`,
  );
  expect(data.map((one) => one.id)).toEqual([kept.id]);
  const verified = async () =>
    client.call<{ unsealed: number }>('GET', '/audit-log/verify?limit=1000');
  await vi.waitUntil(async () => (await verified()).unsealed === 0, patience);
  expect(await verified()).toMatchObject({ result: 'intact', redacted_by: [id] });
  await stop();
  expect(found(all)).toEqual([]);
});
