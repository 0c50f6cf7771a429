import type { Ctx } from '../platform/context.ts';
import type { ExtractedDocument } from './document.ts';
import { extractDocument } from './extract.ts';
import { DocumentFault } from './fault.ts';
import type { ExtractOptions } from './format.ts';
import { documentFormatOf } from './identify.ts';
import { originalKey } from './transfer/original.ts';

/** A stored file to extract. */
export interface OriginalFile {
  /** Id that its key is made of. */
  readonly id: string;
  readonly media_type: string;
  readonly encoding?: string | null;
}

/** Returns the text of a stored original. Throws `DocumentFault`, with `gone` when the object is missing. */
export async function extractOriginal(
  ctx: Ctx,
  { id, media_type, encoding = null }: OriginalFile,
  options: Pick<ExtractOptions, 'layout'> = {},
): Promise<ExtractedDocument> {
  const object = await ctx.files.get(originalKey(ctx.workspace_id, id));
  if (object === null)
    throw new DocumentFault('gone', 'The original file no longer exists. Upload it again.');
  const bytes = new Uint8Array(await new Response(object.body).arrayBuffer());
  return extractDocument(documentFormatOf(media_type), bytes, {
    ...options,
    assets: ctx.assets,
    encoding,
  });
}

/** True when a document is small enough to extract its text while the client waits. */
export const isExtractedInline = (media_type: string, byte_size: number): boolean =>
  byte_size <= documentFormatOf(media_type).inline_bytes;
