import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { type Client, openClient } from '../../scripts/client.ts';
import { type SpawnedServer, spawnServer } from '../../scripts/spawned-server.ts';
import { playScript } from '../support/provider/client.ts';
import { familyOf } from './support/processes.ts';
import { startProvider } from './support/provider-process.ts';

// A server that dies during two answers: one session then gets a new message, the other one is left alone.
const directory = mkdtempSync(join(tmpdir(), 'agentgrid-crash-'));
const flags = ['--no-sample', '--var', 'ALLOW_PRIVATE_NETWORK:true'];
let provider: Awaited<ReturnType<typeof startProvider>>;
let server: SpawnedServer;
let client: Client;

beforeAll(async () => {
  provider = await startProvider();
  server = await spawnServer(directory, flags);
  client = openClient(server.url, server.key);
});
afterAll(async () => {
  await server.stop();
  provider.stop();
  rmSync(directory, { recursive: true, force: true });
});

interface Message {
  readonly role: string;
  readonly text: string;
  readonly seq: number;
  readonly run_id: string;
  readonly run: { readonly status: string } | null;
}

interface Received {
  readonly session: string;
  readonly run: string;
  /** Received deltas with their times. */
  readonly deltas: { readonly text: string; readonly at: number }[];
}

/** A word every 50 ms, for a minute. */
const words = Array.from({ length: 1200 }, (_, index) => `w${index} `);

async function listen(): Promise<Received> {
  const script = {
    rounds: [
      { text: words, fault: { kind: 'drip' as const, bytes: 160, ms: 50 } },
      { text: ['Here.'], usage: { input_tokens: 1, output_tokens: 1 } },
    ],
  };
  const scripted = await playScript(script, provider.url);
  await client.call('PUT', '/providers/openai-compatible', {
    json: { base_url: scripted.base_url.compatible, api_key: scripted.api_key },
  });
  const config = { model: 'openai-compatible/scripted', knowledge: { base_ids: [] } };
  const agent = await client.call<{ id: string }>('POST', '/agents', {
    json: { name: crypto.randomUUID(), config },
  });
  const session = await client.call<{ id: string }>('POST', `/agents/${agent.id}/sessions`, {
    json: {},
  });
  const response = await client.send('POST', `/sessions/${session.id}/messages`, {
    json: { message: 'Hello?' },
    headers: { accept: 'text/event-stream' },
  });
  const deltas: Received['deltas'] = [];
  void follow(response, deltas).catch(() => undefined);
  return { session: session.id, run: response.headers.get('x-run-id') ?? '', deltas };
}

async function follow(response: Response, deltas: Received['deltas']): Promise<void> {
  let rest = '';
  for await (const chunk of (response.body as ReadableStream<Uint8Array>).pipeThrough(
    new TextDecoderStream(),
  )) {
    const pieces = (rest + chunk).split('\n\n');
    rest = pieces.pop() ?? '';
    for (const piece of pieces) {
      const delta = /"type":"text-delta".*"delta":"([^"]*)"/.exec(piece)?.[1];
      if (delta !== undefined) deltas.push({ text: delta, at: Date.now() });
    }
  }
}

const textOf = (deltas: Received['deltas']) => deltas.map(({ text }) => text).join('');

describe('a server that is killed while it answers', () => {
  let received: Received[];
  let killed_at: number;

  it('is killed during two answers', async () => {
    received = [await listen(), await listen()];
    await vi.waitUntil(() => received.every(({ deltas }) => deltas.length > 55), {
      timeout: 150_000,
      interval: 20,
    });
    killed_at = Date.now();
    for (const pid of familyOf(server.child.pid)) process.kill(pid, 'SIGKILL');
    await server.stop();
    server = await spawnServer(directory, flags);
    client = openClient(server.url, server.key);
  });

  it('answers the next message at once, and keeps the text up to two seconds before the crash', async () => {
    const { session, run, deltas } = received[0] as Received;
    const answer = await client.call<Message>('POST', `/sessions/${session}/messages`, {
      json: { message: 'Again?' },
    });
    expect(answer.text).toBe('Here.');
    const { data } = await client.call<{ data: Message[] }>('GET', `/sessions/${session}/messages`);
    expect(data.map(({ seq, role }) => [seq, role])).toEqual([
      [4, 'assistant'],
      [3, 'user'],
      [2, 'assistant'],
      [1, 'user'],
    ]);
    expectKept(
      data.find((message) => message.run_id === run && message.role === 'assistant'),
      deltas,
    );
  });

  it('closes the other run without a request', async () => {
    const { session, run, deltas } = received[1] as Received;
    const ended = async () =>
      (await client.call<{ status: string }>('GET', `/runs/${run}`)).status !== 'running';
    await vi.waitUntil(ended, { timeout: 150_000, interval: 500 });
    const { data } = await client.call<{ data: Message[] }>('GET', `/sessions/${session}/messages`);
    expectKept(data[0], deltas);
    expect(await client.call('GET', `/sessions/${session}`)).toMatchObject({
      active_run_id: null,
      message_count: 2,
    });
  });

  function expectKept(message: Message | undefined, deltas: Received['deltas']): void {
    expect(message?.run?.status).toBe('interrupted');
    const text = message?.text ?? '';
    expect(words.join('').startsWith(text)).toBe(true);
    const old = textOf(deltas.filter(({ at }) => at < killed_at - 2000));
    expect(old.length).toBeGreaterThan(0);
    expect(text.length).toBeGreaterThanOrEqual(old.length);
  }
});
