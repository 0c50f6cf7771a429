import { describe, expect, it } from 'vitest';
import { createEgress, EgressError } from '../../src/platform/egress.ts';
import { Failure } from '../../src/shared/failure.ts';
import { forbiddenUrls } from '../support/forbidden-urls.ts';
import { Site, unexpectedCalls } from '../support/outbound.ts';

const egress = createEgress({ allow_private_network: false, own_hosts: ['agents.acme.com'] });
const limits = { redirects: 3, deadline_ms: 3000, max_bytes: 100_000 };

/** Calls that went where none may go; those of tests that run beside this one are not asked about. */
const forbiddenHosts = new Set(forbiddenUrls.flatMap((url) => URL.parse(url)?.host ?? []));
const strays = async () =>
  (await unexpectedCalls()).filter(({ url }) => forbiddenHosts.has(new URL(url).host));

const reasonOf = async (work: Promise<unknown>): Promise<string> => {
  try {
    await work;
    return 'none';
  } catch (error) {
    if (error instanceof EgressError) return error.reason;
    throw error;
  }
};

describe('addresses (R34)', () => {
  it.each([
    ...forbiddenUrls,
    'https://agents.acme.com/',
    'https://api.agents.acme.com/',
    'https://AGENTS.acme.com./',
  ])('refuses %s', async (url) => {
    const before = await strays();
    expect(() => egress.check(url)).toThrow(Failure);
    expect(await reasonOf(egress.request(url, {}, limits))).toBe('url_not_allowed');
    expect(await reasonOf(egress.providerFetch(url, { headers_timeout_ms: 1000 })(url))).toBe(
      'url_not_allowed',
    );
    expect(await strays()).toEqual(before);
  });

  it('are allowed for public names on ports 80 and 443', () => {
    for (const url of [
      'https://example.com',
      'http://example.com/',
      'https://example.com:443/a?b#c',
      'http://a.b.example.co.uk:80',
      'https://münchen.de/',
      'https://8.8.example.com',
    ]) {
      expect(egress.check(url).href, url).toBe(new URL(url).href);
    }
  });

  it('are allowed for private hosts and other ports when the operator enables them, and for nothing else', () => {
    const local = createEgress({ allow_private_network: true, own_hosts: [] });
    for (const url of [
      'http://localhost:11434/v1',
      'http://127.0.0.1/',
      'http://[::1]:8080/',
      'http://ollama:1/',
    ])
      local.check(url);
    for (const url of [
      'data:,x',
      'file:///etc/passwd',
      'http://user:pass@localhost/',
      'ftp://localhost/',
    ]) {
      expect(() => local.check(url), url).toThrow(Failure);
    }
  });
});

