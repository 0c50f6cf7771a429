import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { playScript } from '../support/provider/client.ts';
import { listen } from '../support/provider/conversation.ts';
import { languages } from '../support/provider/languages.ts';
import type { Fault, Round } from '../support/provider/script.ts';
import { startProvider } from './support/provider-process.ts';

let server: Awaited<ReturnType<typeof startProvider>>;
let elsewhere: Awaited<ReturnType<typeof startProvider>>;

beforeAll(async () => {
  [server, elsewhere] = await Promise.all([startProvider(), startProvider()]);
});

afterAll(() => {
  server.stop();
  elsewhere.stop();
});

const text = ['Zürich ', '🌧 ', 'Übel'];

async function ask(fault: Fault | undefined, round: Round = { text }) {
  const provider = await playScript(
    { rounds: [{ ...round, ...(fault === undefined ? {} : { fault }) }], repeat: true },
    server.url,
  );
  const body = JSON.stringify({ model: 'scripted', stream: true, messages: [] });
  const headers = {
    authorization: `Bearer ${provider.api_key}`,
    'content-type': 'application/json',
  };
  const send = (init: RequestInit = {}) =>
    fetch(`${provider.base_url.compatible}/chat/completions`, {
      method: 'POST',
      headers,
      body,
      redirect: 'manual',
      ...init,
    });
  return { provider, send };
}

/** Returns the pieces received before the end, and the kind of end. */
async function drain(response: Response) {
  const pieces: string[] = [];
  const decoder = new TextDecoder();
  try {
    if (response.body !== null)
      for await (const bytes of response.body) pieces.push(decoder.decode(bytes, { stream: true }));
    return { pieces, end: 'clean' };
  } catch {
    return { pieces, end: 'broken' };
  }
}

describe('the provider server', () => {
  it('streams live: text before a stall arrives', async () => {
    const { provider, send } = await ask({ kind: 'stall', events: 2 });
    const stop = new AbortController();
    const response = await send({ signal: stop.signal });
    setTimeout(() => stop.abort(), 150);
    const { pieces, end } = await drain(response);
    expect([pieces.join('').includes('Zürich'), end]).toEqual([true, 'broken']);
    await expect.poll(async () => (await provider.requests())[0]?.aborted).toBe(true);
  });

  it('resets before a byte, after the headers and between events', async () => {
    await expect((await ask({ kind: 'reset' })).send()).rejects.toThrow();
    expect(await drain(await (await ask({ kind: 'reset-after', events: 0 })).send())).toEqual({
      pieces: [],
      end: 'broken',
    });
    const { pieces, end } = await drain(
      await (await ask({ kind: 'reset-after', events: 2 })).send(),
    );
    expect([pieces.join('').includes('Zürich'), end]).toEqual([true, 'broken']);
  });

  it('ends cleanly at a cut', async () => {
    const { pieces, end } = await drain(await (await ask({ kind: 'cut', events: 2 })).send());
    expect([pieces.join('').includes('[DONE]'), end]).toEqual([false, 'clean']);
  });

  it('splits characters', async () => {
    const { pieces, end } = await drain(
      await (await ask({ kind: 'drip', bytes: 1, ms: 1 })).send(),
    );
    expect(end).toBe('clean');
    expect(pieces.length).toBeGreaterThan(500);
    expect(pieces.join('')).toContain('Zürich ');
  });

  it('delays its headers', async () => {
    const { send } = await ask({ kind: 'slow-headers', ms: 400 });
    await expect(send({ signal: AbortSignal.timeout(100) })).rejects.toThrow();
    const started = performance.now();
    await drain(await (await ask({ kind: 'slow-headers', ms: 200 })).send());
    expect(performance.now() - started).toBeGreaterThan(190);
  });

  it('compresses the body as its headers declare', async () => {
    const response = await (await ask({ kind: 'gzip' })).send();
    expect(response.headers.get('content-encoding')).toBe('gzip');
    expect((await drain(response)).pieces.join('')).toContain('[DONE]');
  });

  it('redirects to another host, which receives nothing unless the client follows', async () => {
    const there = await playScript({ rounds: [{ text }] }, elsewhere.url);
    const { send } = await ask({
      kind: 'redirect',
      status: 307,
      location: `${there.base_url.compatible}/chat/completions`,
    });
    expect((await send()).status).toBe(307);
    expect(await there.requests()).toEqual([]);
    // A followed redirect would be detected.
    expect((await send({ redirect: 'follow' })).status).toBe(200);
    expect(await there.requests()).toHaveLength(1);
  });

  it('sends a delta of 5 MB', async () => {
    const provider = await playScript({ rounds: [{ text: ['x'.repeat(5_000_000)] }] }, server.url);
    for (const [name, open] of Object.entries(languages).slice(0, 1)) {
      const { stream } = await open(provider).doStream({
        prompt: [{ role: 'user', content: [{ type: 'text', text: 'hi' }] }],
      });
      expect((await listen(stream)).text.length, name).toBe(5_000_000);
    }
  });
});
