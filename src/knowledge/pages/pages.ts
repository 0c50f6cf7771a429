import type { Ctx } from '../../platform/context.ts';
import { Failure, invalid } from '../../shared/failure.ts';
import { type Page, readPage } from '../../shared/page.ts';
import { findChunk, findChunkAt } from '../chunks/find-chunk.ts';
import { setAt } from '../chunks/list-chunks.ts';
import { contentAt } from '../text/content-at.ts';
import { openText } from '../text/get-text.ts';
import { readRange } from '../text/read-range.ts';
import { maxTextRange } from '../text/schema.ts';
import { headingsOf } from './headings.ts';
import { type PageInfo, readBoxes, readPages } from './read-layout.ts';
import {
  type BoxQuery,
  type FileBoxes,
  type FilePage,
  type FilePageSummary,
  maxBoxPages,
  maxLines,
  type PageQuery,
} from './schema.ts';

/** Lists the pages of a file; none for a format without pages. Throws `not_found` and `conflict`. */
export async function listPages(
  ctx: Ctx,
  id: string,
  { revision, ...query }: PageQuery,
): Promise<Page<FilePageSummary>> {
  const attempt = await contentAt(ctx, id, revision);
  return readPage(
    {
      secret: ctx.config.signing_secret,
      workspace_id: ctx.workspace_id,
      list: `pages:${id}:${attempt.attempt}`,
      filters: { revision },
    },
    query,
    async (after, limit) => {
      const from = after === null ? 0 : Number(after);
      return ((await readPages(ctx, attempt)) ?? []).slice(from, from + limit);
    },
    ({ page }) => String(page),
    toSummary,
  );
}

/** Returns a page of a file with the boxes of its text. Throws `not_found` and `conflict`. */
export async function getPage(
  ctx: Ctx,
  id: string,
  number: number,
  query: BoxQuery,
): Promise<FilePage> {
  const marked = await rangeOf(ctx, id, query);
  const { body, ...attempt } = await openText(ctx, id, query.revision);
  const pages = await readPages(ctx, attempt);
  const page = pages?.[number - 1];
  if (pages === null || page === undefined) {
    await body.cancel();
    throw notFoundPage(pages);
  }
  const shown = Math.min(page.end, page.start + maxTextRange);
  const [range, lines] = await Promise.all([
    readRange(body, page.start, shown),
    readBoxes(ctx, attempt, pages, page),
  ]);
  const end = range.from + range.text.length;
  const inText = lines?.filter((line) => line.start < end) ?? null;
  const highlights =
    marked === null || lines === null
      ? lines && []
      : await readBoxes(ctx, attempt, pages, {
          start: Math.max(marked.start, page.start),
          end: Math.min(marked.end, page.end),
        });
  return {
    file_id: id,
    ...toSummary(page),
    text: range.text,
    headings: attempt.is_markdown ? headingsOf(range.text, range.from) : [],
    lines: inText?.slice(0, maxLines) ?? null,
    highlights: highlights?.slice(0, maxLines) ?? null,
    is_truncated: shown < page.end || (inText?.length ?? 0) > maxLines,
    page_count: pages.length,
    previous_page: number === 1 ? null : number - 1,
    next_page: number === pages.length ? null : number + 1,
  };
}

/** Returns the boxes of a range of the text or of a chunk. Throws `not_found` and `conflict`. */
export async function getBoxes(ctx: Ctx, id: string, query: BoxQuery): Promise<FileBoxes> {
  const attempt = await contentAt(ctx, id, query.revision);
  const range = (await rangeOf(ctx, id, query)) ?? { start: 0, end: attempt.length };
  if (range.end - range.start > maxTextRange)
    throw invalid('?end', `A range may have at most ${maxTextRange} code units.`);
  const pages = await readPages(ctx, attempt);
  const covered = (pages ?? []).filter(({ start, end }) => start < range.end && end > range.start);
  if (covered.length > maxBoxPages)
    throw invalid(
      '?end',
      `The range covers ${covered.length} pages; at most ${maxBoxPages} may be.`,
    );
  const boxes = pages === null ? null : await readBoxes(ctx, attempt, pages, range);
  return { file_id: id, ...range, boxes };
}

const notFoundPage = (pages: readonly PageInfo[] | null) =>
  new Failure(
    'not_found',
    pages === null
      ? 'The file has no pages: its format has none, or it was processed by an earlier version. Read its text with `GET /files/{file}/text`.'
      : `The file has ${pages.length} pages.`,
  );

/** Returns the range that a query names; null for none. */
async function rangeOf(
  ctx: Ctx,
  id: string,
  { start, end, chunk, revision }: BoxQuery,
): Promise<{ readonly start: number; readonly end: number } | null> {
  if (chunk !== undefined) {
    if (start !== undefined || end !== undefined)
      throw invalid('?chunk', '`chunk` cannot be combined with `start` and `end`.');
    return revision === undefined
      ? (await findChunk(ctx, id, chunk)).chunk
      : findChunkAt(ctx, await setAt(ctx, id, revision), chunk, revision);
  }
  if (start === undefined && end === undefined) return null;
  if (start === undefined) throw invalid('?start', '`start` is required with `end`.');
  if (end === undefined) throw invalid('?end', '`end` is required with `start`.');
  if (end <= start) throw invalid('?end', 'Must be larger than `start`.');
  return { start, end };
}

const toSummary = ({ page, start, end, sheet }: PageInfo): FilePageSummary => ({
  page,
  start,
  end,
  width: sheet?.[0] ?? null,
  height: sheet?.[1] ?? null,
  rotation: sheet?.[2] ?? null,
});
