import { type Ctx, coveredAgents } from '../../platform/context.ts';
import { type Page, readPage } from '../../shared/page.ts';
import { creatorFilter, mayReadMessages } from '../access.ts';
import { withheldRuns } from '../withheld.ts';
import { type Approval, type ApprovalsQuery, toApproval } from './schema.ts';
import { type ApprovalFilter, positionOf, selectApprovals } from './store.ts';

/**
 * Lists the approvals of the runs that the caller may see: newest first, pending ones with the next to expire first. Arguments that may
 * come from a file that an end user may not read, or no longer, are left out.
 */
export async function listApprovals(
  ctx: Ctx,
  { limit, cursor, ...filters }: ApprovalsQuery,
): Promise<Page<Approval>> {
  const { config, workspace_id, actor } = ctx;
  const filter: ApprovalFilter = {
    ...filters,
    only: coveredAgents(actor),
    created_by: creatorFilter(ctx),
    end_user: actor.type === 'end_user' ? actor.id : undefined,
  };
  const isShown = mayReadMessages(ctx);
  const now = ctx.now();
  const page = await readPage(
    {
      secret: config.signing_secret,
      workspace_id,
      list: 'approvals',
      filters: { ...filter, only: filter.only?.join() },
    },
    { limit, cursor },
    (after, count) =>
      selectApprovals(ctx.db, workspace_id, filter, { after, limit: count, now }).all(),
    (row) => positionOf(filter, row),
    (row) => row,
  );
  const withheld = await withheldRuns(
    ctx,
    page.data.map(({ run_id }) => run_id),
  );
  const data = page.data.map((row) =>
    toApproval(
      isShown && !withheld.has(row.run_id) ? row : { ...row, input: null, edited_input: null },
      now,
    ),
  );
  return { ...page, data };
}
