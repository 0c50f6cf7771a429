import {
  DocumentFault,
  documentName,
  isWebPage,
  maxBytes,
  readSourcePage,
  responseName,
} from '../../../documents/index.ts';
import type { Ctx } from '../../../platform/context.ts';
import { pageUrl, siteOf } from '../../../web/index.ts';
import type { Content, Outcome, Receive } from '../connector.ts';
import { SourceFault } from '../fault.ts';
import type { PageRow } from '../page-store.ts';
import { faultOfEgress, faultOfStatus } from '../remote.ts';
import { inTurn, userAgent } from '../web/polite-request.ts';

const maxPageBytes = 5_000_000;
const accept = 'text/html, application/xhtml+xml, application/pdf;q=0.9, */*;q=0.8';
const limits = {
  redirects: 3,
  first_byte_ms: 20_000,
  idle_ms: 10_000,
  max_bytes: maxBytes.document,
};

/** Reads one page of the web, or a document of any format, in the turn of its host. */
export function readWebDocument(
  ctx: Ctx,
  page: Pick<PageRow, 'key' | 'file_id' | 'etag' | 'last_modified'>,
  delay_ms: number,
  receive: Receive,
): Promise<Outcome> {
  return inTurn(ctx, page.key, { delay_ms, obeysRobots: true }, async (url) => {
    const headers = { accept, 'user-agent': userAgent, ...validatorsOf(page) };
    const response = await ctx.egress.stream(url.href, { headers }, limits);
    try {
      if (response.ok) return await receive(await contentOf(response));
    } finally {
      // Closes the connection of a body that was not read to its end; one that was, ignores it.
      await response.body?.cancel().catch(() => undefined);
    }
    if (response.status === 304) return { kind: 'unchanged' };
    if (response.status === 404 || response.status === 410) return { kind: 'gone' };
    throw faultOfStatus(response, ctx.now());
  });
}

/** Only what has a file may be reported as unchanged. */
const validatorsOf = ({
  file_id,
  etag,
  last_modified,
}: Pick<PageRow, 'file_id' | 'etag' | 'last_modified'>): Record<string, string> => ({
  ...(file_id !== null && etag !== null ? { 'if-none-match': etag } : {}),
  ...(file_id !== null && last_modified !== null ? { 'if-modified-since': last_modified } : {}),
});

async function contentOf(response: Response): Promise<Content> {
  const type = response.headers.get('content-type') ?? '';
  const url = pageUrl(response.url) ?? response.url;
  const validators = {
    etag: headerOf(response, 'etag'),
    last_modified: headerOf(response, 'last-modified'),
  };
  if (isWebPage(type)) return { ...(await pageOf(response, type, url)), ...validators };
  const name = documentName(responseName({ headers: response.headers, url }), type);
  if (response.body === null) throw new SourceFault('empty_document', 'The document is empty.');
  if (name === null)
    throw new SourceFault(
      'unsupported_media_type',
      `Unsupported content type: ${type.slice(0, 100) || 'none'}.`,
    );
  // The extension decides: servers declare text formats in many ways.
  const body = { stream: response.body, media_type: '' };
  return { url, title: null, name, body, ...validators };
}

/** Validators that are too long to be sent again are not kept. */
const headerOf = ({ headers }: Response, name: string): string | null => {
  const value = headers.get(name);
  return value === null || value.length > 500 ? null : value;
};

async function pageOf(response: Response, type: string, url: string): Promise<Content> {
  const bytes = await bytesOf(response, maxPageBytes);
  try {
    const { title, canonical, links, text, ...about } = await readSourcePage(bytes, type, url);
    if (text.trim() === '')
      throw new SourceFault('empty_document', 'The page has no text unless its scripts are run.');
    const stated = canonical === null ? null : pageUrl(canonical);
    return {
      ...about,
      // A canonical address of another site could claim the pages of that site.
      url: stated !== null && siteOf(stated) === siteOf(url) ? stated : url,
      title,
      name: `${title ?? responseName({ headers: response.headers, url }).replace(/\.(?:x?html?|php|aspx?|jsp)$/i, '')}.md`,
      body: title === null || /^#{1,6} /.test(text) ? text : `# ${title}\n\n${text}`,
      links: links.flatMap((link) => pageUrl(link) ?? []),
    };
  } catch (error) {
    if (!(error instanceof DocumentFault)) throw error;
    throw new SourceFault('unreadable', error.message, { cause: error });
  }
}

async function bytesOf(response: Response, limit: number): Promise<Uint8Array<ArrayBuffer>> {
  const pieces: Uint8Array<ArrayBuffer>[] = [];
  let size = 0;
  try {
    for await (const piece of response.body ?? []) {
      size += piece.byteLength;
      if (size > limit)
        throw new SourceFault('too_large', `The page has more than ${limit} bytes.`);
      pieces.push(piece as Uint8Array<ArrayBuffer>);
    }
  } catch (error) {
    throw faultOfEgress(error);
  }
  return new Uint8Array(await new Blob(pieces).arrayBuffer());
}
