import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { type Client, openClient } from '../../scripts/client.ts';
import { type SpawnedServer, spawnServer } from '../../scripts/spawned-server.ts';
import { playScript } from '../support/provider/client.ts';
import { familyOf } from './support/processes.ts';
import { startProvider } from './support/provider-process.ts';

// A server that is killed during an evaluation, which the next server continues.
const directory = mkdtempSync(join(tmpdir(), 'agentgrid-evaluation-'));
const flags = ['--no-sample', '--var', 'ALLOW_PRIVATE_NETWORK:true'];
let provider: Awaited<ReturnType<typeof startProvider>>;
let server: SpawnedServer;
let client: Client;

const count = 200;
const tokens = { input_tokens: 1000, output_tokens: 100 };
/** At one dollar for a million tokens. */
const costOfCase = 0.0011;
const max_cost_usd = 0.25;

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

interface Evaluation {
  readonly status: string;
  readonly error: unknown;
  readonly cost_usd: number;
  readonly progress: { readonly done: number; readonly total: number };
  readonly summary: readonly { readonly outcomes: object; readonly overall: object }[];
}

interface Page<Item> {
  readonly data: readonly Item[];
  readonly next_cursor: string | null;
}

async function readAll<Item>(path: string): Promise<Item[]> {
  const items: Item[] = [];
  for (let cursor: string | null = ''; cursor !== null; ) {
    const page: Page<Item> = await client.call('GET', `${path}?limit=100${cursor}`);
    items.push(...page.data);
    cursor = page.next_cursor === null ? null : `&cursor=${page.next_cursor}`;
  }
  return items;
}

/** Creates an agent whose model answers every request alike, at a known price. */
async function createAgent(): Promise<string> {
  const answer = { text: ['At nine.'], usage: tokens };
  const { base_url, api_key } = await playScript({ rounds: [answer], repeat: true }, provider.url);
  await client.call('PUT', '/providers/openai-compatible', {
    json: { base_url: base_url.compatible, api_key },
  });
  const priced = { model: 'openai-compatible/scripted', input: 1, output: 1 };
  await client.call('PUT', '/prices', { json: { overrides: [priced] } });
  const config = {
    model: 'openai-compatible/scripted',
    knowledge: { base_ids: [] },
    settings: { max_output_tokens: 100 },
  };
  return (await client.call<{ id: string }>('POST', '/agents', { json: { name: 'Hours', config } }))
    .id;
}

async function createDataset(): Promise<string> {
  const { id } = await client.call<{ id: string }>('POST', '/datasets', {
    json: { name: 'Hours' },
  });
  for (let from = 0; from < count; from += 100)
    await client.call('POST', `/datasets/${id}/cases`, {
      json: {
        data: Array.from({ length: 100 }, (_, index) => ({
          input: `When do you open on day ${from + index}?`,
          expected: { answer: 'nine' },
        })),
      },
    });
  return id;
}

it('scores and meters each of 200 cases once, within its budget, though the server is killed half-way', async () => {
  const agent = await createAgent();
  const dataset = await createDataset();
  const { id } = await client.call<{ id: string }>('POST', `/datasets/${dataset}/evaluations`, {
    json: {
      ...{ agent, max_cost_usd, concurrency: 5 },
      scorers: [{ type: 'contains', texts: ['nine'] }],
    },
  });
  const read = () => client.call<Evaluation>('GET', `/evaluations/${id}`);
  let done = 0;
  await vi.waitUntil(
    async () => {
      done = (await read()).progress.done;
      return done >= count / 2;
    },
    { timeout: 120_000, interval: 200 },
  );
  for (const pid of familyOf(server.child.pid)) process.kill(pid, 'SIGKILL');
  await server.stop();
  server = await spawnServer(directory, flags);
  client = openClient(server.url, server.key);
  const after = await read();
  expect(after).toMatchObject({ status: 'running' });
  expect(after.progress.done).toBeGreaterThanOrEqual(done);
  await vi.waitUntil(async () => (await read()).status !== 'running', {
    timeout: 240_000,
    interval: 500,
  });
  const evaluation = await read();
  expect(evaluation).toMatchObject({
    ...{ status: 'completed', error: null, progress: { total: count, done: count } },
    summary: [
      { outcomes: { completed: count }, overall: { cases: count, pass_rate: { value: 1 } } },
    ],
  });
  const results = await readAll<{ case_id: string; run_id: string; scores: readonly object[] }>(
    `/evaluations/${id}/results`,
  );
  expect(new Set(results.map(({ case_id }) => case_id)).size).toBe(count);
  expect(new Set(results.map(({ run_id }) => run_id)).size).toBe(count);
  expect(results.every(({ scores }) => scores.length === 1)).toBe(true);
  // Each answer is one call. A run that was cut off by the kill is repeated; what it has cost counts, too.
  const calls = await readAll<{ run_id: string | null; cost_usd: number }>('/usage');
  const called = calls.map(({ run_id }) => run_id);
  expect(results.every(({ run_id }) => called.filter((one) => one === run_id).length === 1)).toBe(
    true,
  );
  const paid = calls.reduce((sum, one) => sum + one.cost_usd, 0);
  expect(evaluation.cost_usd).toBeCloseTo(paid, 9);
  expect(paid).toBeGreaterThanOrEqual(count * costOfCase - 1e-9);
  expect(paid).toBeLessThanOrEqual(max_cost_usd);
});
