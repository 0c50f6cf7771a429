import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isFault } from '../../src/web/search/fault.ts';
import { readHits } from '../../src/web/search/hits.ts';
import { withSites } from '../../src/web/search/query.ts';
import { searchProviders } from '../../src/web/search/registry.ts';

const query = {
  ...{ query: 'tea', count: 10, freshness: null },
  ...{ allowed_domains: [] as string[], blocked_domains: [] as string[] },
};
const hit = (more: object) => ({ url: 'https://a.example/', title: 'A', snippets: ['x'], ...more });

describe('results of a search', () => {
  it('are plain, bounded text, each address once', () => {
    const hits = readHits(
      [
        hit({ title: `<strong>Tea</strong> &amp; &#109;ilk\u202e ${'x'.repeat(500)}` }),
        hit({ title: 'Again' }),
        hit({ url: 'https://b.example/', title: null, snippets: ['a < b', 'a < b', 7, '', 'c'] }),
        hit({ url: 'https://c.example/', snippets: ['\ud800'.repeat(3000)], date: '3 days ago' }),
        hit({ url: 'ftp://d.example/' }),
        hit({ url: { href: 'https://e.example/' } }),
        hit({ url: `https://f.example/${'x'.repeat(3000)}` }),
      ],
      query,
    );
    expect(hits.map(({ url }) => url)).toEqual(
      ['a', 'b', 'c'].map((name) => `https://${name}.example/`),
    );
    expect(hits[0]?.title).toMatch(/^Tea & milk x+…$/);
    expect(hits[0]?.title.length).toBe(300);
    expect(hits[1]).toMatchObject({ title: 'b.example', snippet: 'a < b … c' });
    expect(hits[2]).toMatchObject({ published_at: null });
    expect(hits[2]?.snippet.isWellFormed()).toBe(true);
    expect(
      readHits(
        Array.from({ length: 500 }, (_, n) => hit({ url: `https://${n}.example/` })),
        query,
      ),
    ).toHaveLength(10);
  });

  it('have dates in UTC, whatever form the provider uses', () => {
    const dateOf = (date: unknown) => readHits([hit({ date })], query)[0]?.published_at;
    expect(dateOf('2026-11-02T08:00:00')).toBe('2026-11-02T08:00:00.000Z');
    expect(dateOf('Mon, 02 Nov 2026 08:00:00 GMT')).toBe('2026-11-02T08:00:00.000Z');
    expect(dateOf('2026-11-02T10:00:00+02:00')).toBe('2026-11-02T08:00:00.000Z');
    for (const none of [undefined, null, 7, '', 'yesterday', '99999-01-01', '1066-10-14'])
      expect(dateOf(none), String(none)).toBeNull();
  });

  it('are results or a fault for any JSON that a provider sends', () => {
    fc.assert(
      fc.property(
        fc.jsonValue(),
        fc.constantFrom(200, 204, 302, 400, 422, 429, 432, 500),
        (json, status) => {
          for (const provider of searchProviders) {
            const read = provider.read({ status, headers: new Headers(), json });
            if (isFault(read)) expect(read.detail).not.toBe('');
            else expect(readHits(read.results, query)).toEqual(expect.any(Array));
          }
        },
      ),
      { numRuns: 200 },
    );
  });

  it('name the domains in the query as far as they fit', () => {
    const of = (words: string, allowed_domains: string[], blocked_domains: string[] = []) =>
      withSites({ ...query, query: words, allowed_domains, blocked_domains });
    expect(of('tea', ['a.example', 'b.example'], ['c.example'])).toBe(
      'tea (site:a.example OR site:b.example) -site:c.example',
    );
    expect(of('x'.repeat(395), ['a.example'])).toBe('x'.repeat(395));
    expect(
      of(
        'tea',
        Array.from({ length: 30 }, (_, n) => `${n}.example`),
      ),
    ).toBe('tea');
  });
});