describe('redirects (R35)', () => {
  it('are followed at most three times, with a check of each hop', async () => {
    const site = new Site();
    await site.answers('/3', { body: 'there' });
    for (const hop of [2, 1, 0])
      await site.answers(`/${hop}`, { status: 302, headers: { location: `/${hop + 1}` } });
    await site.answers('/start', { status: 301, headers: { location: '/0' } });
    expect(await (await egress.request(site.url('/0'), {}, limits)).text()).toBe('there');
    expect(await reasonOf(egress.request(site.url('/start'), {}, limits))).toBe('redirect_refused');
    expect(await reasonOf(egress.request(site.url('/2'), {}, { ...limits, redirects: 0 }))).toBe(
      'redirect_refused',
    );
  });

  it('are refused to URLs that must not be called directly', async () => {
    const site = new Site();
    const before = await strays();
    const absolute = forbiddenUrls.filter((url) => /^[a-z]+:(\/\/|[^/]*[,(])/.test(url));
    for (const [index, location] of absolute.entries()) {
      const url = await site.answers(`/${index}`, {
        status: 302,
        headers: { location: encodeURI(location) },
      });
      expect(['url_not_allowed', 'redirect_refused'], location).toContain(
        await reasonOf(egress.request(url, {}, limits)),
      );
    }
    const plain = await site.answers('/plain', {
      status: 302,
      headers: { location: site.url('/x').replace('https', 'http') },
    });
    expect(await reasonOf(egress.request(plain, {}, limits))).toBe('redirect_refused');
    expect(await strays()).toEqual(before);
  });

  it('send no headers of the caller and no body to another origin', async () => {
    const [from, to] = [new Site(), new Site()];
    await to.answers('/', { body: 'ok' });
    for (const status of [301, 302, 303, 307, 308])
      await from.answers(`/${status}`, { status, headers: { location: to.url('/') } });
    const headers = {
      authorization: 'Bearer canary',
      cookie: 'a=canary',
      'x-api-key': 'canary',
      'x-own': 'canary',
      accept: 'text/plain',
    };
    await egress.request(from.url('/302'), { headers }, limits);
    await egress.request(from.url('/308'), { headers }, limits);
    await egress.request(
      from.url('/303'),
      { method: 'POST', body: 'canary', headers: { ...headers, 'content-type': 'text/plain' } },
      limits,
    );
    for (const status of [307, 308]) {
      expect(
        await reasonOf(
          egress.request(
            from.url(`/${status}`),
            { method: 'POST', body: 'canary', headers },
            limits,
          ),
        ),
      ).toBe('redirect_refused');
    }
    expect(
      await reasonOf(egress.request(from.url('/302'), { method: 'DELETE', headers }, limits)),
    ).toBe('redirect_refused');
    const seen = await to.calls();
    expect(seen.map(({ method, body }) => ({ method, body }))).toEqual(
      Array.from({ length: 3 }, () => ({ method: 'GET', body: '' })),
    );
    expect(JSON.stringify(seen)).not.toContain('canary');
    expect(seen[0]?.headers.accept).toBe('text/plain');
  });

  it('do not restore headers on the way back to the first origin', async () => {
    const [home, other] = [new Site(), new Site()];
    await home.answers('/end', { body: 'ok' });
    await other.answers('/', { status: 302, headers: { location: home.url('/end') } });
    const start = await home.answers('/start', {
      status: 302,
      headers: { location: other.url('/') },
    });
    await egress.request(start, { headers: { authorization: 'Bearer canary' } }, limits);
    expect((await home.calls()).map(({ headers }) => headers.authorization)).toEqual([
      'Bearer canary',
      undefined,
    ]);
  });

  it('repeat method and body only at the same origin and as HTTP specifies', async () => {
    const site = new Site();
    await site.answers('/end', { body: 'ok' });
    for (const status of [303, 307])
      await site.answers(`/${status}`, { status, headers: { location: '/end' } });
    const init = {
      method: 'POST',
      body: 'text',
      headers: { 'content-type': 'text/plain', 'x-own': '1' },
    };
    await egress.request(site.url('/307'), init, limits);
    await egress.request(site.url('/303'), init, limits);
    const [, kept, , changed] = await site.calls();
    expect([kept?.method, kept?.body, kept?.headers['x-own']]).toEqual(['POST', 'text', '1']);
    expect([
      changed?.method,
      changed?.body,
      changed?.headers['x-own'],
      changed?.headers['content-type'],
    ]).toEqual(['GET', '', '1', undefined]);
  });

  it('are not followed for a provider, whose key goes to its own origin only (R37)', async () => {
    const [provider, other] = [new Site(), new Site()];
    await other.answers('/', { body: 'ok' });
    await provider.answers('/v1/chat', { status: 307, headers: { location: other.url('/') } });
    await provider.answers('/v1/ok', { body: 'ok' });
    const call = egress.providerFetch(provider.url('/v1'), { headers_timeout_ms: 1000 });
    expect(await (await call(provider.url('/v1/ok'))).text()).toBe('ok');
    expect(
      await reasonOf(
        call(provider.url('/v1/chat'), {
          method: 'POST',
          body: '{}',
          headers: { 'x-api-key': 'canary' },
        }),
      ),
    ).toBe('redirect_refused');
    expect(await reasonOf(call(other.url('/')))).toBe('url_not_allowed');
    expect(await other.calls()).toEqual([]);
  });
});

describe('responses (R36)', () => {
  it('have a deadline that covers headers and body, stalled or dripping', async () => {
    const site = new Site();
    const slow = await site.answers('/slow', { delay_ms: 2000, body: 'late' });
    const dripping = await site.answers('/drip', { drip_ms: 100, body: 'x'.repeat(100) });
    for (const url of [slow, dripping]) {
      const started = Date.now();
      expect(await reasonOf(egress.request(url, {}, { ...limits, deadline_ms: 400 })), url).toBe(
        'timeout',
      );
      expect(Date.now() - started).toBeLessThan(1500);
    }
    expect(
      await reasonOf(egress.providerFetch(site.origin, { headers_timeout_ms: 200 })(slow)),
    ).toBe('timeout');
  });

  it('stop when the caller does', async () => {
    const site = new Site();
    const url = await site.answers('/slow', { delay_ms: 2000 });
    const stop = new AbortController();
    setTimeout(() => stop.abort(), 50);
    expect(await reasonOf(egress.request(url, { signal: stop.signal }, limits))).toBe('aborted');
  });

  it('are limited in decoded bytes', async () => {
    const site = new Site();
    const bomb = await site.answers('/bomb', {
      gzip: true,
      body: '0'.repeat(1000),
      repeat: 20_000,
    });
    const fits = await site.answers('/fits', { gzip: true, body: 'abc' });
    expect(await reasonOf(egress.request(bomb, {}, limits))).toBe('too_large');
    const answer = await egress.request(fits, {}, { ...limits, max_bytes: 3 });
    expect([await answer.text(), answer.headers.get('content-encoding')]).toEqual(['abc', null]);
    expect(await reasonOf(egress.request(fits, {}, { ...limits, max_bytes: 2 }))).toBe('too_large');
  });

  it('are limited to the accepted media types', async () => {
    const site = new Site();
    const only = { ...limits, content_types: ['text/*', 'application/json'] };
    const of = async (type: string) =>
      reasonOf(
        egress.request(
          await site.answers(`/${crypto.randomUUID()}`, {
            body: 'x',
            headers: { 'content-type': type },
          }),
          {},
          only,
        ),
      );
    for (const type of ['text/html; charset=utf-8', 'Application/JSON', 'text/plain'])
      expect(await of(type), type).toBe('none');
    for (const type of ['image/png', 'application/octet-stream', 'text', 'application/jsonx'])
      expect(await of(type), type).toBe('content_type');
  });

  it('are limited in the size of their headers', async () => {
    const site = new Site();
    const url = await site.answers('/', {
      headers: Object.fromEntries(
        Array.from({ length: 20 }, (_, index) => [`x-${index}`, 'y'.repeat(2000)]),
      ),
    });
    expect(await reasonOf(egress.request(url, {}, limits))).toBe('headers_too_large');
  });

  it('keep status and headers, also without a body', async () => {
    const site = new Site();
    const url = await site.answers('/', { status: 204, headers: { 'x-own': '1' } });
    const answer = await egress.request(url, { method: 'DELETE' }, limits);
    expect([answer.status, answer.headers.get('x-own'), await answer.text()]).toEqual([
      204,
      '1',
      '',
    ]);
  });

  it('fail with their own reason when the server does not respond', async () => {
    const broken = createEgress({ allow_private_network: false, own_hosts: [] }, () =>
      Promise.reject(new Error('internal error; reference=1')),
    );
    expect(await reasonOf(broken.request('https://example.com/', {}, limits))).toBe('unreachable');
    expect(
      await reasonOf(
        broken.providerFetch('https://example.com/', { headers_timeout_ms: 100 })(
          'https://example.com/',
        ),
      ),
    ).toBe('unreachable');
  });
});
