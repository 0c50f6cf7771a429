import type { Ctx } from '../../platform/context.ts';
import { type Message, selectApprovalsById } from '../../runs/index.ts';
import { readQuestion } from '../../sessions/index.ts';
import { pageOfItems } from './conversation-items.ts';
import type { ItemQuery } from './conversations-schema.ts';
import type { CursorPage } from './cursor-page.ts';
import { toApprovalId, toApprovalRequestId, toDecisionItemId } from './ids.ts';
import { itemsOf, type ResponseItem } from './items.ts';
import { approvalsOf } from './response-part.ts';
import { findResponse } from './stored-response.ts';

/**
 * Returns the input items of a response, without previous items of the conversation. Empty while it
 * is queued. Those of a response that followed from approvals are the decisions. Throws `not_found`.
 */
export async function listInputItems(
  ctx: Ctx,
  id: string,
  query: ItemQuery,
): Promise<CursorPage<ResponseItem>> {
  const { row, waits, index } = await findResponse(ctx, id);
  if (index > 0) return pageOfItems(await decisionsOf(ctx, waits?.messages[index - 1]), query);
  const question = await readQuestion(ctx, row);
  return pageOfItems(
    itemsOf(question === undefined ? [] : [question]).map(({ item }) => item),
    query,
  );
}

async function decisionsOf(ctx: Ctx, before: Message | undefined): Promise<ResponseItem[]> {
  const ids = approvalsOf(before?.run ?? null).map(({ id }) => toApprovalId(id));
  const rows = await selectApprovalsById(ctx.db, ctx.workspace_id, ids).all();
  return rows.map(({ id, status, comment }) => ({
    type: 'mcp_approval_response',
    id: toDecisionItemId(id),
    approval_request_id: toApprovalRequestId(id),
    approve: status === 'approved' || status === 'edited',
    reason: comment,
  }));
}
