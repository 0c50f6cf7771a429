import { and, asc, eq, gt, sql } from 'drizzle-orm';
import type { Db } from '../../db/client.ts';
import { review_rules, review_scans } from '../../db/schema/reviews.ts';

export type RuleRow = typeof review_rules.$inferSelect;

/** Maximum rules of an agent. */
export const maxRules = 20;

const own = (workspace_id: string, id: string) =>
  and(eq(review_rules.workspace_id, workspace_id), eq(review_rules.id, id));

/** Inserts a rule. Violates `review_rules.name` when the agent has `maxRules` already. */
export const insertRule = (db: Db, row: RuleRow) =>
  db.insert(review_rules).values({
    ...row,
    name: sql`iif((select count(*) from review_rules r where r.workspace_id = ${row.workspace_id} and r.agent_id = ${row.agent_id}) < ${maxRules}, ${row.name}, null)`,
  });

/** Starts to read the turns of an agent from now, unless they are read already. */
export const startScan = (
  db: Db,
  { workspace_id, agent_id }: Pick<RuleRow, 'workspace_id' | 'agent_id'>,
  now: number,
) =>
  db
    .insert(review_scans)
    .values({
      agent_id,
      workspace_id,
      ...{ run_ended_at: now, run_id: '', feedback_updated_at: now, feedback_id: '' },
      scanned_at: now,
    })
    .onConflictDoNothing();

export const selectRule = (db: Db, workspace_id: string, id: string) =>
  db.select().from(review_rules).where(own(workspace_id, id));

export const selectRules = (
  db: Db,
  workspace_id: string,
  agent_id: string,
  after: string | null,
  limit: number,
) =>
  db
    .select()
    .from(review_rules)
    .where(
      and(
        eq(review_rules.workspace_id, workspace_id),
        eq(review_rules.agent_id, agent_id),
        after === null ? undefined : gt(review_rules.id, after),
      ),
    )
    .orderBy(asc(review_rules.id))
    .limit(limit);

export const updateRule = (db: Db, workspace_id: string, id: string, changes: Partial<RuleRow>) =>
  db.update(review_rules).set(changes).where(own(workspace_id, id)).returning();

export const deleteRule = (db: Db, workspace_id: string, id: string) =>
  db.delete(review_rules).where(own(workspace_id, id)).returning({ id: review_rules.id });
