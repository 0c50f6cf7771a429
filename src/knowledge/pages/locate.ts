import type { Ctx } from '../../platform/context.ts';
import { type PageInfo, readBoxesOf, readPages } from './read-layout.ts';
import { maxBoxes, type TextBox } from './schema.ts';

/** A part of the text of an attempt. */
export interface Passage {
  readonly file_id: string;
  /** The attempt whose text has the offsets. Absent in passages of an earlier version. */
  readonly attempt?: number | undefined;
  /** Number of its page; null for a format without pages. */
  readonly page: number | null;
  readonly start: number;
  readonly end: number;
}

/** The size of a page, and where a passage stands on it. */
export interface Place {
  readonly page_size: {
    readonly width: number;
    readonly height: number;
    readonly rotation: number;
  } | null;
  readonly boxes: TextBox[] | null;
}

/** Pages that are read for the passages of one answer or search; passages on others get no boxes. */
const maxPages = 60;
const nowhere: Place = { page_size: null, boxes: null };

/**
 * Returns where passages stand, in their order, from what ingestion has stored: two reads of small objects for each file,
 * and one for each page. A passage whose place cannot be read has none; nothing is thrown.
 */
export async function locatePassages(ctx: Ctx, passages: readonly Passage[]): Promise<Place[]> {
  const paged = passages.filter(
    ({ page, attempt, start, end }) => page !== null && attempt !== undefined && end > start,
  );
  const byPage = [...Map.groupBy(paged, pageKeyOf).values()].slice(0, maxPages);
  const byFile = Map.groupBy(byPage, ([first]) => `${first?.file_id} ${first?.attempt}`);
  const places = new Map<Passage, Place>();
  await Promise.all(
    [...byFile.values()].map((pages) =>
      locateInFile(ctx, pages, places).catch((error: unknown) =>
        ctx.log.error('passages_not_located', { file_id: pages[0]?.[0]?.file_id, error }),
      ),
    ),
  );
  return passages.map((passage) => places.get(passage) ?? nowhere);
}

const pageKeyOf = ({ file_id, attempt, page }: Passage) => `${file_id} ${attempt} ${page}`;

/** Adds the places of passages of one file, which are grouped by page. */
async function locateInFile(
  ctx: Ctx,
  byPage: readonly (readonly Passage[])[],
  places: Map<Passage, Place>,
): Promise<void> {
  const { file_id: id = '', attempt = 0 } = byPage[0]?.[0] ?? {};
  const length = Number.MAX_SAFE_INTEGER;
  const pages = await readPages(ctx, { id, attempt, length });
  if (pages === null) return;
  await Promise.all(
    byPage.map(async (passages) => {
      const page = pages[(passages[0]?.page ?? 0) - 1];
      if (page?.sheet == null) return;
      const boxes = await readBoxesOf(ctx, { id, attempt }, pages, passages);
      passages.forEach((passage, index) => {
        const own = boxes?.[index]?.slice(0, maxBoxes) ?? null;
        places.set(passage, { page_size: sizeOf(page), boxes: own });
      });
    }),
  );
}

const sizeOf = ({ sheet }: PageInfo): Place['page_size'] =>
  sheet === null ? null : { width: sheet[0], height: sheet[1], rotation: sheet[2] };
