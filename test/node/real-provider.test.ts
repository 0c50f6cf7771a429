import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Client, openClient } from '../../scripts/client.ts';
import { playScript } from '../support/provider/client.ts';
import type { Round, Script } from '../support/provider/script.ts';
import { startProvider } from './support/provider-process.ts';
import { openSharedWorkspace } from './support/shared-server.ts';

// End to end: an AgentGrid server process, an OpenAI-compatible server process, sockets between them.
let client: Client;
let provider: Awaited<ReturnType<typeof startProvider>>;
let elsewhere: Awaited<ReturnType<typeof startProvider>>;

beforeAll(async () => {
  [provider, elsewhere] = await Promise.all([startProvider(), startProvider()]);
  const { url, key } = await openSharedWorkspace();
  client = openClient(url, key);
});

afterAll(() => {
  provider.stop();
  elsewhere.stop();
});

const answer: Round = {
  text: ['Zürich ', '🌧 ', 'Übel'],
  usage: { input_tokens: 10, output_tokens: 3 },
};

interface Run {
  readonly id: string;
  readonly status: string;
  readonly error: { readonly code: string } | null;
  readonly usage: object;
}

/** An agent whose model is on the server process; `ask` streams a turn and returns the events with their times. */
async function agentWith(script: Script, config: object = {}) {
  const scripted = await playScript(script, provider.url);
  await client.call('PUT', '/providers/openai-compatible', {
    json: { base_url: scripted.base_url.compatible, api_key: scripted.api_key },
  });
  const fields = {
    instructions: 'Help.',
    model: 'openai-compatible/scripted',
    knowledge: { base_ids: [] },
    ...config,
  };
  const agent = await client.call<{ id: string }>('POST', '/agents', {
    json: { name: crypto.randomUUID(), config: fields },
  });
  const session = await client.call<{ id: string }>('POST', `/agents/${agent.id}/sessions`, {
    json: {},
  });
  const ask = async () => {
    const headers = { accept: 'text/event-stream' };
    const response = await client.send('POST', `/sessions/${session.id}/messages`, {
      json: { message: 'Weather?' },
      headers,
    });
    const pieces: { at: number; text: string }[] = [];
    const started = performance.now();
    for await (const bytes of response.body ?? [])
      pieces.push({ at: performance.now() - started, text: new TextDecoder().decode(bytes) });
    const all = pieces.map(({ text }) => text).join('');
    const run_id = /run_[0-9a-z]{26}/.exec(all)?.[0] ?? '';
    return { pieces, all, run: await client.call<Run>('GET', `/runs/${run_id}`) };
  };
  return { scripted, ask };
}

describe('a model on a separate server (R35, R36, R49)', () => {
  it('streams: text before a pause arrives before the pause ends', async () => {
    const { ask } = await agentWith({
      rounds: [{ ...answer, fault: { kind: 'drip', bytes: 400, ms: 300 } }],
    });
    const { pieces, run } = await ask();
    expect(run).toMatchObject({
      status: 'completed',
      usage: { input_tokens: 10, output_tokens: 3 },
    });
    const first = pieces.find(({ text }) => text.includes('Zürich'))?.at ?? Number.NaN;
    expect((pieces.at(-1)?.at ?? 0) - first).toBeGreaterThan(250);
  });

  it('is disconnected at the time limit of the run', async () => {
    const { scripted, ask } = await agentWith(
      { rounds: [{ ...answer, fault: { kind: 'stall', events: 3 } }] },
      { limits: { seconds: 1 } },
    );
    const { run, all } = await ask();
    expect(run).toMatchObject({ status: 'limit_exceeded' });
    expect(all).toContain('Zürich');
    await expect.poll(async () => (await scripted.requests())[0]?.aborted).toBe(true);
  });

  it('keeps the text so far when the connection breaks, without a retry', async () => {
    const { scripted, ask } = await agentWith({
      rounds: [{ ...answer, fault: { kind: 'reset-after', events: 3 } }],
      repeat: true,
    });
    const { run, all } = await ask();
    expect(run).toMatchObject({ status: 'failed', error: { code: 'provider_error' } });
    expect(all).toContain('Zürich');
    expect(await scripted.requests()).toHaveLength(1);
  });

  it('is called again when the connection breaks before the first byte', async () => {
    const { scripted, ask } = await agentWith({
      rounds: [{ ...answer, fault: { kind: 'reset' } }, answer],
    });
    const { run, all } = await ask();
    expect(run.status).toBe('completed');
    expect(all).toContain('Übel');
    expect(await scripted.requests()).toHaveLength(2);
  });

  it('is awaited while its headers are delayed', async () => {
    const { ask } = await agentWith({
      rounds: [{ ...answer, fault: { kind: 'slow-headers', ms: 1500 } }],
    });
    expect((await ask()).run.status).toBe('completed');
  });

  it('cannot redirect to another host', async () => {
    const there = await playScript({ rounds: [answer], repeat: true }, elsewhere.url);
    const location = `${there.base_url.compatible}/chat/completions`;
    const { ask, scripted } = await agentWith({
      rounds: [{ fault: { kind: 'redirect', status: 307, location } }],
      repeat: true,
    });
    // Before the first output, a failure is an HTTP status.
    await expect(ask()).rejects.toMatchObject({ status: 502, code: 'provider_error' });
    expect(await there.requests()).toEqual([]);
    expect(await scripted.requests()).toHaveLength(1);
  });
});
