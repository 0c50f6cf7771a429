import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { type Client, openClient } from '../../scripts/client.ts';
import { type SpawnedServer, spawnServer } from '../../scripts/spawned-server.ts';
import { playScript } from '../support/provider/client.ts';
import { asks, locate, result, says, tools } from '../support/waiting-script.ts';
import { familyOf } from './support/processes.ts';
import { startProvider } from './support/provider-process.ts';

// A server that is killed while runs wait, and again directly after one of them is resumed.
const directory = mkdtempSync(join(tmpdir(), 'agentgrid-waiting-'));
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
  rmSync(directory, { recursive: true, force: true, maxRetries: 10 });
});

interface Message {
  readonly text: string;
  readonly run_id: string;
  readonly run: { readonly status: string };
}

async function kill(): Promise<void> {
  for (const pid of familyOf(server.child.pid)) process.kill(pid, 'SIGKILL');
  await server.stop();
  server = await spawnServer(directory, flags);
  client = openClient(server.url, server.key);
}

const words = Array.from({ length: 600 }, (_, index) => `w${index} `);
const slowly = { text: words, fault: { kind: 'drip' as const, bytes: 160, ms: 50 } };

/** Starts a run that waits for a client tool. */
async function wait(next: typeof says | typeof slowly): Promise<Message> {
  const scripted = await playScript({ rounds: [asks(locate), next] }, provider.url);
  await client.call('PUT', '/providers/openai-compatible', {
    json: { base_url: scripted.base_url.compatible, api_key: scripted.api_key },
  });
  const config = { model: 'openai-compatible/scripted', knowledge: { base_ids: [] } };
  const agent = await client.call<{ id: string }>('POST', '/agents', {
    json: { name: crypto.randomUUID(), config },
  });
  return client.call<Message>('POST', `/agents/${agent.id}/runs`, {
    json: { message: 'Where am I?', tools },
  });
}

const submit = { json: { actions: [result()] } };

describe('a server that is killed while runs wait', () => {
  let resumed: Message;
  let interrupted: Message;
  const path = () => `/runs/${interrupted.run_id}`;

  it('resumes a run after the restart', async () => {
    resumed = await wait(says);
    expect(resumed.run.status).toBe('requires_action');
    await kill();
    const answer = await client.call<Message>('POST', `/runs/${resumed.run_id}/actions`, submit);
    expect([answer.run.status, answer.text]).toEqual([
      'completed',
      'Let me look.\n\nYou are in Zurich.',
    ]);
  }, 240_000);

  it('ends a run as interrupted, with its text, when it is killed right after the resume', async () => {
    interrupted = await wait(slowly);
    const response = await client.send('POST', `${path()}/actions`, {
      ...submit,
      headers: { accept: 'text/event-stream' },
    });
    expect(response.status).toBe(200);
    await kill();
    const status = async () => (await client.call<{ status: string }>('GET', path())).status;
    await vi.waitUntil(async () => (await status()) === 'interrupted', {
      timeout: 180_000,
      interval: 500,
    });
    const events = await client.send('GET', `${path()}/events`);
    expect(await events.text()).toContain('Let me ');
    await expect(client.send('POST', `${path()}/actions`, submit)).rejects.toThrow(
      /503.*interrupted/,
    );
  }, 300_000);
});
