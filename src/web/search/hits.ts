import { cleanText } from '../../documents/index.ts';
import { allowsDomain } from '../domains.ts';
import type { RawHit, SearchHit, SearchQuery } from './provider.ts';

const maxRawHits = 100;
const maxUrlChars = 2000;
const maxTitleChars = 300;
const maxSnippetChars = 1000;
const maxPieces = 5;

/**
 * Returns the results of a provider: bounded, as plain text, each address once, and only those that the domains of
 * the version allow, whatever the provider made of them.
 */
export function readHits(raw: readonly RawHit[], query: SearchQuery): SearchHit[] {
  const hits = new Map<string, SearchHit>();
  for (const one of raw.slice(0, maxRawHits)) {
    const url = addressOf(one.url);
    if (url === null || hits.has(url.href) || !allowsDomain(query, url)) continue;
    const snippet = [...new Set(one.snippets.slice(0, maxPieces).map(plain))].filter(Boolean);
    hits.set(url.href, {
      url: url.href,
      title: cut(plain(one.title), maxTitleChars) || url.host,
      snippet: cut(snippet.join(' … '), maxSnippetChars),
      published_at: dateOf(one.date),
    });
    if (hits.size === query.count) break;
  }
  return [...hits.values()];
}

function addressOf(value: unknown): URL | null {
  const url = typeof value === 'string' && value.length <= maxUrlChars ? URL.parse(value) : null;
  const isPage = url !== null && /^https?:$/.test(url.protocol);
  return isPage && url.username === '' && url.password === '' ? url : null;
}

/** Providers mark the words of the query, and write characters as in HTML. */
const marks = /<\/?(?:strong|b|em|i|mark|span|br)\b[^<>]{0,100}>/gi;
const entities: Readonly<Record<string, string>> = {
  amp: '&',
  lt: '<',
  gt: '>',
  quot: '"',
  apos: "'",
  nbsp: ' ',
};

function plain(value: unknown): string {
  if (typeof value !== 'string') return '';
  const text = value
    .slice(0, 10_000)
    .replaceAll(marks, '')
    .replaceAll(/&(?:#(\d{1,6})|#x([\da-f]{1,5})|(\w{2,4}));/gi, (whole, decimal, hex, name) =>
      name === undefined
        ? String.fromCodePoint(Number.parseInt(decimal ?? hex, hex === undefined ? 10 : 16))
        : (entities[name.toLowerCase()] ?? whole),
    );
  return cleanText(text).replaceAll(/\s+/g, ' ').trim();
}

const cut = (text: string, length: number): string =>
  text.length <= length ? text : `${text.slice(0, length - 1).toWellFormed()}…`;

/** Returns null for what is no date, such as "3 days ago". */
function dateOf(value: unknown): string | null {
  if (typeof value !== 'string' || !/\d{4}/.test(value)) return null;
  // A date without a zone would be read in the zone of the server.
  const at = Date.parse(/T[\d:.]+$/.test(value) ? `${value}Z` : value);
  return Number.isNaN(at) || at < 0 || at > 4e12 ? null : new Date(at).toISOString();
}
