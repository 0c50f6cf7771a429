import type { Ctx } from '../platform/context.ts';
import type { ExtractedDocument } from './document.ts';
import { extractDocument } from './extract.ts';
import { DocumentFault } from './fault.ts';
import type { ExtractOptions } from './format.ts';
import { documentFormatOf, formatOf } from './identify.ts';
import type { ScanImage } from './scan.ts';
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
  options: Pick<ExtractOptions, 'layout' | 'scans'> = {},
): Promise<ExtractedDocument> {
  const object = await ctx.files.get(originalKey(ctx.workspace_id, id));
  if (object === null)
    throw new DocumentFault('gone', 'The original file no longer exists. Upload it again.');
  const bytes = new Uint8Array(await new Response(object.body).arrayBuffer());
  const format = formatOf(media_type);
  if (format.kind === 'image') return imageDocument({ media_type, bytes }, options.scans === true);
  return extractDocument(format, bytes, {
    ...options,
    assets: ctx.assets,
    encoding,
  });
}

/** Returns an image as a document of one scanned page. */
function imageDocument(image: ScanImage, isTranscribed: boolean): ExtractedDocument {
  if (!isTranscribed)
    throw new DocumentFault(
      'unsupported',
      'Images are transcribed only in a knowledge base with `ocr`. Set it and process the file again.',
    );
  return { text: '', pages: null, isMarkdown: true, scans: [{ page: 1, images: [image] }] };
}

/** True when a document is small enough to extract its text while the client waits. */
export const isExtractedInline = (media_type: string, byte_size: number): boolean =>
  byte_size <= documentFormatOf(media_type).inline_bytes;
