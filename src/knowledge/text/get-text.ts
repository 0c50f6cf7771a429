import type { Ctx } from '../../platform/context.ts';
import { Failure, invalid, notFound } from '../../shared/failure.ts';
import type { FileRow } from '../file-store.ts';
import { findFile } from '../find-file.ts';
import { findContent } from '../history/find-content.ts';
import { pagesKey, textKey } from '../ingest/text-keys.ts';
import { searchableAttempt } from '../searchable.ts';
import { readRange } from './read-range.ts';
import { type FileText, maxTextRange, type TextQuery } from './schema.ts';

/** Reads of a text that is replaced at the same time. */
const maxReads = 3;

/** A stored text. */
interface StoredText {
  /** In UTF-16 code units. */
  readonly length: number;
  readonly body: ReadableStream<Uint8Array>;
  /** Offsets at which the pages begin; null without pages, or if they were not stored. */
  readonly pages: readonly number[] | null;
}

/** Reads the text of an attempt; null when it has been removed. */
async function readText(ctx: Ctx, file_id: string, attempt: number, char_count: number | null) {
  const [text, pages] = await Promise.all([
    ctx.files.get(textKey(ctx.workspace_id, file_id, attempt)),
    ctx.files.get(pagesKey(ctx.workspace_id, file_id, attempt)),
  ]);
  if (text !== null)
    return {
      length: char_count ?? 0,
      body: text.body,
      pages: pages === null ? null : ((await new Response(pages.body).json()) as number[]),
    };
  await pages?.body.cancel();
  return null;
}

/**
 * Returns the text that chunks refer to, with its pages. Throws `not_found`, and `conflict` for a file without
 * a text.
 */
export async function openText(
  ctx: Ctx,
  id: string,
): Promise<StoredText & { readonly file: FileRow }> {
  for (let read = 1; read <= maxReads; read += 1) {
    const file = await findFile(ctx, id);
    const attempt = searchableAttempt(file);
    if (attempt === null)
      throw new Failure('conflict', `The file has no text yet: its status is ${file.status}.`);
    const text = await readText(ctx, id, attempt, file.char_count);
    if (text !== null) return { ...text, file };
  }
  throw notFound('text');
}

/** Returns the text that a file had at a revision of its base. Throws `not_found`, `revision_purged`. */
async function openTextAt(ctx: Ctx, id: string, revision: number): Promise<StoredText> {
  const { attempt, char_count } = await findContent(ctx, id, revision);
  const text = await readText(ctx, id, attempt, char_count);
  if (text === null) throw notFound('text');
  return text;
}

/** Returns a part of the extracted text of a file: a range of offsets, or a page. */
export async function getText(ctx: Ctx, id: string, query: TextQuery): Promise<FileText> {
  const { start, end, page, revision } = query;
  if (page !== undefined && (start !== undefined || end !== undefined))
    throw invalid('?page', '`page` cannot be combined with `start` and `end`.');
  if (start !== undefined && end !== undefined && end <= start)
    throw invalid('?end', 'Must be larger than `start`.');
  const { length, body, pages } =
    revision === undefined ? await openText(ctx, id) : await openTextAt(ctx, id, revision);
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
