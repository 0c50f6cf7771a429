import { type Box, boxOf, decodeLines } from '../../documents/index.ts';
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

/** A line of text of a page: its range in the text of the file, and its box. */
export interface LineBox extends Box {
  readonly page: number;
  readonly start: number;
  readonly end: number;
}

/**
 * Returns the boxes of the parts of lines that are in [`start`, `end`) of the text, on pages that follow
 * each other; null when it is not known where words stand.
 */
export async function readBoxes(
  ctx: Ctx,
  { id, attempt }: AttemptOfFile,
  all: readonly PageInfo[],
  { start, end }: { readonly start: number; readonly end: number },
): Promise<LineBox[] | null> {
  const pages = all.filter((page) => page.start < end && page.end > start);
  const sizes = all.map(({ sheet }) => sheet?.[3] ?? null);
  if (sizes.includes(null)) return null;
  const sum = (some: readonly (number | null)[]) =>
    some.reduce<number>((total, size) => total + (size ?? 0), 0);
  const first = (pages[0]?.page ?? 1) - 1;
  const offset = sum(sizes.slice(0, first));
  const length = sum(sizes.slice(first, first + pages.length));
  if (length === 0) return [];
  const object = await ctx.files.get(layoutKey(ctx.workspace_id, id, attempt), { offset, length });
  if (object === null) return null;
  const bytes = new Uint8Array(await new Response(object.body).arrayBuffer());
  const boxes: LineBox[] = [];
  let at = 0;
  for (const { page, start: from, sheet } of pages) {
    const size = sheet?.[3] ?? 0;
    const lines = await inflateLines(bytes.subarray(at, at + size));
    at += size;
    for (const line of decodeLines(lines)) {
      const [one, other] = [line.words[0]?.start ?? 0, line.words.at(-1)?.end ?? 0];
      const range = { start: Math.max(start, from + one), end: Math.min(end, from + other) };
      const box = boxOf(line, range.start - from, range.end - from);
      if (box !== null) boxes.push({ page, ...range, ...box });
    }
  }
  return boxes;
}
