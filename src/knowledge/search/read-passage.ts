import type { Ctx } from '../../platform/context.ts';
import { narrowed } from '../readable.ts';
import { extendHits } from './extend-hits.ts';
import { selectPassages, type Visibility } from './store.ts';

/** A chunk with the text around it. */
export interface Passage {
  readonly chunk_id: string;
  readonly file_id: string;
  readonly file_name: string;
  readonly heading: string | null;
  readonly page: number | null;
  readonly text: string;
  readonly start: number;
  readonly end: number;
}

/**
 * Reads a chunk that a search with this visibility can find, extended by up to `context_tokens` of its section. Null
 * for any other. The caller has checked access to the bases.
 */
export async function readPassage(
  ctx: Ctx,
  given: Visibility,
  chunk_id: string,
  context_tokens: number,
): Promise<Passage | null> {
  const seen = { ...given, groups: narrowed(ctx.groups, given.groups) };
  const [row] = await selectPassages(ctx.db, ctx.workspace_id, seen, [chunk_id]);
  if (row === undefined) return null;
  const { file_id, file_name, heading, page, text, start_offset: start, end_offset: end } = row;
  const passage = {
    ...{ chunk_id: row.chunk_id, file_id, file_name },
    heading,
    page,
    text,
    start,
    end,
  };
  const [extended = passage] = await extendHits(ctx, seen, [passage], context_tokens);
  return extended;
}
