import { and, eq, sql } from 'drizzle-orm';
import type { Db, Statement } from '../../db/client.ts';
import { rate_limits } from '../../db/schema/rate-limits.ts';

/** Copies the rate limit override of a key to its successor. */
export const inheritRateLimits = (db: Db, workspace_id: string, id: string, successor: string) => {
  const own = sql`(select json_set(own.value, '$.id', ${successor}) from json_each(${rate_limits.rules}, '$.api_key.overrides') own
    where own.value ->> 'id' = ${id})`;
  return db
    .update(rate_limits)
    .set({
      rules: sql`json_insert(${rate_limits.rules}, '$.api_key.overrides[#]', json(${own}))`,
      revision: sql`${rate_limits.revision} + 1`,
    })
    .where(and(eq(rate_limits.workspace_id, workspace_id), sql`${own} is not null`));
};

/** Moves counters, holds, alerts and budgets of a key to its successor. */
export function inheritBudgets(
  db: Db,
  workspace_id: string,
  id: string,
  successor: string,
): Statement[] {
  const of = sql`budget_id in (select b.id from budgets b where b.workspace_id = ${workspace_id} and b.scope = 'api_key') and subject = ${id}`;
  return [
    db.run(sql`update budget_counters set subject = ${successor} where ${of}`),
    db.run(sql`update budget_holds set subject = ${successor} where ${of}`),
    db.run(sql`update budget_alerts set subject = ${successor} where ${of}`),
    db.run(sql`update budgets set subject_id = ${successor}
      where workspace_id = ${workspace_id} and scope = 'api_key' and subject_id = ${id}`),
  ];
}
