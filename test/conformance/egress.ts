import { beforeEach, describe, expect, it } from 'vitest';
import { EgressError } from '../../src/platform/egress.ts';
import type { Egress, EgressLimits } from '../../src/platform/ports.ts';
import { Failure } from '../../src/shared/failure.ts';

export interface Subject {
  readonly egress: Egress;
  /** An external origin that no other test uses. */
  readonly origin: string;
  readonly answers: (
    path: string,
    reply: { status?: number; headers?: Record<string, string>; body?: string },
  ) => Promise<string>;
  /** Returns the URLs that were called at the origin, in their order. */
  readonly called: () => Promise<readonly string[]>;
}

const limits: EgressLimits = { redirects: 1, deadline_ms: 10_000, max_bytes: 10 };
const text = { 'content-type': 'text/plain' };

const reasonOf = async (work: Promise<unknown>): Promise<string | null> => {
  try {
    await work;
    return null;
  } catch (error) {
    if (error instanceof EgressError) return error.reason;
    throw error;
  }
};

/** The contract of egress. */
export function describeEgress(name: string, open: () => Subject): void {
  describe(`egress: ${name}`, () => {
    let subject: Subject;
    beforeEach(() => {
      subject = open();
    });
    const request = (url: string, init: RequestInit = {}, some: Partial<EgressLimits> = {}) =>
      subject.egress.request(url, init, { ...limits, ...some });

    it('checks a URL without calling it', async () => {
      expect(subject.egress.check(`${subject.origin}/a`).href).toBe(`${subject.origin}/a`);
      expect(() => subject.egress.check('http://127.0.0.1/')).toThrow(Failure);
      expect(await subject.called()).toEqual([]);
    });

    it('returns status, headers and body of a response', async () => {
      const url = await subject.answers('/a', { status: 404, headers: text, body: 'absent' });
      const response = await request(url);
      expect([response.status, response.headers.get('content-type')]).toEqual([404, 'text/plain']);
      expect(await response.text()).toBe('absent');
      expect(await subject.called()).toEqual([url]);
    });

    it('refuses a private address, also behind a redirect', async () => {
      expect(await reasonOf(request('http://169.254.169.254/'))).toBe('url_not_allowed');
      const headers = { location: 'https://127.0.0.1/' };
      const url = await subject.answers('/private', { status: 302, headers });
      expect(await reasonOf(request(url))).toBe('url_not_allowed');
    });

    it('follows redirects up to the limit', async () => {
      const end = await subject.answers('/end', { headers: text, body: 'end' });
      const url = await subject.answers('/start', { status: 302, headers: { location: '/end' } });
      const response = await request(url);
      expect([response.url, await response.text()]).toEqual([end, 'end']);
      expect(await reasonOf(request(url, {}, { redirects: 0 }))).toBe('redirect_refused');
    });

    it('enforces the limits of size and media type', async () => {
      const url = await subject.answers('/big', { headers: text, body: '12345678901' });
      expect(await reasonOf(request(url))).toBe('too_large');
      const types = { max_bytes: 100, content_types: ['application/json'] };
      expect(await reasonOf(request(url, {}, types))).toBe('content_type');
    });

    it('stops when the caller aborts', async () => {
      const url = await subject.answers('/a', { body: 'a' });
      expect(await reasonOf(request(url, { signal: AbortSignal.abort() }))).toBe('aborted');
    });

    it('binds the fetch of a provider to one origin, without redirects', async () => {
      const url = await subject.answers('/v1', { headers: text, body: 'streamed, of any length' });
      const fetch = subject.egress.providerFetch(subject.origin, { headers_timeout_ms: 10_000 });
      expect(await (await fetch(url)).text()).toBe('streamed, of any length');
      expect(await reasonOf(fetch('https://other.example.com/'))).toBe('url_not_allowed');
      const moved = await subject.answers('/moved', { status: 302, headers: { location: '/v1' } });
      expect(await reasonOf(fetch(moved))).toBe('redirect_refused');
    });
  });
}
