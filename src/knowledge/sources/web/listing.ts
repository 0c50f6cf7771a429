import { SaxesParser } from 'saxes';

/** A page that a sitemap or feed names. */
interface ListedUrl {
  readonly url: string;
  readonly title: string | null;
}

/** Returns the absolute address of a page, or null if it is none. */
type Resolve = (link: string) => string | null;

export interface UrlListing {
  readonly urls: readonly ListedUrl[];
  /** Further sitemaps of a sitemap index. */
  readonly sitemaps: readonly string[];
}

/** A sitemap has at most 50,000 addresses (sitemaps.org, "Protocol"). */
const maxEntries = 50_000;
const maxDepth = 100;
const maxTextChars = 10_000;

/**
 * Reads the addresses of a sitemap or sitemap index (XML or text), an RSS feed (0.9x, 1.0, 2.0), an Atom
 * feed or a JSON feed. Reads malformed XML as far as possible and expands no entities of its own. Returns
 * null for anything else.
 */
export function readListing(text: string, resolve: Resolve): UrlListing | null {
  const start = text.slice(0, 1000).replace(/^[\s\uFEFF]+/, '');
  if (start.startsWith('{')) return readJsonFeed(text, resolve);
  if (!start.startsWith('<')) return readLines(text, resolve);
  return readXml(text.replace(/^[\s\uFEFF]+/, ''), resolve);
}

const unique = (urls: readonly ListedUrl[]): ListedUrl[] =>
  [...new Map(urls.toReversed().map((entry) => [entry.url, entry])).values()].toReversed();

function readLines(text: string, resolve: Resolve): UrlListing | null {
  const lines = text.split(/\s*[\r\n]+\s*/).filter((line) => line !== '');
  if (lines.length === 0 || !lines.every((line) => /^https?:\/\//i.test(line.trim()))) return null;
  const urls = lines.slice(0, maxEntries).flatMap((line) => entryOf(line, null, resolve));
  return { urls: unique(urls), sitemaps: [] };
}

function readJsonFeed(text: string, resolve: Resolve): UrlListing | null {
  try {
    const { items } = JSON.parse(text) as { items?: unknown };
    if (!Array.isArray(items)) return null;
    const urls = items
      .slice(0, maxEntries)
      .flatMap((item: Record<string, unknown> | null) =>
        typeof item?.url === 'string'
          ? entryOf(item.url, typeof item.title === 'string' ? item.title : null, resolve)
          : [],
      );
    return { urls: unique(urls), sitemaps: [] };
  } catch {
    return null;
  }
}

function entryOf(text: string, title: string | null, resolve: Resolve): ListedUrl[] {
  const url = resolve(text);
  const name = title?.replaceAll(/\s+/g, ' ').trim().slice(0, 200) ?? '';
  return url === null ? [] : [{ url, title: name === '' ? null : name.toWellFormed() }];
}

/** Elements that describe one page. */
const entries = new Set(['url', 'sitemap', 'item', 'entry']);
const roots = new Set(['urlset', 'sitemapindex', 'rss', 'feed', 'rdf']);

interface Entry {
  readonly name: string;
  /** Prefix of its namespace, with the colon. Children with another prefix are of an extension, such as `image:loc`. */
  readonly prefix: string;
  link: string;
  title: string;
  /** RSS: an address that a `guid` may stand for. */
  guid: string;
}

/** The parser would read such a reference to the next semicolon. */
const loneAmpersand = /&(?!(?:#\d{1,7}|#x[\da-f]{1,6}|[a-z]\w{0,31});)/gi;

/** Thrown to end the parsing of a listing that is long enough. */
class EnoughError extends Error {}

function readXml(text: string, resolve: Resolve): UrlListing | null {
  const found: Entry[] = [];
  const open: string[] = [];
  let root = '';
  let entry: Entry | null = null;
  let gathered = '';
  const parser = new SaxesParser({ xmlns: false });
  // Feeds in the wild have entities of HTML and tags that are not closed.
  parser.on('error', () => undefined);
  parser.on('opentag', ({ name, attributes }) => {
    const local = localOf(name);
    open.push(local);
    if (open.length > maxDepth) throw new EnoughError();
    if (root === '') root = local;
    gathered = '';
    if (entries.has(local))
      entry = { name: local, prefix: prefixOf(name), link: '', title: '', guid: '' };
    else if (entry !== null && local === 'link' && typeof attributes.href === 'string') {
      if (entry.link === '' && /^(?:alternate)?$/i.test(String(attributes.rel ?? '')))
        entry.link = attributes.href;
    } else if (entry !== null && local === 'guid' && attributes.isPermaLink !== 'false')
      entry.guid = '?';
  });
  const addText = (piece: string) => {
    if (gathered.length < maxTextChars) gathered += piece;
  };
  parser.on('text', addText);
  parser.on('cdata', (piece) => addText(piece.replaceAll('&amp;', '&')));
  parser.on('closetag', ({ name }) => {
    const local = localOf(name);
    open.pop();
    if (entry === null) return;
    const value = gathered.trim();
    if (prefixOf(name) === entry.prefix && entries.has(open.at(-1) ?? '')) {
      if ((local === 'loc' || local === 'link') && entry.link === '') entry.link = value;
      else if (local === 'title') entry.title = value;
      else if (local === 'guid' && entry.guid === '?' && /^https?:/i.test(value))
        entry.guid = value;
    }
    gathered = '';
    if (local !== entry.name) return;
    found.push(entry);
    entry = null;
    if (found.length >= maxEntries) throw new EnoughError();
  });
  try {
    parser.write(text.replaceAll(loneAmpersand, '&amp;')).close();
  } catch (error) {
    if (!(error instanceof EnoughError)) return null;
  }
  if (!roots.has(root)) return null;
  const urls = found.flatMap(({ name, link, title, guid }) =>
    name === 'sitemap' ? [] : entryOf(link === '' && guid !== '?' ? guid : link, title, resolve),
  );
  const sitemaps = found.flatMap(({ name, link }) =>
    name === 'sitemap' ? entryOf(link, null, resolve).map(({ url }) => url) : [],
  );
  return { urls: unique(urls), sitemaps: [...new Set(sitemaps)] };
}

const prefixOf = (name: string) => name.slice(0, name.lastIndexOf(':') + 1);
const localOf = (name: string) => (name.split(':').at(-1) ?? name).toLowerCase();
