import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { pageUrl, siteOf } from '../../../src/web/page-url.ts';
import { isSelected, matchesPath } from '../../../src/web/robots/path-pattern.ts';
import { allowsUrl, parseRobots } from '../../../src/web/robots/robots.ts';

const allows = (text: string, path: string) =>
  allowsUrl(parseRobots(text), new URL(path, 'https://site.example.com'));

describe('robots.txt', () => {
  it('applies the longest rule, and an allowing one of two of equal length', () => {
    const text =
      'User-agent: *\nDisallow: /a\nAllow: /a/b\nDisallow: /a/b/c\nAllow: /x\nDisallow: /x';
    expect(['/a/1', '/a/b', '/a/b/c/d', '/x', '/other'].map((path) => allows(text, path))).toEqual([
      false,
      true,
      false,
      true,
      true,
    ]);
  });

  it('applies all groups of this crawler, and those of others only without one of its own', () => {
    const text =
      'user-agent: other\ndisallow: /\n\nUser-Agent : agentgrid/1.0 # us\nUser-agent: second\nDisallow: /one\n\nUser-agent: *\nDisallow: /\n\nuser-agent: AGENTGRID\nDisallow: /two\nCrawl-delay: 2.5';
    expect(['/one', '/two', '/three'].map((path) => allows(text, path))).toEqual([
      false,
      false,
      true,
    ]);
    expect(parseRobots(text).delay_s).toBe(2.5);
    expect(allows('User-agent: *\nDisallow: /\n', '/')).toBe(false);
    expect(allows('User-agent: *\nDisallow: /\n', '/robots.txt')).toBe(true);
  });

  it.each([
    ['an empty file', ''],
    ['an empty rule', 'User-agent: *\nDisallow:'],
    ['rules without a group', 'Disallow: /'],
    ['a page in place of the file', '<!doctype html><p>Disallow: /'],
    ['a group of another crawler', 'User-agent: agentgrid-images\nDisallow: /'],
  ])('allows everything for %s', (_, text) => {
    expect(allows(text, '/page')).toBe(true);
  });

  it('compares paths whatever their escapes', () => {
    const text = 'User-agent: *\nDisallow: /caf%c3%a9\nDisallow: /%7euser\nDisallow: /日本';
    expect(
      ['/café', '/~user', '/%E6%97%A5%E6%9C%AC', '/cafe'].map((path) => allows(text, path)),
    ).toEqual([false, false, false, true]);
  });
});

describe('matchesPath', () => {
  it.each([
    ['/docs', '/docs/a', true],
    ['/docs$', '/docs/a', false],
    ['/docs$', '/docs', true],
    ['/*.pdf$', '/a/b.pdf', true],
    ['/*.pdf$', '/a/b.pdf?x', false],
    ['*/print', '/a/print?x', true],
    ['/a*b*c', '/aXbYcZ', true],
    ['/a*b*b$', '/ab', false],
    ['*', '/', true],
  ])('%s on %s is %s', (pattern, path, expected) => {
    expect(matchesPath(pattern, path)).toBe(expected);
  });

  it('agrees with a regular expression for any pattern', () => {
    const text = fc
      .array(fc.constantFrom('a', 'b', '/', '*'), { maxLength: 8 })
      .map((chars) => chars.join(''));
    fc.assert(
      fc.property(text, text, fc.boolean(), (pattern, path, isWhole) => {
        const plain = path.replaceAll('*', 'c');
        const expected = new RegExp(`^${pattern.replaceAll('*', '.*')}${isWhole ? '$' : ''}`).test(
          plain,
        );
        expect(matchesPath(pattern + (isWhole ? '$' : ''), plain)).toBe(expected);
      }),
      { numRuns: 2000 },
    );
  });

  it('is fast for every pattern (R24)', () => {
    const started = Date.now();
    matchesPath(`${'*a'.repeat(150)}$`, `/${'a'.repeat(2000)}b`);
    expect(Date.now() - started).toBeLessThan(100);
  });

  it('selects what is included and not excluded', () => {
    expect(isSelected('/a/b', {})).toBe(true);
    expect(isSelected('/a/b', { include: ['/b'] })).toBe(false);
    expect(isSelected('/a/b', { include: ['/a'], exclude: ['/*b'] })).toBe(false);
  });
});

describe('pageUrl', () => {
  it.each([
    ['https://A.example.com:443/x/../y?#top', 'https://a.example.com/y'],
    ['https://a.example.com/?utm_source=x&id=1&fbclid=2', 'https://a.example.com/?id=1'],
    ['https://a.example.com/?q=a+b%20c', 'https://a.example.com/?q=a+b%20c'],
    ['  /z ', 'https://base.example.com/z'],
    ['mailto:a@b.example', null],
    ['https://user:password@a.example.com/', null],
    [`https://a.example.com/${'x'.repeat(2000)}`, null],
    ['https://', null],
  ])('makes %s %s', (text, expected) => {
    expect(pageUrl(text, 'https://base.example.com/dir/')).toBe(expected);
  });

  it('counts www and the scheme to one site', () => {
    expect(siteOf('http://www.a.example.com/x')).toBe(siteOf('https://a.example.com/'));
  });
});
