import { bytesOf, type ExtractedDocument } from '../../documents/index.ts';
import type { Ctx } from '../../platform/context.ts';
import type { FileRow } from '../file-store.ts';
import { storeLayout } from '../pages/store-layout.ts';
import { pagesKey, textKey } from './text-keys.ts';

/** Stores the extracted text of an attempt, and where its pages begin and its words stand, for formats that have these. */
export async function storeText(
  ctx: Ctx,
  file: FileRow,
  { text, pages, layout }: ExtractedDocument,
): Promise<void> {
  const { id, attempt } = file;
  const limit = Number.POSITIVE_INFINITY;
  const put = (key: string, content: string, media_type: string) =>
    ctx.files.put(key, bytesOf(content), { media_type, limit });
  await Promise.all([
    put(textKey(ctx.workspace_id, id, attempt), text, 'text/plain; charset=utf-8'),
    pages === null
      ? null
      : put(pagesKey(ctx.workspace_id, id, attempt), JSON.stringify(pages), 'application/json'),
    layout === undefined ? null : storeLayout(ctx, file, layout),
  ]);
}
