import type { Ctx } from '../../platform/context.ts';
import { invalid, notFound } from '../../shared/failure.ts';
import { pagesKey, textKey } from '../ingest/text-keys.ts';
import { type Content, contentAt } from './content-at.ts';
import { readRange } from './read-range.ts';
import { type FileText, maxTextRange, type TextQuery } from './schema.ts';

/** Reads of a text that is replaced at the same time. */
const maxReads = 3;

/** A stored text. */
export interface StoredText extends Content {
  readonly body: ReadableStream<Uint8Array>;
  /** Offsets at which the pages begin; null without pages, or if they were not stored. */
  readonly pages: readonly number[] | null;
}

/** Reads the text of a content; null when it has been removed. */
async function readText(ctx: Ctx, content: Content): Promise<StoredText | null> {
  const { id, attempt } = content;
  const [text, pages] = await Promise.all([
    ctx.files.get(textKey(ctx.workspace_id, id, attempt)),
    ctx.files.get(pagesKey(ctx.workspace_id, id, attempt)),
  ]);
  if (text !== null)
    return {
      ...content,
      body: text.body,
      pages: pages === null ? null : ((await new Response(pages.body).json()) as number[]),
    };
  await pages?.body.cancel();
  return null;
}

/**
 * Returns the text that chunks refer to, with its pages, now or at a revision. Throws `not_found`, `revision_purged`, and
 * `conflict` for a file without a text.
 */
export async function openText(
  ctx: Ctx,
  id: string,
  revision: number | undefined,
): Promise<StoredText> {
  for (let read = 1; read <= maxReads; read += 1) {
    const text = await readText(ctx, await contentAt(ctx, id, revision));
    if (text !== null) return text;
  }
  throw notFound('text');
}

/** Returns a part of the extracted text of a file: a range of offsets, or a page. */
export async function getText(ctx: Ctx, id: string, query: TextQuery): Promise<FileText> {
  const { start, end, page, revision } = query;
  if (page !== undefined && (start !== undefined || end !== undefined))
    throw invalid('?page', '`page` cannot be combined with `start` and `end`.');
  if (start !== undefined && end !== undefined && end <= start)
    throw invalid('?end', 'Must be larger than `start`.');
  const { length, body, pages } = await openText(ctx, id, revision);
  const bounds =
    page === undefined ? { from: start ?? 0, to: end ?? length } : boundsOf(page, pages, length);
  if (bounds.from >= length) {
    await body.cancel();
    throw invalid('?start', `The text has ${length} code units.`);
  }
  const limit = Math.min(bounds.to, length, bounds.from + maxTextRange);
  const range = await readRange(body, bounds.from, limit);
  const last = range.from + range.text.length;
  return {
    file_id: id,
    text: range.text,
    start: range.from,
    end: last,
    next_start: last < length ? last : null,
    length,
    pages: pages === null ? null : pagesIn(pages, range.from, last, length),
  };
}

function boundsOf(page: number, pages: readonly number[] | null, length: number) {
  if (pages === null)
    throw invalid(
      '?page',
      'The pages of this file are not known: its format has none, or it was processed by an earlier version. Use `start` and `end`, or process it again.',
    );
  const from = pages[page - 1];
  if (from === undefined) throw invalid('?page', `The file has ${pages.length} pages.`);
  return { from, to: pages[page] ?? length };
}

const pagesIn = (pages: readonly number[], from: number, to: number, length: number) =>
  pages
    .map((start, index) => ({ page: index + 1, start, end: pages[index + 1] ?? length }))
    .filter(({ start, end }) => start < to && end > from);
