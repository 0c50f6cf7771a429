import { sql } from 'drizzle-orm';
import { index, integer, sqliteTable, text } from 'drizzle-orm/sqlite-core';
import { effects } from './effects.ts';

/** `pending` until a person decides, the time is over, or the run ends otherwise. */
export const approvalStatuses = [
  'pending',
  'approved',
  'edited',
  'rejected',
  'expired',
  'cancelled',
] as const;
export type ApprovalStatus = (typeof approvalStatuses)[number];

/** Calls of tools that wait for the decision of a person, or did. Triggers close them with their run, and erase them with it. */
export const approvals = sqliteTable(
  'approvals',
  {
    id: text().primaryKey(),
    workspace_id: text().notNull(),
    agent_id: text().notNull(),
    run_id: text().notNull(),
    session_id: text(),
    end_user_id: text(),
    tool_call_id: text().notNull(),
    tool_name: text().notNull(),
    effect: text({ enum: effects }).notNull(),
    /** Why the call waits. */
    reason: text().notNull(),
    /** The arguments; null once decided where content is not logged. */
    input: text({ mode: 'json' }).$type<unknown>(),
    /** The arguments that a person has written instead. */
    edited_input: text({ mode: 'json' }).$type<unknown>(),
    /** Identifies the definition of the tool and the arguments. */
    digest: text().notNull(),
    status: text({ enum: approvalStatuses }).notNull(),
    decided_by: text(),
    /** The reason that the person gave. */
    comment: text(),
    decided_at: integer(),
    created_at: integer().notNull(),
    expires_at: integer().notNull(),
  },
  (table) => [
    index('approvals_workspace').on(table.workspace_id, table.id),
    index('approvals_status').on(table.workspace_id, table.status, table.id),
    index('approvals_pending')
      .on(table.workspace_id, table.expires_at, table.id)
      .where(sql`status = 'pending'`),
    index('approvals_run').on(table.run_id),
  ],
);
