import type { Ctx } from '../../platform/context.ts';
import { formatOf } from '../identify.ts';
import { originalKey } from './original.ts';

/** A stored file to download. */
export interface DownloadableFile {
  /** Id that its key is made of. */
  readonly id: string;
  readonly name: string;
  readonly media_type: string;
}

/**
 * Responds with a stored original: as an attachment, sandboxed, and under the content type of its format,
 * so that no browser executes it. Returns null when the object is missing.
 */
export async function downloadOriginal(
  ctx: Ctx,
  { id, name, media_type }: DownloadableFile,
): Promise<Response | null> {
  const object = await ctx.files.get(originalKey(ctx.workspace_id, id));
  if (object === null) return null;
  return new Response(object.body, {
    headers: {
      'content-type': formatOf(media_type).served_as,
      'content-length': String(object.byte_size),
      'content-disposition': dispositionOf(name),
      'content-security-policy': "sandbox; default-src 'none'; frame-ancestors 'none'",
      'x-content-type-options': 'nosniff',
      'cache-control': 'private, no-store',
    },
  });
}

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
