import { sql } from 'drizzle-orm';
import { valuesOf } from '../../db/json-values.ts';
import type { Ctx } from '../../platform/context.ts';
import type { Hit } from './hit.ts';
import { isVisible, joins, type Visibility } from './store.ts';

/** Chunks read before and after a hit. */
const maxNeighbours = 8;
/** White space between chunks that are joined. */
const maxGap = 200;

/** A chunk near a hit; `ordinal` counts the chunks of its file. */
interface Neighbour {
  readonly chunk_id: string;
  readonly file_id: string;
  readonly ordinal: number;
  readonly text: string;
  readonly heading: string | null;
  readonly page: number | null;
  readonly start: number;
  readonly end: number;
  readonly token_count: number;
}

/**
 * Extends the text of each hit by its neighbours in the same section and page, up to `context_tokens` in all. A
 * chunk is in one hit only: a hit whose chunk is in a better one is left out. The text stays a part of the file from
 * `start` to `end`, so that citations are exact; edited and added chunks stay as they are. One round trip.
 */
export async function extendHits<Item extends { readonly chunk_id: string }>(
  ctx: Ctx,
  seen: Visibility,
  hits: readonly Item[],
  context_tokens: number,
): Promise<Item[]> {
  if (context_tokens === 0 || hits.length === 0) return [...hits];
  const rows = await selectNeighbours(ctx, seen, hits);
  const byPlace = new Map(rows.map((row) => [placeOf(row.file_id, row.ordinal), row]));
  const byId = new Map(rows.map((row) => [row.chunk_id, row]));
  const taken = new Set<string>();
  return hits.flatMap((hit) => {
    const own = byId.get(hit.chunk_id);
    if (own === undefined) return [hit];
    if (taken.has(own.chunk_id)) return [];
    const part = partAround(own, byPlace, taken, context_tokens);
    for (const { chunk_id } of part) taken.add(chunk_id);
    return [{ ...hit, ...joined(part) }];
  });
}

const placeOf = (file_id: string, ordinal: number) => `${file_id} ${ordinal}`;

/** Selects the extracted chunks near the hits that the search sees. */
const selectNeighbours = (
  { db, workspace_id }: Ctx,
  seen: Visibility,
  hits: readonly { readonly chunk_id: string }[],
) =>
  db.all<Neighbour>(sql`
    select distinct coalesce(c.former_of, c.id) as chunk_id, c.file_id as file_id, c.ordinal as ordinal, c.text as text,
      c.heading as heading, c.page as page, c.start as start, c."end" as "end", c.token_count as token_count
    from chunks h cross join chunks c on c.file_id = h.file_id and c.attempt = h.attempt
      and c.ordinal between h.ordinal - ${maxNeighbours} and h.ordinal + ${maxNeighbours} ${joins(seen)}
    where h.id in ${valuesOf(hits.map(({ chunk_id }) => chunk_id))} and h.workspace_id = ${workspace_id}
      and c.origin = 'extracted' and ${isVisible(workspace_id, seen)}`);

/** Returns the chunk with neighbours, alternately after and before it, in the order of the file. */
function partAround(
  own: Neighbour,
  byPlace: ReadonlyMap<string, Neighbour>,
  taken: ReadonlySet<string>,
  context_tokens: number,
): Neighbour[] {
  const part = [own];
  let tokens = own.token_count;
  const open = new Set([1, -1]);
  while (open.size > 0) {
    for (const step of [...open]) {
      const edge = (step === 1 ? part.at(-1) : part[0]) ?? own;
      const next = byPlace.get(placeOf(own.file_id, edge.ordinal + step));
      const fits =
        next !== undefined &&
        next.heading === own.heading &&
        next.page === own.page &&
        !taken.has(next.chunk_id) &&
        gapOf(edge, next) <= maxGap &&
        tokens + next.token_count <= context_tokens;
      if (!fits) open.delete(step);
      else {
        tokens += next.token_count;
        if (step === 1) part.push(next);
        else part.unshift(next);
      }
    }
  }
  return part;
}

/** White space between two chunks; negative where they overlap. */
const gapOf = (a: Neighbour, b: Neighbour): number =>
  Math.max(a.start, b.start) - Math.min(a.end, b.end);

/** Joins consecutive chunks, which overlap or have white space between them. */
function joined(part: readonly Neighbour[]): Pick<Hit, 'text' | 'start' | 'end'> {
  const start = part[0]?.start ?? 0;
  let text = '';
  for (const chunk of part) {
    const gap = chunk.start - (start + text.length);
    text += gap > 0 ? '\n'.repeat(gap) + chunk.text : chunk.text.slice(-gap || 0);
  }
  return { text, start, end: start + text.length };
}
