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
 * with that part, and throws `range_not_satisfiable`.
 */
export async function downloadOriginal(
  ctx: Ctx,
  { id, name, media_type }: DownloadableFile,
  part?: DownloadRequest,
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

/** RFC 6266: a plain ASCII name for old clients, the full name in RFC 8187 encoding. */
function dispositionOf(name: string): string {
  const ascii = name
    .normalize('NFKD')
    .replaceAll(/[\u0300-\u036f]/g, '')
    .replaceAll(/[^\x20-\x7e]|["\\%;/]/g, '_');
  const encoded = encodeURIComponent(name.toWellFormed()).replaceAll(
    /['()*]/g,
    (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`,
  );
  return `attachment; filename="${ascii}"; filename*=UTF-8''${encoded}`;
}
