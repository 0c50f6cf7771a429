import { sql } from 'drizzle-orm';
import { index, integer, sqliteTable, text, uniqueIndex } from 'drizzle-orm/sqlite-core';
import { sessions } from './sessions.ts';

export const handOverRequesters = ['agent', 'end_user', 'member'] as const;

/** Times during which a person handles a session: one row each, open until the session is handed back. */
export const hand_overs = sqliteTable(
  'hand_overs',
  {
    id: text().primaryKey(),
    workspace_id: text().notNull(),
    session_id: text()
      .notNull()
      .references(() => sessions.id),
    agent_id: text().notNull(),
    end_user_id: text(),
    reason: text(),
    note: text(),
    requested_by: text({ enum: handOverRequesters }).notNull(),
    requested_by_id: text(),
    /** The run that has handed over; null for a request. */
    run_id: text(),
    /** A name or id that the workspace chooses. */
    assigned_to: text(),
    /** Messages of the end user that nobody has read. */
    unread_count: integer().notNull().default(0),
    /** Time of the oldest message of the end user without a reply; null once there is one. */
    waiting_since: integer(),
    /** Set while it is closed without being handed back; a new message opens it again. */
    closed_at: integer(),
    summary: text(),
    ended_by: text(),
    ended_at: integer(),
    created_at: integer().notNull(),
    updated_at: integer().notNull(),
  },
  (table) => [
    uniqueIndex('hand_overs_open').on(table.session_id).where(sql`ended_at is null`),
    index('hand_overs_session').on(table.session_id),
    index('hand_overs_inbox').on(table.workspace_id, table.id).where(sql`ended_at is null`),
  ],
);
