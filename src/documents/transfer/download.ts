import type { Ctx } from '../../platform/context.ts';
import { formatOf } from '../identify.ts';
import { requestedRange } from './byte-range.ts';
import { originalKey } from './original.ts';

/** A stored file to download. */
export interface DownloadableFile {
  /** Id that its key is made of. */
  readonly id: string;
  readonly name: string;
  readonly media_type: string;
}

/** A request for a file or a part of it. */
export interface DownloadRequest {
  readonly headers: Headers;
  readonly byte_size: number;
  /** Digest of the content, which becomes its entity tag. */
  readonly sha256: string;
}

/**
 * Responds with a stored original: as an attachment, sandboxed, and under the content type of its format,
 * so that no browser executes it. Returns null when the object is missing. With `part`, answers `Range`
 * with that part, and throws `range_not_satisfiable`. With `isShown`, a browser shows it if it is of a passive format.
 */
export async function downloadOriginal(
  ctx: Ctx,
  { id, name, media_type }: DownloadableFile,
  part?: DownloadRequest,
  isShown = false,
): Promise<Response | null> {
  const etag = part === undefined ? null : `"${part.sha256}"`;
  const range =
    part === undefined || etag === null
      ? null
      : requestedRange(part.headers, { byte_size: part.byte_size, etag });
  const object = await ctx.files.get(originalKey(ctx.workspace_id, id), range ?? undefined);
  if (object === null) return null;
  return new Response(object.body, {
    status: range === null ? 200 : 206,
    headers: {
      ...attachmentHeaders(name, formatOf(media_type).served_as),
      ...(isShown && isPassive(media_type) && inlineHeaders(name, media_type)),
      'content-length': String(range?.length ?? object.byte_size),
      ...(range !== null && {
        'content-range': `bytes ${range.offset}-${range.offset + range.length - 1}/${object.byte_size}`,
      }),
      ...(etag !== null && { 'accept-ranges': 'bytes', etag }),
    },
  });
}

/** The headers of a file that no browser executes: a download in a sandbox, of exactly this type. */
export const attachmentHeaders = (name: string, type: string): Record<string, string> => ({
  'content-type': type,
  'content-disposition': dispositionOf(name),
  'content-security-policy': "sandbox; default-src 'none'; frame-ancestors 'none'",
  'x-content-type-options': 'nosniff',
  'cache-control': 'private, no-store',
});

const pdf = 'application/pdf';
const passive: ReadonlySet<string> = new Set([
  pdf,
  ...['image/png', 'image/jpeg', 'image/gif', 'image/webp'],
]);

/** Returns true for formats that a browser shows itself, in which nothing runs as a page of the origin. */
export const isPassive = (media_type: string): boolean =>
  passive.has(formatOf(media_type).served_as);

/** Safari shows no PDF in a sandbox, and viewers of older browsers style themselves inline. */
const pdfPolicy = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'";

const inlineHeaders = (name: string, media_type: string): Record<string, string> => ({
  'content-disposition': dispositionOf(name, 'inline'),
  ...(formatOf(media_type).served_as === pdf && { 'content-security-policy': pdfPolicy }),
});

/** RFC 6266: a plain ASCII name for old clients, the full name in RFC 8187 encoding. */
function dispositionOf(name: string, type = 'attachment'): string {
  const ascii = name
    .normalize('NFKD')
    .replaceAll(/[\u0300-\u036f]/g, '')
    .replaceAll(/[^\x20-\x7e]|["\\%;/]/g, '_');
  const encoded = encodeURIComponent(name.toWellFormed()).replaceAll(
    /['()*]/g,
    (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`,
  );
  return `${type}; filename="${ascii}"; filename*=UTF-8''${encoded}`;
}
