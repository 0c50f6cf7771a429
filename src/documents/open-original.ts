import type { Ctx } from '../platform/context.ts';
import { decodeText } from './encoding/decode.ts';
import { extractOriginal, type OriginalFile } from './extract-original.ts';
import { formatOf } from './identify.ts';
import { originalKey } from './transfer/original.ts';

/**
 * Reads a stored original for a program: its bytes, and its text. The text of CSV, JSON and other plain text is that of the file;
 * that of other documents is extracted, and that of images is empty. Returns null when the object is missing. Throws `DocumentFault`.
 */
export async function openOriginal(
  ctx: Ctx,
  file: OriginalFile,
): Promise<{ readonly text: string; readonly bytes: Uint8Array } | null> {
  const object = await ctx.files.get(originalKey(ctx.workspace_id, file.id));
  if (object === null) return null;
  const bytes = new Uint8Array(await new Response(object.body).arrayBuffer());
  const { kind, served_as } = formatOf(file.media_type);
  if (kind === 'image') return { text: '', bytes };
  const isPlain = /^(text\/(?!html|rtf)|application\/json)/.test(served_as);
  if (isPlain) return { text: await decodeText(bytes, file.encoding ?? null), bytes };
  return { text: (await extractOriginal(ctx, file)).text, bytes };
}
