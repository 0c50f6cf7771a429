import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { type Client, openClient } from '../../scripts/client.ts';
import { type SpawnedServer, spawnServer } from '../../scripts/spawned-server.ts';
import { playScript } from '../support/provider/client.ts';
import type { Round } from '../support/provider/script.ts';
import { asks, locate, result, says, tools } from '../support/waiting-script.ts';
import { familyOf } from './support/processes.ts';
import { startProvider } from './support/provider-process.ts';

// A server that is killed while runs wait, and again directly after one of them is resumed.
const directory = mkdtempSync(join(tmpdir(), 'agentgrid-waiting-'));
const flags = ['--no-sample', '--var', 'ALLOW_PRIVATE_NETWORK:true'];
let provider: Awaited<ReturnType<typeof startProvider>>;
let server: SpawnedServer;
let client: Client;
/** Requests of the tool that deletes orders, by their paths. */
const deleted: (string | undefined)[] = [];
const orders = createServer((request, response) => {
  deleted.push(request.url);
  response.setHeader('content-type', 'application/json');
  if (request.url === '/orders/slow') response.write('{');
  else response.end('{"ok":true}');
});

beforeAll(async () => {
  await new Promise<void>((resolve) => orders.listen(0, '127.0.0.1', resolve));
  provider = await startProvider();
  server = await spawnServer(directory, flags);
  client = openClient(server.url, server.key);
});
afterAll(async () => {
  await server.stop();
  provider.stop();
  orders.closeAllConnections();
  orders.close();
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

/** The answers of the model to the next runs. */
async function play(...rounds: Round[]): Promise<void> {
  const scripted = await playScript({ rounds }, provider.url);
  await client.call('PUT', '/providers/openai-compatible', {
    json: { base_url: scripted.base_url.compatible, api_key: scripted.api_key },
  });
}

/** Starts a run that waits for a client tool. */
const wait = (): Promise<Message> => start([], { tools });

const remove = (order: string) => ({ id: 'call_1', name: `delete_${order}`, arguments: {} });

/** Starts a run that waits for the approval of a destructive call. */
async function waitForApproval(order: string): Promise<Message> {
  const name = `delete_${order}`;
  const { port } = orders.address() as AddressInfo;
  await client.call('POST', '/tools', {
    json: {
      ...{ name, description: 'Deletes an order.', effect: 'destructive', method: 'DELETE' },
      url: `http://127.0.0.1:${port}/orders/${order}`,
      input_schema: { type: 'object', properties: {} },
    },
  });
  return start([name], {});
}

async function start(names: readonly string[], more: object): Promise<Message> {
  const config = {
    model: 'openai-compatible/scripted',
    knowledge: { base_ids: [] },
    tools: names,
  };
  const agent = await client.call<{ id: string }>('POST', '/agents', {
    json: { name: crypto.randomUUID(), config },
  });
  return client.call<Message>('POST', `/agents/${agent.id}/runs`, {
    json: { message: 'Where am I?', ...more },
  });
}

const submit = { json: { actions: [result()] } };
const approve = {
  json: { actions: [{ type: 'approval', tool_call_id: 'call_1', decision: 'approve' }] },
};
const approvalsOf = async ({ run_id }: Message) =>
  (await client.call<{ data: object[] }>('GET', `/approvals?run=${run_id}`)).data;
const answerTo = async ({ run_id }: Message, body: { readonly json: object }) =>
  client.call<Message>('POST', `/runs/${run_id}/actions`, body);

describe('a server that is killed while runs wait', () => {
  let resumed: Message;
  let interrupted: Message;
  let unsure: Message;
  const path = () => `/runs/${interrupted.run_id}`;

  it('resumes runs after the restart, and makes an approved call once', async () => {
    await play(asks(remove('once')), asks(remove('slow')), asks(locate), says, says);
    const [approved, next] = [await waitForApproval('once'), await waitForApproval('slow')];
    unsure = next;
    resumed = await wait();
    expect(resumed.run.status).toBe('requires_action');
    await kill();
    const answer = await answerTo(resumed, submit);
    expect([answer.run.status, answer.text]).toEqual([
      'completed',
      'Let me look.\n\nYou are in Zurich.',
    ]);
    // The approval is there, and its call is made once, however often it is decided.
    expect(await approvalsOf(approved)).toMatchObject([{ status: 'pending', input: {} }]);
    expect(deleted).toEqual([]);
    const decided = await Promise.all([answerTo(approved, approve), answerTo(approved, approve)]);
    expect(decided.map(({ run }) => run.status)).toEqual(['completed', 'completed']);
    expect(deleted).toEqual(['/orders/once']);
    expect(await approvalsOf(approved)).toMatchObject([{ status: 'approved' }]);
  });

  it('ends runs as interrupted, with their text and their call, when it is killed right after the resume', async () => {
    await play(asks(locate), slowly);
    interrupted = await wait();
    const response = await client.send('POST', `${path()}/actions`, {
      ...submit,
      headers: { accept: 'text/event-stream' },
    });
    expect(response.status).toBe(200);
    const lost = answerTo(unsure, approve).catch(() => null);
    await vi.waitUntil(() => deleted.includes('/orders/slow'), { timeout: 150_000, interval: 50 });
    await kill();
    await lost;
    const status = async (at: string) => (await client.call<{ status: string }>('GET', at)).status;
    for (const at of [path(), `/runs/${unsure.run_id}`])
      await vi.waitUntil(async () => (await status(at)) === 'interrupted', {
        timeout: 180_000,
        interval: 500,
      });
    // An approved call is not made again: it may have had its effect.
    await expect(answerTo(unsure, approve)).rejects.toThrow(/503.*interrupted/);
    expect(await approvalsOf(unsure)).toMatchObject([{ status: 'approved' }]);
    expect(deleted).toEqual(['/orders/once', '/orders/slow']);
    const events = await client.send('GET', `${path()}/events`);
    expect(await events.text()).toContain('Let me ');
    await expect(client.send('POST', `${path()}/actions`, submit)).rejects.toThrow(
      /503.*interrupted/,
    );
  });
});
