import { bytesOf, type Scan } from '../../documents/index.ts';
import { transcriptVersion } from '../../llm/index.ts';
import type { Ctx } from '../../platform/context.ts';
import { sha256 } from '../../shared/digest.ts';

/** Prefix of the transcripts of the pages of an original, which are removed with it. */
export const transcriptsPrefix = (workspace_id: string, original_id: string): string =>
  `${workspace_id}/${original_id}/ocr/`;

/** Key of the transcript of the same pictures by the same model. */
export async function transcriptKey(
  ctx: Ctx,
  original_id: string,
  model: string,
  { images }: Scan,
): Promise<string> {
  const digests = await Promise.all(images.map(({ bytes }) => sha256(bytes)));
  const digest = await sha256(JSON.stringify([transcriptVersion, model, ...digests]));
  return `${transcriptsPrefix(ctx.workspace_id, original_id)}${digest}`;
}

export async function readTranscript(ctx: Ctx, key: string): Promise<string | null> {
  const object = await ctx.files.get(key);
  return object === null ? null : new Response(object.body).text();
}

export const storeTranscript = (ctx: Ctx, key: string, text: string) =>
  ctx.files.put(key, bytesOf(text), {
    media_type: 'text/plain; charset=utf-8',
    limit: Number.POSITIVE_INFINITY,
  });
