import { type SQL, sql } from 'drizzle-orm';
import type { Ctx } from '../platform/context.ts';

/** The id under which the budget of a token is counted; that of a stored budget begins with `bud_`. */
function budgetId({ workspace_id, actor }: Ctx): string | null {
  if (actor.type !== 'end_user' || actor.limits.budget === null) return null;
  const { period } = actor.limits.budget;
  return period === 'token' ? `token:${actor.limits.id}` : `end-user:${workspace_id}:${period}`;
}

/** Returns true when the caller's token carries a budget, which binds beside those of the workspace. */
export const hasTokenBudget = (ctx: Ctx): boolean => budgetId(ctx) !== null;

/** Returns true for a budget that is stored, and has alerts and a webhook. */
export const isStored = ({ id }: { readonly id: string }): boolean => id.startsWith('bud_');

/** Returns the table of budgets, with that of the caller's token if it carries one. */
export function budgetsOf(ctx: Ctx): SQL {
  const id = budgetId(ctx);
  const { actor, workspace_id } = ctx;
  if (id === null || actor.type !== 'end_user' || actor.limits.budget === null)
    return sql.raw('budgets');
  const { period, limit_nano_usd } = actor.limits.budget;
  return sql`(select id, workspace_id, name, scope, subject_id, period, limit_nano_usd, action, downgrade, unknown_price, thresholds
      from budgets where workspace_id = ${workspace_id}
    union all select ${id}, ${workspace_id}, 'End-user token', 'end_user', ${actor.id}, ${period}, cast(${limit_nano_usd} as integer), 'block', null, 'block', '[]')`;
}
