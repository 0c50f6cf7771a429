import { describe, expect, it } from 'vitest';
import { readListing } from '../../../src/knowledge/sources/web/listing.ts';
import { pageUrl } from '../../../src/web/index.ts';

const resolve = (link: string) => pageUrl(link, 'https://site.example.com/feeds/all');
const urlsOf = (text: string) => readListing(text, resolve)?.urls.map(({ url }) => url);

describe('readListing', () => {
  it.each([
    [
      'RSS 2.0',
      '<rss><channel><link>https://x.example.com/</link><item><title>T</title><link>/a</link></item></channel></rss>',
    ],
    [
      'RSS with a permanent guid',
      '<rss><channel><item><guid>https://site.example.com/a</guid></item></channel></rss>',
    ],
    [
      'RSS 1.0',
      '<rdf:RDF xmlns:rdf="r" xmlns="p"><channel><link>/c</link></channel><item><link>/a</link></item></rdf:RDF>',
    ],
    [
      'Atom',
      '<feed xmlns="http://www.w3.org/2005/Atom"><link href="/self"/><entry><link rel="edit" href="/e"/><link href="/a"/></entry></feed>',
    ],
    [
      'JSON Feed',
      '{"version":"https://jsonfeed.org/version/1.1","items":[{"url":"/a"},{"id":"x"},null]}',
    ],
    ['text', '\uFEFFhttps://site.example.com/a\r\n\r\nhttps://site.example.com/a#b\r\n'],
    [
      'prefixed sitemap',
      '<sm:urlset xmlns:sm="s"><sm:url><sm:loc>/a</sm:loc></sm:url></sm:urlset>',
    ],
    [
      'sitemap with images',
      '<urlset><url><loc> https://site.example.com/a </loc><image:image><image:loc>/b.png</image:loc></image:image></url></urlset>',
    ],
  ])('reads %s', (_, text) => {
    expect(urlsOf(text)).toEqual(['https://site.example.com/a']);
  });

  it('reads malformed XML as far as possible', () => {
    const text =
      '<rss><channel><item><title>Q&A &nbsp; <b>bold</title><link>/a?x=1&y=2</link></item><item><link>/b';
    expect(urlsOf(text)).toEqual(['https://site.example.com/a?x=1&y=2']);
  });

  it('expands no entities of the document (R28)', () => {
    const bomb =
      '<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]><urlset><url><loc>https://site.example.com/&b;</loc></url></urlset>';
    expect(JSON.stringify(readListing(bomb, resolve))).not.toContain('aaaaaaaa');
  });

  it.each([
    ['a page', '<!doctype html><html><body>No</body></html>'],
    ['nothing', ''],
    ['text that is no list', 'Not found'],
    ['other JSON', '{"error":"no"}'],
    ['broken JSON', '{'],
  ])('refuses %s', (_, text) => {
    expect(readListing(text, resolve)).toBeNull();
  });

  it('lists the parts of an index, and no addresses of other schemes', () => {
    const index =
      '<sitemapindex><sitemap><loc>/1.xml</loc></sitemap><sitemap><loc>ftp://x.example.com/</loc></sitemap></sitemapindex>';
    expect(readListing(index, resolve)).toEqual({
      urls: [],
      sitemaps: ['https://site.example.com/1.xml'],
    });
  });

  it('is fast for deep and endless documents', () => {
    const started = Date.now();
    readListing('<rss>'.repeat(200_000), resolve);
    readListing(`<urlset>${'<url><loc>https://site.example.com/'.repeat(100_000)}`, resolve);
    expect(
      readListing(`<urlset>${'<url><loc>/x</loc></url>'.repeat(60_000)}</urlset>`, resolve)?.urls,
    ).toHaveLength(1);
    expect(Date.now() - started).toBeLessThan(10_000);
  });
});
