import type { Ctx } from '../../../platform/context.ts';
import { comparablePath, isMedia, isSelected, pageUrl, siteOf } from '../../../web/index.ts';
import type { Connector, Content, Listing, Receive, SourceContext } from '../connector.ts';
import { SourceFault } from '../fault.ts';
import type { PageRow } from '../page-store.ts';
import { requestListing } from './read-listing.ts';
import { readWebDocument } from './read-web-document.ts';

const listed = (url: string, title: string | null = null) => ({ key: url, url, title });

/** Reads a page without following its links. */
const readAlone = (
  ctx: Ctx,
  { settings }: { readonly settings: { readonly delay_ms: number } },
  page: PageRow,
  receive: Receive,
) => readWebDocument(ctx, page, settings.delay_ms, ({ links: _, ...content }) => receive(content));

/** Number of sitemaps that an index may lead to. */
const maxSitemaps = 500;
const maxSitemapDepth = 2;

export const url: Connector<'url'> = {
  keepsUnlisted: false,
  needsStart: true,
  list: async (_ctx, { settings }) => ({ pages: [listed(firstUrl(settings.url))], next: null }),
  read: readAlone,
};

/** Sitemaps that are still to be read; `seen` counts those that have been found. */
interface SitemapCursor {
  readonly waiting: readonly (readonly [url: string, depth: number])[];
  readonly seen: number;
}

export const sitemap: Connector<'sitemap'> = {
  keepsUnlisted: false,
  needsStart: false,
  async list(ctx, { settings }, cursor): Promise<Listing> {
    const { waiting, seen }: SitemapCursor =
      cursor === null ? { waiting: [[settings.url, 0]], seen: 1 } : JSON.parse(cursor);
    const [[address, depth] = ['', 0], ...rest] = waiting;
    const { urls, sitemaps } = await requestListing(ctx, address, settings.delay_ms);
    if (sitemaps.length > 0 && depth >= maxSitemapDepth)
      throw new SourceFault('no_listing', 'The sitemap indexes are nested too deeply.');
    if (seen + sitemaps.length > maxSitemaps)
      throw new SourceFault('too_large', `The sitemap has more than ${maxSitemaps} parts.`);
    const next: SitemapCursor = {
      waiting: [...rest, ...sitemaps.map((one) => [one, depth + 1] as const)],
      seen: seen + sitemaps.length,
    };
    const pages = urls
      .filter((entry) => !isMedia(entry.url) && isSelected(pathOf(entry.url), settings))
      .map((entry) => listed(entry.url, entry.title));
    return { pages, next: next.waiting.length === 0 ? null : JSON.stringify(next) };
  },
  read: readAlone,
};

export const feed: Connector<'feed'> = {
  keepsUnlisted: true,
  needsStart: false,
  async list(ctx, { settings }): Promise<Listing> {
    const { urls } = await requestListing(ctx, settings.url, settings.delay_ms);
    return { pages: urls.map((entry) => listed(entry.url, entry.title)), next: null };
  },
  read: readAlone,
};

export const crawl: Connector<'crawl'> = {
  keepsUnlisted: false,
  needsStart: true,
  list: async (_ctx, { settings }) => ({ pages: [listed(firstUrl(settings.url))], next: null }),
  async read(ctx, source, page, receive) {
    const outcome = await readWebDocument(ctx, page, source.settings.delay_ms, (content) => {
      checkSite(source, page, content);
      return receive({ ...content, links: linksOf(source, content) });
    });
    // Without its start a site is not gone but moved, or broken for a while.
    if (outcome.kind === 'gone' && page.depth === 0)
      throw new SourceFault('http_status', 'The start page does not exist (HTTP 404 or 410).');
    return outcome;
  },
};

const pathOf = (address: string) => comparablePath(new URL(address));
const firstUrl = (address: string) => pageUrl(address) ?? address;

/** Throws `redirected` for a page that has led to another site. */
function checkSite({ settings }: SourceContext<'crawl'>, page: PageRow, content: Content): void {
  if (siteOf(content.url) === siteOf(settings.url)) return;
  const hint = page.depth === 0 ? ' Crawl that address instead.' : '';
  throw new SourceFault('redirected', `Redirected to another site: ${content.url}.${hint}`);
}

/** Links to pages of the same site that the patterns select. */
const linksOf = ({ settings }: SourceContext<'crawl'>, { links = [] }: Content): string[] => [
  ...new Set(
    links.filter(
      (link) =>
        siteOf(link) === siteOf(settings.url) &&
        !isMedia(link) &&
        isSelected(pathOf(link), settings),
    ),
  ),
];
