import { decodeResponse } from '../../../documents/index.ts';
import type { Ctx } from '../../../platform/context.ts';
import { pageUrl } from '../../../web/index.ts';
import { SourceFault } from '../fault.ts';
import { faultOfStatus } from '../remote.ts';
import type { UrlListing } from '../web/listing.ts';
import { inTurn, userAgent } from '../web/polite-request.ts';

/** Size of a sitemap according to its protocol. */
const maxBytes = 50 * 1024 * 1024;
const accept = 'application/xml, application/rss+xml, application/atom+xml, text/xml, */*;q=0.5';
const limits = { redirects: 3, deadline_ms: 60_000, max_bytes: maxBytes };

/** Reads a sitemap or feed, compressed or not, in the turn of its host. */
export function requestListing(ctx: Ctx, address: string, delay_ms: number): Promise<UrlListing> {
  return inTurn(ctx, address, { delay_ms, obeysRobots: false }, async (url) => {
    const headers = { accept, 'user-agent': userAgent };
    const response = await ctx.egress.request(url.href, { headers }, limits);
    if (!response.ok) throw faultOfStatus(response, ctx.now());
    const type = response.headers.get('content-type') ?? '';
    const bytes = await inflated(new Uint8Array(await response.arrayBuffer()));
    // Loaded when needed: its parser would delay the start of the Worker.
    const { readListing } = await import('../web/listing.ts');
    const listing = readListing(await decodeResponse(bytes, type), (link) =>
      pageUrl(link, response.url),
    );
    if (listing === null)
      throw new SourceFault('no_listing', `${url.href} is neither a sitemap nor a feed.`);
    return listing;
  });
}

/** Decompresses a `.xml.gz`, counting while it inflates. */
async function inflated(bytes: Uint8Array<ArrayBuffer>): Promise<Uint8Array<ArrayBuffer>> {
  if (bytes[0] !== 0x1f || bytes[1] !== 0x8b) return bytes;
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream('gzip'));
  const pieces: Uint8Array<ArrayBuffer>[] = [];
  let size = 0;
  try {
    for await (const piece of stream) {
      size += piece.byteLength;
      if (size > maxBytes)
        throw new SourceFault('too_large', `The listing has more than ${maxBytes} bytes.`);
      pieces.push(piece as Uint8Array<ArrayBuffer>);
    }
  } catch (error) {
    if (error instanceof SourceFault) throw error;
    throw new SourceFault('unreadable', 'The compressed listing is corrupt.', { cause: error });
  }
  return new Uint8Array(await new Blob(pieces).arrayBuffer());
}
