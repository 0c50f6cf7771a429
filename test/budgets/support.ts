import { env } from 'cloudflare:workers';
import { invalidateBudgets } from '../../src/budgets/index.ts';
import { batch, type Statement } from '../../src/db/client.ts';
import { budgets } from '../../src/db/schema/budgets.ts';
import type { Ctx } from '../../src/platform/context.ts';
import { noTokens, recordUsage } from '../../src/usage/index.ts';

type BudgetRow = typeof budgets.$inferSelect;

/** A budget as it is in the table, without the front door. */
export async function putBudget(
  ctx: Ctx,
  budget: Partial<BudgetRow> & Pick<BudgetRow, 'limit_nano_usd'>,
): Promise<string> {
  const id = ctx.newId('bud');
  const row: BudgetRow = {
    id,
    workspace_id: ctx.workspace_id,
    name: 'Test',
    scope: 'workspace',
    subject_id: null,
    period: 'total',
    action: 'block',
    downgrade: null,
    unknown_price: 'block',
    thresholds: [],
    forecast: false,
    webhook_url: null,
    created_by: null,
    created_at: ctx.now(),
    updated_at: ctx.now(),
    ...budget,
  };
  await ctx.db.insert(budgets).values(row);
  invalidateBudgets(ctx.workspace_id);
  return id;
}

/** The usage row of a call that cost so much, at a price of a nano-dollar a token. */
export function usageOf(
  ctx: Ctx,
  call_key: string,
  cost: number,
  about: { agent_id?: string; end_user_id?: string } = {},
) {
  return recordUsage(ctx, {
    ...about,
    call_key,
    provider: 'openai-compatible',
    model: 'm',
    operation: 'answer',
    price: ({ output_tokens }) => output_tokens,
    tokens: { ...noTokens, output_tokens: cost },
    latency_ms: 1,
    first_token_ms: null,
    status: 'ok',
  });
}

export const run = (ctx: Ctx, statements: readonly Statement[]) => batch(ctx.db, statements);

export interface Counter {
  readonly budget_id: string;
  readonly subject: string;
  readonly spent: number;
  readonly held: number;
  readonly unpriced_calls: number;
}

export const counters = async (workspace_id: string): Promise<Counter[]> =>
  (
    await env.DB.prepare(
      `select budget_id, subject, spent_nano_usd as spent, held_nano_usd as held, unpriced_calls
       from budget_counters where workspace_id = ? order by budget_id, subject`,
    )
      .bind(workspace_id)
      .all<Counter>()
  ).results;

export const holdsOf = async (workspace_id: string) =>
  (
    await env.DB.prepare(
      'select id, state, amount_nano_usd as amount, cost_nano_usd as cost from budget_holds where workspace_id = ? order by id',
    )
      .bind(workspace_id)
      .all<{ id: string; state: string; amount: number; cost: number | null }>()
  ).results;

/** Returns the spending in the usage table, by a column. */
export const spentOf = async (workspace_id: string): Promise<number> =>
  (
    await env.DB.prepare(
      'select coalesce(sum(cost_nano_usd), 0) as n from usage where workspace_id = ?',
    )
      .bind(workspace_id)
      .first<{ n: number }>()
  )?.n ?? 0;
