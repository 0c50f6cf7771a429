import { chunkDocument } from '../../documents/index.ts';
import { commit } from '../../platform/commit.ts';
import type { Ctx } from '../../platform/context.ts';
import { invalid, notFound } from '../../shared/failure.ts';
import { findBase } from '../bases.ts';
import { openText } from '../text/get-text.ts';
import { readRange } from '../text/read-range.ts';
import {
  type ChunkPreview,
  type ChunkPreviewQuery,
  maxPreviewChars,
  maxPreviewChunks,
} from './schema.ts';

/** Cuts a text as an ingestion with these settings would, and stores nothing. */
export async function previewChunks(
  ctx: Ctx,
  base_id: string,
  { file_id, text, ...settings }: ChunkPreviewQuery,
): Promise<ChunkPreview> {
  const base = await findBase(ctx, base_id);
  const {
    chunk_tokens = base.chunk_tokens,
    chunk_overlap_tokens = Math.min(base.chunk_overlap_tokens, Math.floor(chunk_tokens / 2)),
  } = settings;
  if (chunk_overlap_tokens > chunk_tokens / 2)
    throw invalid('/chunk_overlap_tokens', 'Must be at most half of `chunk_tokens`.');
  const source =
    file_id === undefined
      ? { text: text ?? '', pages: null, isMarkdown: true, isTruncated: false }
      : await sourceOf(ctx, base_id, file_id);
  const chunks = chunkDocument(source, { chunk_tokens, chunk_overlap_tokens });
  const tokens = chunks.map(({ token_count }) => token_count);
  const reply: ChunkPreview = {
    chunk_count: chunks.length,
    min_tokens: tokens.reduce((least, one) => Math.min(least, one), tokens[0] ?? 0),
    mean_tokens: tokens.reduce((sum, one) => sum + one, 0) / Math.max(1, tokens.length),
    max_tokens: tokens.reduce((most, one) => Math.max(most, one), 0),
    chunk_tokens,
    chunk_overlap_tokens,
    is_truncated: source.isTruncated,
    chunks: chunks.slice(0, maxPreviewChunks).map(({ token_count, ...chunk }) => ({
      ...chunk,
      text: source.text.slice(chunk.start, chunk.end),
      tokens: token_count,
    })),
  };
  await commit(ctx, { statements: [], reply });
  return reply;
}

async function sourceOf(ctx: Ctx, base_id: string, file_id: string) {
  const { body, pages, length, ...file } = await openText(ctx, file_id, undefined);
  if (file.base_id !== base_id) {
    await body.cancel();
    throw notFound('file');
  }
  const { text } = await readRange(body, 0, Math.min(length, maxPreviewChars));
  return {
    text,
    pages,
    isMarkdown: file.is_markdown ?? file.media_type !== 'text/plain',
    isTruncated: length > text.length,
  };
}
