import type { Ctx } from '../../platform/context.ts';
import { readQuestion } from '../../sessions/index.ts';
import { pageOfItems } from './conversation-items.ts';
import type { ItemQuery } from './conversations-schema.ts';
import type { CursorPage } from './cursor-page.ts';
import { itemsOf, type ResponseItem } from './items.ts';
import { findResponse } from './responses.ts';

/**
 * Returns the input items of a response, without previous items of the conversation. Empty while it
 * is queued. Throws `not_found`.
 */
export async function listInputItems(
  ctx: Ctx,
  id: string,
  query: ItemQuery,
): Promise<CursorPage<ResponseItem>> {
  const { row } = await findResponse(ctx, id);
  const question = await readQuestion(ctx, row);
  return pageOfItems(
    itemsOf(question === undefined ? [] : [question]).map(({ item }) => item),
    query,
  );
}
