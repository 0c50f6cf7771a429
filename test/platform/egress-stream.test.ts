import { describe, expect, it } from 'vitest';
import { createEgress, EgressError } from '../../src/platform/egress.ts';
import { Site } from '../support/outbound.ts';

const rules = { allow_private_network: false, own_hosts: [] };
const egress = createEgress(rules);
const limits = { redirects: 3, first_byte_ms: 5000, idle_ms: 5000, max_bytes: 100_000 };
const bytes = (text: string) => new TextEncoder().encode(text);

const reasonOf = async (work: () => Promise<unknown>): Promise<string> => {
  try {
    await work();
    return 'none';
  } catch (error) {
    if (error instanceof EgressError) return error.reason;
    throw error;
  }
};

/** Streams with one limit changed, reads to the end, and returns the reason of the error. */
const outcome = (url: string, changed: object, init: RequestInit = {}) =>
  reasonOf(async () => (await egress.stream(url, init, { ...limits, ...changed })).text());

/** A server that sends these chunks and then nothing more, and records that the connection was closed. */
function stalling(chunks: readonly string[]) {
  const seen = { cancelled: 0, aborted: 0 };
  const rest = [...chunks];
  const door = createEgress(rules, async (_url, { signal }) => {
    signal?.addEventListener('abort', () => {
      seen.aborted += 1;
    });
    return new Response(
      new ReadableStream<Uint8Array>({
        pull(controller) {
          const next = rest.shift();
          if (next !== undefined) controller.enqueue(bytes(next));
          else return new Promise(() => undefined);
        },
        cancel() {
          seen.cancelled += 1;
        },
      }),
      { headers: { 'content-type': 'text/event-stream' } },
    );
  });
  return { door, seen };
}

describe('a streamed response (R36)', () => {
  it('arrives chunk by chunk, with its status, headers and final address', async () => {
    const site = new Site();
    const end = await site.answers('/end', {
      status: 201,
      body: 'abc',
      drip_ms: 5,
      headers: { 'content-type': 'text/event-stream', 'x-own': '1' },
    });
    const start = await site.answers('/start', { status: 302, headers: { location: '/end' } });
    const response = await egress.stream(start, {}, limits);
    expect([response.status, response.headers.get('x-own'), response.url]).toEqual([201, '1', end]);
    const chunks: string[] = [];
    for await (const chunk of response.body ?? []) chunks.push(new TextDecoder().decode(chunk));
    expect(chunks).toEqual(['a', 'b', 'c']);
  });

  it('resolves before the body is complete', async () => {
    const { door } = stalling(['first']);
    const response = await door.stream('https://example.com/', {}, limits);
    const { value } = (await response.body?.getReader().read()) ?? {};
    expect(new TextDecoder().decode(value)).toBe('first');
  });

  it('is limited in decoded bytes', async () => {
    const site = new Site();
    const bomb = await site.answers('/bomb', { gzip: true, body: '0'.repeat(1000), repeat: 2000 });
    const fits = await site.answers('/fits', { gzip: true, body: 'abc' });
    expect(await outcome(bomb, {})).toBe('too_large');
    expect(await outcome(fits, { max_bytes: 2 })).toBe('too_large');
    const response = await egress.stream(fits, {}, { ...limits, max_bytes: 3 });
    expect([await response.text(), response.headers.get('content-encoding')]).toEqual([
      'abc',
      null,
    ]);
  });

  it('delivers the bytes before the limit', async () => {
    const { door, seen } = stalling(['ab', 'cd', 'ef']);
    const response = await door.stream('https://example.com/', {}, { ...limits, max_bytes: 4 });
    const read: string[] = [];
    const reason = await reasonOf(async () => {
      for await (const chunk of response.body ?? []) read.push(new TextDecoder().decode(chunk));
    });
    expect([read, reason, seen]).toEqual([['ab', 'cd'], 'too_large', { cancelled: 1, aborted: 1 }]);
  });

  it('is limited in time to the headers and to the first byte', async () => {
    const site = new Site();
    const slow = await site.answers('/slow', { delay_ms: 3000, body: 'late' });
    expect(await outcome(slow, { first_byte_ms: 100 })).toBe('timeout');
    const { door, seen } = stalling([]);
    const response = await door.stream(
      'https://example.com/',
      {},
      { ...limits, first_byte_ms: 50 },
    );
    expect(await reasonOf(() => response.text())).toBe('timeout');
    expect(seen).toEqual({ cancelled: 1, aborted: 1 });
  });

  it('is limited in time between bytes while it is read', async () => {
    const { door, seen } = stalling(['a', 'b']);
    const response = await door.stream('https://example.com/', {}, { ...limits, idle_ms: 50 });
    const reader = response.body?.getReader();
    await reader?.read();
    // A slow reader is not an idle server.
    await new Promise((resolve) => setTimeout(resolve, 150));
    expect(new TextDecoder().decode((await reader?.read())?.value)).toBe('b');
    expect(await reasonOf(async () => reader?.read())).toBe('timeout');
    expect(seen).toEqual({ cancelled: 1, aborted: 1 });
  });

  it('ends when its reader cancels or its caller aborts, and closes the connection', async () => {
    const cancelled = stalling(['a']);
    const response = await cancelled.door.stream('https://example.com/', {}, limits);
    await response.body?.cancel();
    expect(cancelled.seen).toEqual({ cancelled: 1, aborted: 1 });

    const aborted = stalling(['a']);
    const caller = new AbortController();
    const { signal } = caller;
    const other = await aborted.door.stream('https://example.com/', { signal }, limits);
    const reader = other.body?.getReader();
    await reader?.read();
    const pending = reasonOf(async () => reader?.read());
    caller.abort();
    expect([await pending, aborted.seen.aborted]).toEqual(['aborted', 1]);
  });

  it('is refused by URL, redirect, headers and content type like any response', async () => {
    const site = new Site();
    const loop = await site.answers('/loop', { status: 302, headers: { location: '/loop' } });
    const away = await site.answers('/away', {
      status: 302,
      headers: { location: 'http://169.254.169.254/' },
    });
    const image = await site.answers('/image', {
      body: 'x',
      headers: { 'content-type': 'image/png' },
    });
    const large = await site.answers('/large', { headers: { 'x-own': 'y'.repeat(33_000) } });
    expect(await outcome('http://169.254.169.254/', {})).toBe('url_not_allowed');
    expect(await outcome(loop, {})).toBe('redirect_refused');
    expect(['url_not_allowed', 'redirect_refused']).toContain(await outcome(away, {}));
    expect(await outcome(image, { content_types: ['text/*'] })).toBe('content_type');
    expect(await outcome(large, {})).toBe('headers_too_large');
    expect(await outcome(await site.answers('/none', { status: 204 }), {})).toBe('none');
  });

  it('throws when the connection breaks', async () => {
    const door = createEgress(
      rules,
      async () =>
        new Response(
          new ReadableStream<Uint8Array>({
            start: (controller) => controller.enqueue(bytes('a')),
            pull: () => Promise.reject(new Error('connection lost')),
          }),
        ),
    );
    const response = await door.stream('https://example.com/', {}, limits);
    expect(await reasonOf(() => response.text())).toBe('unreachable');
  });
});
