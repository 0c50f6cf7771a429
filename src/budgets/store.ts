import { and, asc, desc, eq, getTableColumns, lt, sql } from 'drizzle-orm';
import type { Db } from '../db/client.ts';
import {
  type BudgetPeriod,
  budget_alerts,
  budget_counters,
  budget_holds,
  budgets,
  type HoldState,
} from '../db/schema/budgets.ts';
import { isId } from '../shared/id.ts';

export type BudgetRow = typeof budgets.$inferSelect;
export type HoldRow = typeof budget_holds.$inferSelect;
export type AlertRow = typeof budget_alerts.$inferSelect;

/** Budgets of one workspace; each call is held against all that bind it. */
export const maxBudgets = 100;

const one = (workspace_id: string, id: string) =>
  and(eq(budgets.workspace_id, workspace_id), eq(budgets.id, id));

export const selectAllBudgets = (db: Db, workspace_id: string) =>
  db
    .select()
    .from(budgets)
    .where(eq(budgets.workspace_id, workspace_id))
    .orderBy(asc(budgets.id))
    .limit(maxBudgets);

/** A budget with its counter of the current period, if it has one subject, and whether it has refused a call. */
export type ListedRow = BudgetRow & {
  readonly counter: Pick<
    typeof budget_counters.$inferSelect,
    'spent_nano_usd' | 'held_nano_usd' | 'unpriced_calls'
  > | null;
  readonly has_refused: boolean;
};

/** Selects budgets, newest first, with their use since `starts`, the beginnings of the periods. */
export const selectBudgets = (
  db: Db,
  workspace_id: string,
  starts: Readonly<Record<BudgetPeriod, number>>,
  after: string | null,
  limit: number,
) => {
  const start = sql`cast(json_extract(${JSON.stringify(starts)}, '$.' || ${budgets.period}) as integer)`;
  return db
    .select({
      ...getTableColumns(budgets),
      counter: sql<ListedRow['counter']>`(select json_object('spent_nano_usd', c.spent_nano_usd,
          'held_nano_usd', c.held_nano_usd, 'unpriced_calls', c.unpriced_calls)
        from budget_counters c where c.budget_id = ${budgets}.id and c.subject = coalesce(${budgets}.subject_id, '')
          and c.period_start = ${start})`
        .mapWith((text: string) => JSON.parse(text) as ListedRow['counter'])
        .as('counter'),
      has_refused:
        sql<boolean>`exists (select 1 from budget_alerts a where a.budget_id = ${budgets}.id
        and a.subject = coalesce(${budgets}.subject_id, '') and a.kind = 'refused' and a.period_start = ${start})`
          .mapWith(Boolean)
          .as('has_refused'),
    })
    .from(budgets)
    .where(
      and(
        eq(budgets.workspace_id, workspace_id),
        after === null ? undefined : lt(budgets.id, after),
      ),
    )
    .orderBy(desc(budgets.id))
    .limit(limit);
};

export const selectBudget = (db: Db, workspace_id: string, id: string) =>
  db.select().from(budgets).where(one(workspace_id, id));

/**
 * Violates `budgets.name` when the workspace is at its maximum, `budgets.scope` when the subject
 * does not exist in the workspace.
 */
export const insertBudget = (db: Db, row: BudgetRow) =>
  db.insert(budgets).values({
    ...row,
    name: sql`iif((select count(*) from budgets of_all where of_all.workspace_id = ${row.workspace_id}) < ${maxBudgets}, ${row.name}, null)`,
    scope: sql`iif(${hasSubject(row)}, ${row.scope}, null)`,
  });

/** End users have no table; their ids are chosen by the caller. */
function hasSubject({ workspace_id, scope, subject_id }: BudgetRow) {
  const table = scope === 'agent' ? 'agents' : scope === 'api_key' ? 'api_keys' : null;
  if (table === null || subject_id === null) return sql`true`;
  const isThere = table === 'agents' ? sql` and of_it.deleted_at is null` : sql``;
  if (scope === 'api_key' && isId('mem', subject_id))
    return sql`exists (select 1 from members m where m.id = ${subject_id} and m.workspace_id = ${workspace_id})`;
  return sql`exists (select 1 from ${sql.raw(table)} of_it where of_it.id = ${subject_id} and of_it.workspace_id = ${workspace_id}${isThere})`;
}

export const updateBudget = (
  db: Db,
  workspace_id: string,
  id: string,
  changes: Partial<BudgetRow>,
) => db.update(budgets).set(changes).where(one(workspace_id, id)).returning();

/** Marks the counters of current periods, so that their alerts are checked again. */
export const markCounters = (db: Db, workspace_id: string, id: string, now: number) =>
  db
    .update(budget_counters)
    .set({ is_dirty: true, updated_at: now })
    .where(
      and(
        eq(budget_counters.budget_id, id),
        eq(budget_counters.workspace_id, workspace_id),
        sql`(period_end is null or period_end > ${now})`,
      ),
    );

/**
 * Deletes a budget with its counters, holds and alerts. Calls in progress then have nothing to
 * settle.
 */
export const deleteBudget = (db: Db, workspace_id: string, id: string) => [
  db
    .delete(budget_alerts)
    .where(and(eq(budget_alerts.budget_id, id), eq(budget_alerts.workspace_id, workspace_id))),
  db
    .delete(budget_holds)
    .where(and(eq(budget_holds.budget_id, id), eq(budget_holds.workspace_id, workspace_id))),
  db
    .delete(budget_counters)
    .where(and(eq(budget_counters.budget_id, id), eq(budget_counters.workspace_id, workspace_id))),
  db.delete(budgets).where(one(workspace_id, id)),
];

/** Counters of one period, most used first. */
export const selectCounters = (
  db: Db,
  budget_id: string,
  period_start: number,
  subject: string | null,
  limit: number,
) =>
  db
    .select()
    .from(budget_counters)
    .where(
      and(
        eq(budget_counters.budget_id, budget_id),
        eq(budget_counters.period_start, period_start),
        subject === null ? undefined : eq(budget_counters.subject, subject),
      ),
    )
    .orderBy(desc(sql`spent_nano_usd + held_nano_usd`))
    .limit(limit);

export const selectHolds = (
  db: Db,
  budget_id: string,
  state: HoldState,
  subject: string | null,
  limit: number,
) =>
  db
    .select()
    .from(budget_holds)
    .where(
      and(
        eq(budget_holds.budget_id, budget_id),
        eq(budget_holds.state, state),
        subject === null ? undefined : eq(budget_holds.subject, subject),
      ),
    )
    .orderBy(desc(budget_holds.id))
    .limit(limit);

export const selectAlerts = (
  db: Db,
  budget_id: string,
  period_start: number,
  subject: string | null,
  limit: number,
) =>
  db
    .select()
    .from(budget_alerts)
    .where(
      and(
        eq(budget_alerts.budget_id, budget_id),
        subject === null ? undefined : eq(budget_alerts.subject, subject),
        eq(budget_alerts.period_start, period_start),
      ),
    )
    .orderBy(desc(budget_alerts.id))
    .limit(limit);
