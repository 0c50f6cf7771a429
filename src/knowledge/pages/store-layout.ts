import type { PageLayout } from '../../documents/index.ts';
import type { Ctx } from '../../platform/context.ts';
import type { FileRow } from '../file-store.ts';
import { layoutKey, sheetsKey } from '../ingest/text-keys.ts';

/** A page: width and height in points, rotation in degrees, and its bytes in the object of layouts. */
export type StoredSheet = readonly [
  width: number,
  height: number,
  rotation: number,
  byte_size: number,
];

/**
 * Stores where the words of each page stand. Every page is compressed on its own, so that one of them
 * is read without the others.
 */
export async function storeLayout(
  ctx: Ctx,
  { id, attempt }: FileRow,
  layout: readonly PageLayout[],
): Promise<void> {
  const limit = Number.POSITIVE_INFINITY;
  const sheets: StoredSheet[] = [];
  const pages = async function* () {
    for (const { width, height, rotation, lines } of layout) {
      const bytes = await deflate(JSON.stringify(Array.from(lines)));
      sheets.push([width, height, rotation, bytes.byteLength]);
      yield bytes;
    }
  };
  await ctx.files.put(layoutKey(ctx.workspace_id, id, attempt), pages(), {
    media_type: 'application/octet-stream',
    limit,
  });
  const index = async function* () {
    yield new TextEncoder().encode(JSON.stringify(sheets));
  };
  await ctx.files.put(sheetsKey(ctx.workspace_id, id, attempt), index(), {
    media_type: 'application/json',
    limit,
  });
}

async function deflate(text: string): Promise<Uint8Array> {
  const stream = new Blob([text]).stream().pipeThrough(new CompressionStream('deflate-raw'));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}

/** Reads the lines of a page that `storeLayout` has stored. */
export async function inflateLines(bytes: Uint8Array<ArrayBuffer>): Promise<readonly number[]> {
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream('deflate-raw'));
  return (await new Response(stream).json()) as readonly number[];
}
