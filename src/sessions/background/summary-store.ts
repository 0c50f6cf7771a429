import { and, desc, eq, gt, type SQL, sql } from 'drizzle-orm';
import type { Db } from '../../db/client.ts';
import { session_summaries } from '../../db/schema/sessions.ts';

export type SummaryRow = typeof session_summaries.$inferSelect;

/** The newest summary of a session, which is the only one used. */
export const selectSummary = (db: Db, workspace_id: string, session_id: string) =>
  db
    .select()
    .from(session_summaries)
    .where(
      and(
        eq(session_summaries.workspace_id, workspace_id),
        eq(session_summaries.session_id, session_id),
      ),
    )
    .orderBy(desc(session_summaries.version))
    .limit(1);

/**
 * For a batch that changes the active branch after the message at `depth`: deletes summaries that
 * reach further, since they cover another branch.
 */
export const dropSummariesAfter = (
  db: Db,
  workspace_id: string,
  session_id: string,
  depth: number | SQL,
) =>
  db
    .delete(session_summaries)
    .where(
      and(
        eq(session_summaries.workspace_id, workspace_id),
        eq(session_summaries.session_id, session_id),
        gt(session_summaries.covers_depth, depth),
      ),
    );

/**
 * For a batch that selects another branch: deletes summaries that end with a message outside the
 * active branch.
 */
export const dropOtherSummaries = (db: Db, workspace_id: string, session_id: string) =>
  db
    .delete(session_summaries)
    .where(
      and(
        eq(session_summaries.workspace_id, workspace_id),
        eq(session_summaries.session_id, session_id),
        sql`${session_summaries.covers_message_id} not in (${branchAbove(workspace_id, session_id, 0)} select id from branch)`,
      ),
    );

export const dropSummaries = (db: Db, workspace_id: string, session_id: string) =>
  db
    .delete(session_summaries)
    .where(
      and(
        eq(session_summaries.workspace_id, workspace_id),
        eq(session_summaries.session_id, session_id),
      ),
    );

/** The messages of the active branch that are deeper than `above`, from its head upwards. */
const branchAbove = (workspace_id: string, session_id: string, above: number): SQL => sql`
  with recursive branch (id, parent_id, depth, role, text) as (
    select m.id, m.parent_id, m.depth, m.role, m.text from messages m
      where m.id = (select head_id from sessions where workspace_id = ${workspace_id} and id = ${session_id}) and m.depth > ${above}
    union all
    select m.id, m.parent_id, m.depth, m.role, m.text from branch b join messages m on m.id = b.parent_id where m.depth > ${above})`;

export interface BranchMessage {
  readonly id: string;
  readonly depth: number;
  readonly role: 'user' | 'assistant';
  readonly text: string;
}

/**
 * The messages of the active branch after depth `after`, up to and including depth `upTo`, oldest
 * first.
 */
export const selectBranchPart = (
  db: Db,
  workspace_id: string,
  session_id: string,
  after: number,
  upTo: number,
  limit: number,
) =>
  db.all<BranchMessage>(
    sql`${branchAbove(workspace_id, session_id, after)} select id, depth, role, text from branch where depth <= ${upTo} order by depth limit ${limit}`,
  );

/**
 * Stores a summary made from the one with the id `base`, if that is still the newest and the last
 * covered message is still on the active branch; otherwise does nothing.
 */
export const insertSummary = (db: Db, row: SummaryRow, base: string | null) =>
  db
    .insert(session_summaries)
    .select(
      sql`select ${row.id}, ${row.workspace_id}, ${row.session_id}, ${row.version}, ${row.covers_message_id}, ${row.covers_depth},
        ${row.text}, ${row.tokens}, ${row.model}, ${row.created_at}
        where (select id from session_summaries where session_id = ${row.session_id} order by version desc limit 1) is ${base}
        and exists (${branchAbove(row.workspace_id, row.session_id, row.covers_depth - 1)} select 1 from branch where id = ${row.covers_message_id})`,
    )
    .onConflictDoNothing()
    .returning({ id: session_summaries.id });
