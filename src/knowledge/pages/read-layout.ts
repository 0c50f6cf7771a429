import { type Box, boxOf, decodeLines, type LineLayout } from '../../documents/index.ts';
import type { Ctx } from '../../platform/context.ts';
import { layoutKey, pagesKey, sheetsKey } from '../ingest/text-keys.ts';
import { inflateLines, type StoredSheet } from './store-layout.ts';

/** A page of a file: its range in the text, and its size if the format has sizes. */
export interface PageInfo {
  readonly page: number;
  readonly start: number;
  readonly end: number;
  readonly sheet: StoredSheet | null;
}

/** An attempt of a file whose objects are read. */
export interface AttemptOfFile {
  readonly id: string;
  readonly attempt: number;
  /** Length of its text. */
  readonly length: number;
}

/** Returns the pages of a file; null when its format has none, or they were not stored. */
export async function readPages(
  ctx: Ctx,
  { id, attempt, length }: AttemptOfFile,
): Promise<readonly PageInfo[] | null> {
  const [starts, sheets] = await Promise.all([
    readJson<readonly number[]>(ctx, pagesKey(ctx.workspace_id, id, attempt)),
    readJson<readonly StoredSheet[]>(ctx, sheetsKey(ctx.workspace_id, id, attempt)),
  ]);
  return (
    starts?.map((start, index) => ({
      page: index + 1,
      start,
      end: starts[index + 1] ?? length,
      sheet: sheets?.[index] ?? null,
    })) ?? null
  );
}

async function readJson<T>(ctx: Ctx, key: string): Promise<T | null> {
  const object = await ctx.files.get(key);
  return object === null ? null : ((await new Response(object.body).json()) as T);
}

interface Range {
  readonly start: number;
  readonly end: number;
}

/** A line of text of a page: its range in the text of the file, and its box. */
export interface LineBox extends Box, Range {
  readonly page: number;
}

/**
 * Returns the boxes of the parts of lines that are in a range of the text, on pages that follow
 * each other; null when it is not known where words stand.
 */
export async function readBoxes(
  ctx: Ctx,
  file: Pick<AttemptOfFile, 'id' | 'attempt'>,
  all: readonly PageInfo[],
  range: Range,
): Promise<LineBox[] | null> {
  const read = await readBoxesOf(ctx, file, all, [range]);
  return read?.[0] ?? null;
}

/** The same for several ranges, which are read in one request from the first of their pages to the last. */
export async function readBoxesOf(
  ctx: Ctx,
  { id, attempt }: Pick<AttemptOfFile, 'id' | 'attempt'>,
  all: readonly PageInfo[],
  ranges: readonly Range[],
): Promise<LineBox[][] | null> {
  const isOn = (page: PageInfo) => (range: Range) =>
    page.start < range.end && page.end > range.start;
  const from = all.findIndex((page) => ranges.some(isOn(page)));
  const last = all.findLastIndex((page) => ranges.some(isOn(page)));
  const pages = from < 0 ? [] : all.slice(from, last + 1);
  const sizes = all.map(({ sheet }) => sheet?.[3] ?? null);
  if (sizes.includes(null)) return null;
  const sum = (some: readonly (number | null)[]) =>
    some.reduce<number>((total, size) => total + (size ?? 0), 0);
  const boxes = ranges.map((): LineBox[] => []);
  const offset = sum(sizes.slice(0, Math.max(0, from)));
  const length = sum(pages.map(({ sheet }) => sheet?.[3] ?? 0));
  if (length === 0) return boxes;
  const object = await ctx.files.get(layoutKey(ctx.workspace_id, id, attempt), { offset, length });
  if (object === null) return null;
  const bytes = new Uint8Array(await new Response(object.body).arrayBuffer());
  let at = 0;
  for (const page of pages) {
    const size = page.sheet?.[3] ?? 0;
    const part = bytes.subarray(at, at + size);
    at += size;
    if (!ranges.some(isOn(page))) continue;
    for (const line of decodeLines(await inflateLines(part)))
      ranges.forEach((range, index) => {
        const box = boxOn(page, line, range);
        if (box !== null) boxes[index]?.push(box);
      });
  }
  return boxes;
}

/** Returns the box of the part of a line that is in a range of the text; null for none. */
function boxOn(
  { page, start: from }: PageInfo,
  line: LineLayout,
  { start, end }: Range,
): LineBox | null {
  const [one, other] = [line.words[0]?.start ?? 0, line.words.at(-1)?.end ?? 0];
  const range = { start: Math.max(start, from + one), end: Math.min(end, from + other) };
  const box = boxOf(line, range.start - from, range.end - from);
  return box === null ? null : { page, ...range, ...box };
}
