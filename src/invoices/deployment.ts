import type { Ctx } from '../platform/context.ts';
import { toWireUsd } from '../shared/money.ts';
import { type Page, readPage } from '../shared/page.ts';
import { toWireTime } from '../shared/time.ts';
import type { DeploymentUsageQuery, WorkspaceUsage } from './schema.ts';
import { openOf } from './service.ts';
import { selectBilledOfMonth } from './store.ts';
import { sumCalls } from './sums.ts';

type Row = Awaited<ReturnType<typeof selectBilledOfMonth>>[number];

/** Greater than every id. */
const beforeAll = 'ws_~';

/** Lists what each workspace used in a month: from its invoice, or summed up while the month is open. Root key only. */
export function listWorkspaceUsage(
  ctx: Ctx,
  { limit, cursor, month: given }: DeploymentUsageQuery,
): Promise<Page<WorkspaceUsage>> {
  const month = given ?? toWireTime(ctx.now()).slice(0, 7);
  return readPage(
    {
      secret: ctx.config.signing_secret,
      workspace_id: '',
      list: 'deployment-usage',
      filters: { month: given },
    },
    { limit, cursor },
    async (before, count) => {
      const rows = await selectBilledOfMonth(ctx.db, month, before ?? beforeAll, count);
      return Promise.all(rows.map((row) => toUsage(ctx, row, month)));
    },
    ({ workspace_id }) => workspace_id,
    (usage) => usage,
  );
}

async function toUsage(ctx: Ctx, row: Row, month: string): Promise<WorkspaceUsage> {
  const usage = (invoice: WorkspaceUsage['invoice'], calls: number, nano: number) => ({
    workspace_id: row.id,
    name: row.name,
    status: row.suspended_at === null ? ('active' as const) : ('suspended' as const),
    month,
    invoice,
    calls,
    cost_usd: toWireUsd(nano) ?? 0,
  });
  if (row.calls !== null) return usage('final', row.calls, row.cost_nano_usd ?? 0);
  const period = openOf(ctx, row).find((open) => open.month === month);
  if (period === undefined) return usage('none', 0, 0);
  const sums = await sumCalls({ ...ctx, workspace_id: row.id }, period);
  const total = (name: 'calls' | 'cost_nano_usd') => sums.reduce((sum, one) => sum + one[name], 0);
  return usage('provisional', total('calls'), total('cost_nano_usd'));
}
